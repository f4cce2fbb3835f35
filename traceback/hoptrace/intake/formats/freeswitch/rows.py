"""The rows of a mod_cdr_csv file: cells become channel variables as the template says, and times as written."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from hoptrace.intake.formats.asterisk.rows import DateOrder, date_order, parse_time
from hoptrace.intake.formats.freeswitch import templates
from hoptrace.intake.formats.freeswitch.templates import Template
from hoptrace.intake.formats.text.lines import Lines, lines_of
from hoptrace.intake.formats.text.splitting import split, split_tolerant
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import Context, Source

_CUT = "last line is cut: file still being written?"
_GREGORIAN = 0x01B21DD213814000
_INSERT = re.compile(r"\s*INSERT INTO \S+ VALUES\s*\((.*)\);?\s*", re.IGNORECASE)

STAMPS = ("start", "answer", "end")
_WRITTEN = {name: f"{name}_stamp" for name in STAMPS}


@dataclass(slots=True)
class Row:
    """One row: its variables, and its times as written; local ones naive."""

    place: tuple[int, int]
    variables: dict[str, str]
    times: dict[str, datetime] = field(init=False)
    epoch: float | None = None
    """When the leg's uuid was made, in seconds UTC, where it is one that holds a time (version 1, RFC 9562)."""

    def __post_init__(self) -> None:
        self.times = {}
        text = self.variables.get("uuid", "")
        if text[14:15] == "1" and templates.UUID.fullmatch(text):
            ticks = int(text[15:18] + text[9:13] + text[:8], 16)
            self.epoch = (ticks - _GREGORIAN) / 10_000_000

    @property
    def has_epoch(self) -> bool:
        """Whether the start is written in seconds or microseconds UTC."""
        return "start_epoch" in self.variables or "start_uepoch" in self.variables

    @property
    def started(self) -> float | None:
        """The start in seconds UTC, as written or, about, by the uuid."""
        text = self.variables.get("start_epoch", "")
        return float(text) if text.isdecimal() and len(text) == 10 else self.epoch


def rows_of(source: Source, context: Context, ledger: Ledger) -> tuple[list[Row], Template | None]:
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
        elif line.number == lines.unended:
            ledger.reject(*place, _CUT)
        else:
            seen.add(line.raw)
            cells[line.number] = split_row(line.text)
    by_width = _templates(source, context, list(cells.values()))
    rows = [_row((source.index, at), each, lines, by_width, ledger) for at, each in cells.items()]
    found = [row for row in rows if row is not None]
    order = date_order(text for row in found if (text := row.variables.get("start_stamp")) is not None)
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
) -> Row | None:
    template = by_width.get(len(cells))
    if template is None:
        cells = split_tolerant(lines.lines[place[1] - 1].text)
        template = by_width.get(len(cells))
    if template is None:
        ledger.reject(*place, "wrong number of columns")
        return None
    titles = template.variables[:3]
    if titles[0] in cells[0] and [cell.strip().strip('"') for cell in cells[:3]] == list(titles):
        ledger.skip(*place)
        return None
    texts = zip(template.variables, map(str.strip, cells), strict=True)
    return Row(place, {name: text for name, text in texts if text})


def split_row(text: str) -> list[str]:
    """The cells of a row, also of one that the template makes an INSERT of."""
    match = _INSERT.fullmatch(text)
    if match is not None:
        text = match[1].replace('", "', '","')
    return split(text)


def _read_times(row: Row, order: DateOrder) -> None:
    for name, column in _WRITTEN.items():
        text = row.variables.get(column)
        if text is not None and (time := parse_time(text, order)) is not None:
            row.times[name] = time
