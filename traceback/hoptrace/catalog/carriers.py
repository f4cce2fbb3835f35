"""The carrier directory: carriers and their trunks, loaded from carriers.csv and trunks.csv."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hoptrace.catalog.database import guard
from hoptrace.catalog.files import CARRIER_TEXTS, TRUNK_OPTIONAL, TRUNK_REQUIRED, parse_carrier, parse_trunk
from hoptrace.catalog.row_files import read_rows
from hoptrace.catalog.spans import as_utc
from hoptrace.catalog.tables import BATCHES, CARRIERS, NAMED_CARRIERS, TRUNKS
from hoptrace.errors import DirectoryInvalid, UnknownCarrier
from hoptrace.model.carriers import Carrier, Trunk

_FIELDS = tuple(field.name for field in fields(Carrier))

_AS_STORED = sa.select(
    *(sa.cast(CARRIERS.c[name], sa.Text).label(name) if name == "aliases" else CARRIERS.c[name] for name in _FIELDS)
)
"""The carriers, with aliases as the text that they are stored as."""

_EVER = datetime.max.replace(tzinfo=UTC)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LoadCounts:
    """What a load of the directory changed."""

    added: int
    updated: int
    unchanged: int
    delisted: int
    deleted: int
    trunks: int


class Directory:
    """The stored carriers and trunks."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._known: tuple[list[tuple[Any, ...]], list[Carrier]] = ([], [])

    def load_directory(self, carriers_csv: Path | str, trunks_csv: Path | str | None = None) -> LoadCounts:
        """Bring the directory to what the files say, all or nothing; raises DirectoryInvalid with file and line.

        A carrier that the file no longer lists stays, with `listed` False, while records or another's trunks name it.
        The trunks of each carrier in trunks.csv are replaced as a whole; without the file all trunks stay.
        """
        carriers = _unique_carriers(Path(carriers_csv))
        trunks = None if trunks_csv is None else _checked_trunks(Path(trunks_csv), carriers)
        with guard(), self._engine.begin() as connection:
            before = {row["carrier_id"]: dict(row) for row in connection.execute(sa.select(CARRIERS)).mappings()}
            after = {carrier_id: asdict(carrier) for carrier_id, carrier in carriers.items()}
            added = [row for carrier_id, row in after.items() if carrier_id not in before]
            changed = [row for carrier_id, row in after.items() if before.get(carrier_id, row) != row]
            if added:
                connection.execute(sa.insert(CARRIERS), added)
            for row in changed:
                connection.execute(_where_carrier(sa.update(CARRIERS), row["carrier_id"]).values(row))
            if trunks is not None:
                _replace_trunks(connection, trunks)
            gone = sorted(before.keys() - after.keys())
            deleted = _drop(connection, gone)
        return LoadCounts(
            added=len(added),
            updated=len(changed),
            unchanged=len(after) - len(added) - len(changed),
            delisted=len(gone) - deleted,
            deleted=deleted,
            trunks=0 if trunks is None else len(trunks),
        )

    def carriers(self) -> list[Carrier]:
        """Every carrier, also those no longer listed, in the order of their ids."""
        with guard(), self._engine.connect() as connection:
            rows = [tuple(row) for row in connection.execute(_AS_STORED).all()]
        # A trace asks each time, and the directory seldom changes: the same carriers are given as long as it does not.
        if rows != self._known[0]:
            told = [dict(zip(_FIELDS, row, strict=True)) for row in rows]
            carriers = [Carrier(**{**row, "aliases": json.loads(row["aliases"])}) for row in told]
            self._known = rows, sorted(carriers, key=lambda carrier: carrier.carrier_id)
        return list(self._known[1])

    def carrier(self, carrier_id: str) -> Carrier:
        """One carrier; raises UnknownCarrier, which names ids that look alike."""
        query = sa.select(CARRIERS).where(CARRIERS.c.carrier_id == carrier_id)
        with guard(), self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise UnknownCarrier(self._unknown(carrier_id))
        return Carrier(**row)

    def trunks(self, carrier_id: str | None = None) -> list[Trunk]:
        """The trunks of one carrier, or of all."""
        query = sa.select(TRUNKS).order_by(TRUNKS.c.id)
        if carrier_id is not None:
            query = query.where(TRUNKS.c.carrier_id == carrier_id)
        with guard(), self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return [_as_trunk(dict(row)) for row in rows]

    def _unknown(self, carrier_id: str) -> str:
        ids = [carrier.carrier_id for carrier in self.carriers()]
        if not ids:
            return f"There is no carrier {carrier_id!r}: the directory is empty. Load one: hoptrace carriers load FILE"
        lowered = {known.lower(): known for known in ids}
        close = [lowered[name] for name in get_close_matches(carrier_id.lower(), list(lowered), n=5)]
        hint = f"Did you mean {', '.join(close)}?" if close else f"The directory has {_some(ids)}."
        return f"There is no carrier {carrier_id!r} in the directory. {hint}"


def _some(ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:5])
    return shown if len(ids) <= 5 else f"{shown} and {len(ids) - 5} more"


def _unique_carriers(path: Path) -> dict[str, Carrier]:
    carriers: dict[str, Carrier] = {}
    for row in read_rows(path, ("carrier_id",), CARRIER_TEXTS):
        carrier = parse_carrier(row)
        if carrier.carrier_id in carriers:
            raise row.refuse(f"carrier_id {carrier.carrier_id!r} appears here for the second time.")
        carriers[carrier.carrier_id] = carrier
    if not carriers:
        raise DirectoryInvalid(f"{path}: it lists no carrier. Nothing was loaded.")
    return carriers


def _checked_trunks(path: Path, carriers: dict[str, Carrier]) -> list[Trunk]:
    trunks: dict[Trunk, None] = {}
    same_name: dict[tuple[str, str], list[Trunk]] = {}
    for row in read_rows(path, TRUNK_REQUIRED, TRUNK_OPTIONAL):
        trunk = parse_trunk(row)
        for column, named in (("carrier_id", trunk.carrier_id), ("peer", trunk.peer)):
            if named is not None and named not in carriers:
                raise row.refuse(f"{column} {named!r} is not in the carrier file.")
        others = same_name.setdefault((trunk.carrier_id, str(trunk.network() or trunk.trunk.lower())), [])
        if any(_contradict(other, trunk) for other in others):
            raise row.refuse(f"trunk {trunk.trunk!r} of {trunk.carrier_id} already stands for another neighbour then.")
        others.append(trunk)
        trunks[trunk] = None
    return list(trunks)


def _contradict(one: Trunk, other: Trunk) -> bool:
    """Whether two trunks of one name or block stand for different neighbours at the same time."""
    begins = max(one.valid_from or _NEVER, other.valid_from or _NEVER)
    ends = min(one.valid_to or _EVER, other.valid_to or _EVER)
    return (one.peer, one.customer) != (other.peer, other.customer) and begins < ends


def _replace_trunks(connection: sa.Connection, trunks: Sequence[Trunk]) -> None:
    owners = sorted({trunk.carrier_id for trunk in trunks})
    connection.execute(sa.delete(TRUNKS).where(TRUNKS.c.carrier_id.in_(owners)))
    if trunks:
        connection.execute(sa.insert(TRUNKS), [asdict(trunk) for trunk in trunks])


def _drop(connection: sa.Connection, gone: Sequence[str]) -> int:
    """Delete the vanished carriers that nothing names, mark the others as no longer listed; gives how many went."""
    peers = sa.select(TRUNKS.c.peer).where(TRUNKS.c.peer.is_not(None), TRUNKS.c.carrier_id.not_in(gone))
    named = {*connection.execute(sa.select(BATCHES.c.carrier_id).distinct()).scalars()}
    named |= {*connection.execute(peers.distinct()).scalars()}
    named |= {*connection.execute(sa.select(NAMED_CARRIERS.c.carrier_id)).scalars()}
    deleted = [carrier_id for carrier_id in gone if carrier_id not in named]
    kept = [carrier_id for carrier_id in gone if carrier_id in named]
    connection.execute(sa.delete(TRUNKS).where(TRUNKS.c.carrier_id.in_(deleted)))
    connection.execute(sa.delete(CARRIERS).where(CARRIERS.c.carrier_id.in_(deleted)))
    connection.execute(sa.update(CARRIERS).where(CARRIERS.c.carrier_id.in_(kept)).values(listed=False))
    return len(deleted)


def _where_carrier(update: sa.Update, carrier_id: str) -> sa.Update:
    return update.where(CARRIERS.c.carrier_id == carrier_id)


def _as_trunk(row: dict[str, Any]) -> Trunk:
    times = {name: None if row[name] is None else as_utc(row[name]) for name in ("valid_from", "valid_to")}
    return Trunk(row["carrier_id"], row["trunk"], row["peer"], row["customer"], **times)
