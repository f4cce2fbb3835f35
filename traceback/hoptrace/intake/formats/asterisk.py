"""Asterisk's CDR files: cdr_csv and cdr_custom `Master.csv`, and exports of the cdr table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from hoptrace.intake.formats import asterisk_layout as layouts
from hoptrace.intake.formats.asterisk_calls import calls_of
from hoptrace.intake.formats.asterisk_facts import NO_CALLED, Times, enter, fold_row
from hoptrace.intake.formats.asterisk_layout import Layout
from hoptrace.intake.formats.asterisk_lines import Line, Lines, lines_of, split, split_tolerant
from hoptrace.intake.formats.asterisk_rows import Cdr, Columns, DateOrder, date_order, is_slashed, make_cdr
from hoptrace.intake.formats.resaved import damage, only_minutes
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.local_clock import LocalClock
from hoptrace.intake.reading import ZONE_IN_FILE, Chunk, Context, Detection, Source
from hoptrace.intake.zone_measuring import measure

_CUT = "last line is cut: file still being written?"
_NUMBERS = ("calling_number", "called_number")


class AsteriskCsv:
    """Reads Asterisk CDR files, with or without a header, one call a dial attempt."""

    name = "asterisk"
    title = "Asterisk cdr_csv / cdr_custom (Master.csv)"
    grouped = False
    needs_profile = False
    rows_are_lines = True

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims a file with Asterisk's header, or whose values stand where Asterisk puts them."""
        del source
        lines = head.decode("utf-8-sig", errors="replace").splitlines()[:60]
        rows = [split(line) for line in lines if line.strip()]
        if not rows:
            return None
        if layouts.is_header(rows[0]):
            names = {layouts.canonical_name(cell) for cell in rows[0]}
            known = len(names & {"dstchannel", "lastapp", "lastdata", "dcontext", "disposition", "amaflags"})
            return Detection(self.name, 0.95, "its header has Asterisk's column names") if known >= 3 else None
        for width, group in sorted(_by_width(rows).items(), key=lambda pair: -len(pair[1])):
            layout = layouts.guess_layout(group) if width >= 14 else None
            if layout is not None:
                return Detection(self.name, 0.9, f"{width} columns {layout.why}, with channel names and dispositions")
        return None

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk a file; raises InputRefused where the columns cannot be told, TimezoneMissing."""
        for source in sources:
            yield _read_file(source, context)


Rows = list[tuple[Line, list[str]]]


def _read_file(source: Source, context: Context) -> Chunk:
    ledger = Ledger()
    cdrs = _cdrs(source, context, ledger)
    clock = None
    if any(cdr.start.tzinfo is None for cdr in cdrs):
        pairs = [(cdr.start, cdr.epoch) for cdr in cdrs if cdr.epoch is not None and cdr.start.tzinfo is None]
        clock = LocalClock.of(context, measure(pairs))
        clock.look_ahead((cdr.start for cdr in cdrs), lambda: [fold_row(cdr) for cdr in cdrs])
    times = Times(clock, only_minutes([cdr.start for cdr in cdrs]))
    for call in calls_of(cdrs):
        enter(call, times, source.index, ledger)
    for text in (*(clock.flags() if clock else ()), *times.flags(), *_damage(cdrs, times.minutes)):
        ledger.flag(source.index, text)
    return ledger.chunk(clock.zone if clock else ZONE_IN_FILE)


def _cdrs(source: Source, context: Context, ledger: Ledger) -> list[Cdr]:
    """The file's records; lines that give none are settled in the ledger."""
    lines = lines_of(source)
    titles, data = _rows(source.index, lines, ledger)
    if not titles and data and data[-1][0].number == lines.unended:
        # Master.csv is written on and on; an export with titles is written at once.
        ledger.reject(source.index, data.pop()[0].number, _CUT)
    header = next((layouts.header_layout(cells) for cells in titles if layouts.is_header(cells)), None)
    by_width = _layouts(source, context, header, data)
    fitting = _fitting(source.index, lines, data, by_width, ledger)
    columns = {width: Columns.of(layout, context.profile) for width, layout in by_width.items()}
    read = [(line, columns[len(cells)].read(cells)) for line, cells in fitting]
    order = date_order(fields["start_time"] for _, fields in read if "start_time" in fields)
    return [cdr for line, fields in read if (cdr := _cdr(source.index, line, fields, order, ledger)) is not None]


def _rows(file: int, lines: Lines, ledger: Ledger) -> tuple[list[list[str]], Rows]:
    """Every line entered: titles (skipped, as blank lines are) and rows of data; exact repetitions are settled."""
    titles: list[list[str]] = []
    data: Rows = []
    seen: set[bytes] = set()
    for line in lines.lines:
        ledger.row(file, line.number, line.raw)
        if not line.text.strip():
            ledger.skip(file, line.number)
        elif line.raw in seen:
            ledger.duplicate(file, line.number)
        elif _is_title(line.text, cells := split(line.text)):
            ledger.skip(file, line.number)
            titles.append(cells)
        else:
            seen.add(line.raw)
            data.append((line, cells))
    return titles, data


def _is_title(text: str, cells: Sequence[str]) -> bool:
    # Rows of data hold times, titles hold no colon: this spares looking at the cells of nearly every row.
    return ":" not in text and (layouts.is_header(cells) or layouts.is_type_row(cells))


def _layouts(source: Source, context: Context, header: Layout | None, data: Rows) -> dict[int, Layout]:
    """The layout for each width of row; raises InputRefused where no width has one."""
    stated = layouts.profile_layout(context.profile, source.name) or header
    if stated is not None:
        return {len(stated.columns): stated}
    groups = _by_width([cells for _, cells in data])
    found = {width: layout for width, rows in groups.items() if (layout := layouts.guess_layout(rows)) is not None}
    if data and not found:
        raise layouts.no_layout(source.name, list(groups))
    return found


def _by_width(rows: Sequence[list[str]]) -> dict[int, list[list[str]]]:
    groups: dict[int, list[list[str]]] = defaultdict(list)
    for cells in rows:
        groups[len(cells)].append(cells)
    return groups


def _fitting(file: int, lines: Lines, data: Rows, by_width: dict[int, Layout], ledger: Ledger) -> Rows:
    """Rows whose width has a layout; others are split once more, tolerantly, and else rejected."""
    fitting: Rows = []
    only = next(iter(by_width.values())) if len(by_width) == 1 else None
    for line, cells in data:
        if len(cells) in by_width:
            fitting.append((line, cells))
            continue
        again = split_tolerant(line.text)
        if len(again) in by_width and len(again) > 1:
            fitting.append((line, again))
            continue
        whole = layouts.rejoined(cells, only) if only is not None else None
        if whole is not None:
            fitting.append((line, whole))
            continue
        cut = not lines.complete and line.number == len(lines.lines) and len(cells) < max(by_width, default=0)
        ledger.reject(file, line.number, _CUT if cut else "wrong number of columns")
    return fitting


def _cdr(file: int, line: Line, fields: dict[str, str], order: DateOrder, ledger: Ledger) -> Cdr | None:
    cdr = make_cdr(line.number, fields, order)
    if isinstance(cdr, Cdr):
        return cdr
    ledger.reject(file, line.number, cdr, *(() if "called_number" in fields else (NO_CALLED,)))
    return None


def _damage(cdrs: Sequence[Cdr], minutes: bool) -> Iterator[str]:
    """What a spreadsheet did to the file."""
    numbers = (tuple(cdr.text(name) for name in _NUMBERS) for cdr in cdrs)
    yield from damage(numbers, minutes=minutes, slashed=any(is_slashed(cdr.text("start_time")) for cdr in cdrs))
