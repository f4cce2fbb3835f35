"""FreeSWITCH mod_cdr_csv: a row a leg, whose columns are channel variables that a template names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from hoptrace.intake.formats.asterisk.rows import is_slashed
from hoptrace.intake.formats.freeswitch import templates
from hoptrace.intake.formats.freeswitch.entering import enter_legs
from hoptrace.intake.formats.freeswitch.row_times import clock_of, given_of, only_full_minutes
from hoptrace.intake.formats.freeswitch.rows import Row, rows_of, split_row
from hoptrace.intake.formats.freeswitch.table import table_of_lines
from hoptrace.intake.formats.freeswitch.templates import Template
from hoptrace.intake.formats.freeswitch.variables import decoded_texts
from hoptrace.intake.formats.resaved import damage
from hoptrace.intake.formats.text.lines import decoded
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import ZONE_IN_FILE, Chunk, Context, Detection, Source

_LOOKED_AT = 100


class FreeswitchCsv:
    """Reads mod_cdr_csv files, one of the shipped templates or one that a profile names."""

    name = "freeswitch_csv"
    title = "FreeSWITCH mod_cdr_csv (Master.csv)"
    grouped = False
    needs_profile = False
    rows_are_lines = True

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims a file most of whose rows have FreeSWITCH's times, causes and uuids."""
        del source
        rows = [split_row(text) for raw in head.splitlines()[:_LOOKED_AT] if (text := decoded(raw)).strip()]
        fits = sum(templates.fits(cells) for cells in rows)
        if fits * 2 > len(rows):
            why = f"times, hangup cause and uuid in their places in {fits} of {len(rows)} rows"
            return Detection(self.name, 0.93, why)
        like = sum(templates.looks_like_freeswitch(cells) for cells in rows)
        if like * 2 > len(rows):
            return Detection(self.name, 0.7, f"a time, a hangup cause and a uuid in {like} of {len(rows)} rows")
        return None

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk a file; raises InputRefused where the template is not known, TimezoneMissing, ProfileInvalid."""
        for source in sources:
            yield _read_file(source, context)


def _read_file(source: Source, context: Context) -> Chunk:
    ledger = Ledger()
    rows, template = rows_of(source, context, ledger)
    clock = clock_of(rows, context)
    minutes = only_full_minutes(rows)
    outgoing = _outgoing(rows)
    variables = [_variables(row, row.place in outgoing) for row in rows]
    given = given_of(rows, variables, clock, minutes)
    for text in (*(clock.flags() if clock else ()), *_flags(rows, template, minutes)):
        ledger.flag(source.index, text)
    enter_legs([row.place for row in rows], table_of_lines(variables, given), ledger)
    return ledger.chunk(clock.zone if clock else ZONE_IN_FILE)


def _variables(row: Row, outgoing: bool) -> dict[str, str]:
    variables = decoded_texts(row.variables)
    return {**variables, "direction": "outbound"} if outgoing else variables


def _outgoing(rows: Sequence[Row]) -> set[tuple[int, int]]:
    """The rows of legs that another row names as the one it was bridged to; of two that name each other the later."""
    by_uuid = {row.variables.get("uuid", ""): row for row in rows}
    found: set[tuple[int, int]] = set()
    for row in rows:
        other = by_uuid.get(row.variables.get("bleg_uuid", "-"))
        if other is None or other is row or "direction" in other.variables:
            continue
        mutual = other.variables.get("bleg_uuid") == row.variables.get("uuid")
        if not mutual or _age(row) < _age(other):
            found.add(other.place)
    return found


def _age(row: Row) -> tuple[datetime, float, int]:
    """What tells which of two legs came first; a leg is written when it ends, and the one dialled ends first."""
    return row.times.get("start", datetime.max), row.epoch or 0.0, -row.place[1]  # noqa: DTZ901 - only compared


def _flags(rows: Sequence[Row], template: Template | None, minutes: bool) -> Iterator[str]:
    if rows and template is not None and templates.NEIGHBOURS.isdisjoint(template.variables):
        yield "no column names a neighbour: from whom calls came and to whom they went is not known"
    stamps = [row.variables.get("start_stamp", "") for row in rows]
    numbers = ([row.variables.get(name, "") for name in ("caller_id_number", "destination_number")] for row in rows)
    slashed = any("/" in text and (is_slashed(text) or "/" in text[:5]) for text in stamps)
    yield from damage(numbers, minutes=minutes, slashed=slashed)
