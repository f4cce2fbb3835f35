"""Looking at a file before it is submitted: what it may be, and how a format or profile understands its rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from hoptrace.errors import InputRefused
from hoptrace.intake.calls_mapping import import_instead
from hoptrace.intake.detect import LEAST_SURE, claims_on, format_name, readable_head
from hoptrace.intake.formats import readers
from hoptrace.intake.formats.acme.reader import AcmeSbc
from hoptrace.intake.formats.profiled.reader import Profiled
from hoptrace.intake.formats.stored import Stored, own_profile
from hoptrace.intake.formats.text.blocks import blocks
from hoptrace.intake.profile import Profile
from hoptrace.intake.profile_store import OwnProfiles
from hoptrace.intake.raw_rows import raw_rows
from hoptrace.intake.reading import Chunk, Context, FormatReader, Source, source_at
from hoptrace.intake.sources import Asked, find_readers
from hoptrace.model.carriers import Carrier
from hoptrace.model.numbers import DialPlan, Number, NumberKind, display, normalise
from hoptrace.model.statements import Fate

NUMBERS = ("calling_number", "called_number", "egress_calling_number", "egress_called_number", "redirecting_number")
_NO_TEXT = (b"PAR1", b"SQLite format 3")
_TRUNK_SIDE = {"called_number": "upstream", "egress_called_number": "downstream"}
_NOT_SHOWN = frozenset({"call", "file", "row", "start_basis", "precision"})


@dataclass(frozen=True, slots=True)
class Claim:
    """What one format says of a file: `sure` from 0 to 1, `why`; `take`: how it would be submitted."""

    format: str
    title: str
    sure: float
    why: str
    take: str
    guessed: bool
    """`--format auto` would take it; not so where the operator chooses the columns."""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as it is written, beside what was understood: its fate, the reasons, and the facts of its call."""

    row: int
    written: str
    fate: str
    reasons: tuple[str, ...]
    understood: dict[str, Any]


def detect_file(path: Path, own: OwnProfiles | None = None) -> list[Claim]:
    """What a file may be: every reader, shipped profile and profile of the carrier's `own` is asked.

    The claim that `--format auto` follows comes first. Raises InputRefused where the file cannot be read.
    """
    source = _source(path)
    head = readable_head(source)
    if not head.strip():
        raise InputRefused(f"{source.name} is empty: there is no format to find. Export it again.")
    known = readers() if own is None else own.beside(readers())
    return [_claim(path, reader, claim.sure, claim.why) for reader, claim in claims_on(source, head, known)]


def unclaimed(path: Path) -> str:
    """What to do with a file that no format claims."""
    draft = f"No format claims {path}. Propose a profile for it with: hoptrace profile draft {path}"
    return import_instead(readable_head(_source(path)), path) or draft


def _claim(path: Path, reader: FormatReader, sure: float, why: str) -> Claim:
    chosen = isinstance(reader, Profiled | Stored | AcmeSbc) and reader.customisable
    carrier = reader.carrier if isinstance(reader, Stored) else None
    guessed = not chosen and not reader.needs_profile and sure > LEAST_SURE
    if reader.needs_profile:
        take = f'write a profile with format = "{reader.name}", see docs/formats/profiles.md'
    elif chosen:
        whose = f" --carrier {carrier}" if carrier else ""
        take = f"hoptrace profile show {path} --profile {format_name(reader)}{whose}"
    else:
        take = f"hoptrace submit {path} --carrier {carrier or 'ID'} --format {format_name(reader)}"
    return Claim(reader.name, reader.title, sure, why, take, guessed)


def show_file(
    path: Path,
    asked: Asked,
    carrier: Carrier,
    *,
    timezone: str | None = None,
    listed: frozenset[str] = frozenset(),
    rows: int = 5,
) -> list[ShownRow]:
    """The first rows of a file that carry a call or should, as written and as understood.

    `listed`: the carrier's trunks to neighbours, as for `Context`. Raises InputRefused, FormatUnknown, TimezoneMissing
    or ColumnMissing where the file as a whole cannot be read so.
    """
    source, reader = _source(path), reader_for(path, asked)
    readable_head(source)
    profile = own_profile(reader) or asked.profile
    context = Context(carrier, profile, timezone, listed=listed)
    accounts, calls = _first(reader, source, context, rows)
    return _shown(source, accounts, calls, _plan(carrier, profile))


def reader_for(path: Path, asked: Asked, own: OwnProfiles | None = None) -> FormatReader:
    """The reader that is asked for, else the one that `submit` would take; the carrier's `own` profiles count there.

    Raises FormatUnknown where no format is sure enough, and says then how to name one.
    """
    if asked.reader is not None:
        return asked.reader
    known = readers() if own is None else own.beside(readers())
    return find_readers([_source(path)], asked, known)[0]


def _source(path: Path) -> Source:
    if not path.exists():
        raise InputRefused(f"{path}: there is no such file.")
    return source_at(path)


def _first(reader: FormatReader, source: Source, context: Context, rows: int) -> tuple[pl.DataFrame, dict[int, Any]]:
    """The accounts of the first rows that are not skipped, and the facts of the calls that they are in."""
    found: list[pl.DataFrame] = []
    facts: dict[int, Any] = {}
    for chunk in reader.read([source], context):
        told = chunk.rows.filter(pl.col("fate") != str(Fate.SKIPPED)).sort("row").head(rows)
        facts |= dict(_facts(chunk, told))
        found.append(told)
        # A grouped reader gives its calls last.
        if not reader.grouped and sum(part.height for part in found) >= rows:
            break
    if not found:
        raise InputRefused(f"{source.name} is empty: there is no row to show.")
    return pl.concat(found).sort("row").head(rows), facts


def _facts(chunk: Chunk, told: pl.DataFrame) -> list[tuple[int, dict[str, Any]]]:
    joined = told.select("row", "call").drop_nulls().join(chunk.calls.drop("row"), on="call", how="inner")
    return [(fact["row"], fact) for fact in joined.iter_rows(named=True)]


def _plan(carrier: Carrier, profile: Profile) -> DialPlan:
    numbers = profile.numbers
    own = (numbers.tech_prefixes, numbers.outside_prefixes)
    return DialPlan(carrier.country, *own, carrier.carrier_id, trunk_prefixes=numbers.of_trunks())


def _shown(source: Source, accounts: pl.DataFrame, facts: dict[int, Any], plan: DialPlan) -> list[ShownRow]:
    written = _written(source, accounts["row"].to_list())
    shown: list[ShownRow] = []
    for row, fate, reasons, raw in accounts.select("row", "fate", "reasons", "raw").iter_rows():
        text = (raw or written.get(row, b"")).decode("utf-8", "replace")
        told = ShownRow(row, text, fate, tuple(reasons or ()), _understood(facts.get(row, {}), plan))
        why = _refused(facts[row], plan) if row in facts else None
        shown.append(told if why is None else replace(told, fate=str(Fate.REJECTED), reasons=(why,)))
    return shown


def _refused(facts: dict[str, Any], plan: DialPlan) -> str | None:
    """Why a call that a reader gives would not be taken in: without a called number it cannot be traced."""
    number = _number(facts, "called_number", plan)
    if number.kind is NumberKind.MISSING:
        return "called_number is missing"
    if number.kind is NumberKind.WITHHELD:
        return "called_number is withheld"
    unknown = number.key is None or number.kind is NumberKind.MASKED
    return "called_number is no telephone number" if unknown else None


def _written(source: Source, rows: list[int]) -> dict[int, bytes]:
    """The bytes of these rows; lines end as readers end them, also at a lone CR."""
    if readable_head(source).startswith(_NO_TEXT):
        return raw_rows(source, rows)
    found: dict[int, bytes] = {}
    for block in blocks(source, None, zeros=True):
        end = block.first_row + block.data.count(b"\n") + block.unended
        here = pl.Series("row", [row for row in rows if block.first_row <= row < end], pl.Int64)
        found |= dict(block.raw(here).iter_rows())
        if len(found) == len(set(rows)):
            break
    return found


def _understood(facts: dict[str, Any], plan: DialPlan) -> dict[str, Any]:
    """A call's facts, with numbers as the dial plan reads them."""
    told = {name: value for name, value in facts.items() if value is not None and name not in _NOT_SHOWN}
    for name in NUMBERS:
        if name in told:
            number = _number(facts, name, plan)
            told[name] = display(number.key) or f"{told[name]} ({number.why or number.kind})"
            if number.key is not None and number.key < -1:
                told[name] = f"{facts[name]} (internal)"
    return told


def _number(facts: dict[str, Any], name: str, plan: DialPlan) -> Number:
    """A number of a call, without the tech prefix of its trunk."""
    text, trunk = facts.get(name) or "", facts.get(_TRUNK_SIDE.get(name, ""))
    prefixes = [prefix for each, prefix in plan.trunk_prefixes if each == trunk and text.startswith(prefix)]
    return normalise(text.removeprefix(max(prefixes, key=len, default="")), plan)


def shown_carrier(carrier: Carrier | None, country: str | None) -> Carrier:
    """The carrier in whose name a file is looked at: a known one, or one of which the country alone is known."""
    base = carrier or Carrier("")
    return replace(base, country=country) if country else base
