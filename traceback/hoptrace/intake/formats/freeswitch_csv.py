"""FreeSWITCH mod_cdr_csv: a row a leg, whose columns are channel variables that a template names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hoptrace.intake.formats import freeswitch_templates as templates
from hoptrace.intake.formats.asterisk_lines import Lines, decoded, lines_of, split, split_tolerant
from hoptrace.intake.formats.asterisk_rows import DateOrder, date_order, is_slashed, parse_time
from hoptrace.intake.formats.freeswitch_entering import Entering
from hoptrace.intake.formats.freeswitch_flows import CallFlow
from hoptrace.intake.formats.freeswitch_legs import Leg, make_leg
from hoptrace.intake.formats.freeswitch_templates import Template
from hoptrace.intake.formats.freeswitch_times import Odd, Times, micro, second, times_of
from hoptrace.intake.formats.freeswitch_variables import decoded_row
from hoptrace.intake.formats.resaved import damage, only_minutes
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import ZONE_IN_FILE, Chunk, Context, Detection, Source
from hoptrace.intake.zones import LocalClock, measure

_LOOKED_AT = 100
_CUT = "last line is cut: file still being written?"
_GREGORIAN = 0x01B21DD213814000
_INSERT = re.compile(r"\s*INSERT INTO \S+ VALUES\s*\((.*)\);?\s*", re.IGNORECASE)
_MINUTE, _SECOND, _MILLISECOND = 60_000_000, 1_000_000, 1_000
_STAMPS = ("start", "answer", "end")
_NO_FLOW = CallFlow()


@dataclass(slots=True)
class _Row:
    """One row: its variables, and its times as written; local ones naive."""

    place: tuple[int, int]
    variables: dict[str, str]
    times: dict[str, datetime] = field(default_factory=dict[str, datetime])
    epoch: float | None = None
    """When the leg's uuid was made, in seconds UTC, where it is one that holds a time (version 1, RFC 9562)."""

    def __post_init__(self) -> None:
        text = self.variables.get("uuid", "")
        if text[14:15] == "1" and templates.UUID.fullmatch(text):
            ticks = int(text[15:18] + text[9:13] + text[:8], 16)
            self.epoch = (ticks - _GREGORIAN) / 10_000_000


class FreeswitchCsv:
    """Reads mod_cdr_csv files, one of the shipped templates or one that a profile names."""

    name = "freeswitch_csv"
    title = "FreeSWITCH mod_cdr_csv (Master.csv)"
    grouped = False
    needs_profile = False

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims a file most of whose rows have FreeSWITCH's times, causes and uuids."""
        del source
        rows = [_split(text) for raw in head.splitlines()[:_LOOKED_AT] if (text := decoded(raw)).strip()]
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
    group, odd = Entering(), Odd()
    rows, template = _rows(source, context, group.ledger)
    clock = _clock(rows, context)
    minutes = _only_minutes(rows)
    outgoing = _outgoing(rows)
    for row in rows:
        group.add(_leg(row, clock, minutes, row.place in outgoing, odd), row.place)
    group.flag(source.index, *(clock.flags() if clock else ()), *_flags(rows, template, minutes), *odd.flags())
    return group.chunk(clock.zone if clock else ZONE_IN_FILE)


def _rows(source: Source, context: Context, ledger: Ledger) -> tuple[list[_Row], Template | None]:
    """The file's rows with their variables; lines that give none are settled in the ledger."""
    lines = lines_of(source)
    cells: dict[int, list[str]] = {}
    seen: set[bytes] = set()
    for line in lines.lines:
        place = source.index, line.number
        ledger.row(*place, line.raw)
        if not line.text.strip():
            ledger.skip(*place)
        elif line.raw in seen:
            ledger.duplicate(*place)
        else:
            seen.add(line.raw)
            cells[line.number] = _split(line.text)
    by_width = _templates(source, context, list(cells.values()))
    rows = [_row((source.index, at), each, lines, by_width, ledger) for at, each in cells.items()]
    found = [row for row in rows if row is not None]
    order = date_order(row.variables["start_stamp"] for row in found if "start_stamp" in row.variables)
    for row in found:
        _read_times(row, order)
    return found, next(iter(by_width.values()), None)


def _templates(source: Source, context: Context, rows: list[list[str]]) -> dict[int, Template]:
    """The template for each width of row; raises InputRefused where no width has one."""
    stated = templates.of_profile(context.profile, source.name)
    if stated is not None:
        return {len(stated.variables): stated}
    widths = Counter(map(len, rows))
    found = {width: templates.shipped([row for row in rows if len(row) == width]) for width in widths}
    known = {width: template for width, template in found.items() if template is not None}
    if rows and not known:
        raise templates.unknown_template(source.name, list(widths))
    return known


def _row(
    place: tuple[int, int], cells: list[str], lines: Lines, by_width: dict[int, Template], ledger: Ledger
) -> _Row | None:
    template = by_width.get(len(cells))
    if template is None:
        cells = split_tolerant(lines.lines[place[1] - 1].text)
        template = by_width.get(len(cells))
    if template is None:
        cut = not lines.complete and place[1] == len(lines.lines)
        ledger.reject(*place, _CUT if cut else "wrong number of columns")
        return None
    if [cell.strip().strip('"') for cell in cells[:3]] == list(template.variables[:3]):
        ledger.skip(*place)
        return None
    variables = {name: text for name, cell in zip(template.variables, cells, strict=True) if (text := cell.strip())}
    return _Row(place, variables)


def _split(text: str) -> list[str]:
    """The cells of a row, also of one that the template makes an INSERT of."""
    match = _INSERT.fullmatch(text)
    return split(match[1].replace('", "', '","') if match else text)


def _read_times(row: _Row, order: DateOrder) -> None:
    for name in _STAMPS:
        text = row.variables.get(f"{name}_stamp")
        if text is not None and (time := parse_time(text, order)) is not None:
            row.times[name] = time


def _clock(rows: Sequence[_Row], context: Context) -> LocalClock | None:
    """The clock of local times, None where every row has an epoch."""
    if not any(row.times and not _has_epoch(row) for row in rows):
        return None
    pairs = [
        (row.times["start"], epoch)
        for row in rows
        if "start" in row.times and row.times["start"].tzinfo is None and (epoch := _known_epoch(row)) is not None
    ]
    by = "epochs" if any(map(_has_epoch, rows)) else "uuid (version 1)"
    return LocalClock.of(context, measure(pairs, by))


def _has_epoch(row: _Row) -> bool:
    return "start_epoch" in row.variables or "start_uepoch" in row.variables


def _known_epoch(row: _Row) -> float | None:
    text = row.variables.get("start_epoch", "")
    return float(text) if text.isdecimal() and len(text) == 10 else row.epoch


def _outgoing(rows: Sequence[_Row]) -> set[tuple[int, int]]:
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


def _age(row: _Row) -> tuple[datetime, float, int]:
    """What tells which of two legs came first; a leg is written when it ends, and the one dialled ends first."""
    return row.times.get("start", datetime.max), row.epoch or 0.0, -row.place[1]  # noqa: DTZ901 - only compared


def _leg(row: _Row, clock: LocalClock | None, minutes: bool, outgoing: bool, odd: Odd) -> Leg | list[str]:
    """The leg of a row, made as one of a document is."""
    variables = decoded_row(row.variables)
    if outgoing:
        variables["direction"] = "outbound"
    local = clock if not _has_epoch(row) else None
    return make_leg(row.place, variables, _NO_FLOW, _times(row, variables, local, minutes), odd)


def _times(row: _Row, variables: dict[str, str], clock: LocalClock | None, minutes: bool) -> Times:
    """The times of a row: epochs as they are, local ones by the clock, the start by its uuid where that is finer."""
    tick = _MINUTE if minutes else _SECOND
    times = times_of(variables, _NO_FLOW)
    if clock is None:
        return times if "start_uepoch" in row.variables else times._replace(tick=tick)
    seconds = {name: _epoch(row, name, clock) for name in row.times}
    exact = _exact(row, seconds.get("start", 0), tick)
    found: dict[str, datetime | None] = {}
    for name, epoch in seconds.items():
        # What else is written with the second of the start is no earlier than it.
        same = exact is not None and epoch == seconds.get("start")
        found[name] = micro(exact if same else variables.get(f"{name}_uepoch")) or second(str(epoch))
    return times._replace(**found, tick=tick if exact is None else _MILLISECOND)


def _epoch(row: _Row, name: str, clock: LocalClock) -> int:
    time = row.times[name]
    utc = clock.to_utc(time, row.epoch if name == "start" else None) if time.tzinfo is None else time
    return int(utc.timestamp())


def _exact(row: _Row, start: int, tick: int) -> str | None:
    """The start to the microsecond by the leg's uuid, where it lies within the second or minute that is written."""
    epoch = row.epoch
    if epoch is None or not 0 <= epoch - start < tick / 1_000_000:
        return None
    return str(round(epoch * 1_000_000))


def _only_minutes(rows: Sequence[_Row]) -> bool:
    """Whether the seconds are gone: no time has any, or all times are full minutes."""
    written = [row.variables["start_stamp"] for row in rows if "start" in row.times]
    if written and all(text.count(":") == 1 for text in written):
        return True
    return only_minutes([row.times["start"] for row in rows if "start" in row.times])


def _flags(rows: Sequence[_Row], template: Template | None, minutes: bool) -> Iterator[str]:
    if rows and template is not None and templates.NEIGHBOURS.isdisjoint(template.variables):
        yield "no column names a neighbour: from whom calls came and to whom they went is not known"
    stamps = [row.variables.get("start_stamp", "") for row in rows]
    numbers = ([row.variables.get(name, "") for name in ("caller_id_number", "destination_number")] for row in rows)
    yield from damage(numbers, minutes=minutes, slashed=any(is_slashed(text) or "/" in text[:5] for text in stamps))
