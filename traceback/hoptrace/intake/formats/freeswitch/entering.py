"""FreeSWITCH documents and lines on their way to calls: unreadable ones are rejected, repeated ones are duplicates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from hoptrace.intake.formats.freeswitch.app_log import with_logged
from hoptrace.intake.formats.freeswitch.calls import calls_of
from hoptrace.intake.formats.freeswitch.legs import legs_of, named_by, not_usable
from hoptrace.intake.formats.freeswitch.table import LegTable
from hoptrace.intake.formats.freeswitch.times import odd_durations
from hoptrace.intake.formats.freeswitch.unnamed_legs import with_unnamed
from hoptrace.intake.ledger import Ledger, Place


class Written(NamedTuple):
    """A document as it stands in a file, and why nothing can be made of it, if so."""

    place: Place
    raw: bytes
    problem: str | None = None


def enter_documents(written: Sequence[Written], table: LegTable, ledger: Ledger) -> None:
    """Enter documents of a group of files; `table` has a leg for each of those without a problem, in their order."""
    seen = _Seen()
    uuids = iter(table.legs["uuid"].to_list())
    places: list[Place] = []
    first: list[bool] = []
    for place, raw, problem in written:
        ledger.row(*place, raw)
        if problem is not None:
            ledger.reject(*place, problem)
            continue
        places.append(place)
        first.append(not seen.before(raw, next(uuids)))
        if not first[-1]:
            ledger.duplicate(*place)
    logged = with_logged(table, [raw for _, raw, problem in written if problem is None])
    enter_legs(places, logged, ledger, pl.Series("first", first, pl.Boolean))


def enter_legs(places: Sequence[Place], table: LegTable, ledger: Ledger, wanted: pl.Series | None = None) -> None:
    """Enter legs, each at its place, and the calls that they make; only those that are `wanted`."""
    where = pl.DataFrame(places, schema={"file": pl.Int64, "row": pl.Int64}, orient="row")
    legs = legs_of(table).with_columns(where.get_columns())
    if wanted is not None:
        legs = legs.filter(wanted)
    for file, row, reasons in not_usable(legs).iter_rows():
        ledger.reject(file, row, *reasons)
    usable = legs.drop_nulls(["start", "called"])
    for file, count in sorted(Counter(usable.filter("odd")["file"].to_list()).items()):
        for text in odd_durations(count):
            ledger.flag(file, text)
    calls, rows = calls_of(usable, with_unnamed(usable, named_by(table, usable)))
    ledger.frame(calls, (((file, row), call) for file, row, call in rows.select("file", "row", "call").iter_rows()))


class _Seen:
    """The documents seen so far: the first of each uuid and length needs no hash of all its bytes to be known again."""

    def __init__(self) -> None:
        self._first: dict[tuple[str | None, int], bytes] = {}
        self._others: set[bytes] = set()

    def before(self, raw: bytes, uuid: str | None) -> bool:
        """Whether a document was seen before; from now on it is."""
        key = (uuid, len(raw))
        first = self._first.get(key)
        if first is None:
            self._first[key] = raw
            return False
        if first == raw or raw in self._others:
            return True
        self._others.add(raw)
        return False
