"""Asterisk's CDR files: cdr_csv and cdr_custom `Master.csv`, and exports of the cdr table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import polars as pl

from hoptrace.intake.formats.asterisk.calls import calls_of
from hoptrace.intake.formats.asterisk.cells import AGAIN, Cells, Sheet, cells_of, sheet_of
from hoptrace.intake.formats.asterisk.column_names import canonical_name, is_header
from hoptrace.intake.formats.asterisk.facts import facts_of
from hoptrace.intake.formats.asterisk.fields import Bad, cdrs_of, fields_of
from hoptrace.intake.formats.asterisk.guessing import MOST_ROWS_LOOKED_AT, guess_layout, is_known
from hoptrace.intake.formats.asterisk.layout import Layout, header_layout, no_layout, profile_layout, rejoined
from hoptrace.intake.formats.asterisk.rows import places_of
from hoptrace.intake.formats.asterisk.tabs import with_commas
from hoptrace.intake.formats.asterisk.telephones import Telephones
from hoptrace.intake.formats.asterisk.times import clock_of
from hoptrace.intake.formats.resaved import FEWEST_FOR_MINUTES, ROUNDED, damage
from hoptrace.intake.formats.text.splitting import split, split_tolerant
from hoptrace.intake.ledger import NO_CALLED, reasons_of
from hoptrace.intake.reading import ZONE_IN_FILE, Chunk, Context, Detection, Source
from hoptrace.model.statements import ROWS, Fate

_CUT = "last line is cut: file still being written?"
_NUMBERS = ("calling_number", "called_number")
_SECOND = 1_000_000


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
        text = head.decode("utf-8-sig", errors="replace")
        lines = [with_commas(line) for line in text.splitlines()[:60] if line.strip()]
        if not lines:
            return None
        if is_header(first := split(lines[0])):
            names = {canonical_name(cell) for cell in first}
            known = len(names & {"dstchannel", "lastapp", "lastdata", "dcontext", "disposition", "amaflags"})
            return Detection(self.name, 0.95, "its header has Asterisk's column names") if known >= 3 else None
        for divide in (split, split_tolerant):
            groups = _by_width([divide(line) for line in lines])
            for width, group in sorted(groups.items(), key=lambda pair: -len(pair[1])):
                layout = guess_layout(list(zip(*group, strict=True))) if width >= 14 else None
                if layout is not None:
                    why = f"{width} columns {layout.why}, with channel names and dispositions"
                    return Detection(self.name, 0.9, why)
        return None

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk a file; raises InputRefused where the columns cannot be told, TimezoneMissing."""
        for source in sources:
            yield _read_file(source, context)


def _read_file(source: Source, context: Context) -> Chunk:
    sheet = sheet_of(source)
    fields, bad = _fields(source, context, sheet)
    telephones = Telephones(context.listed)
    cdrs, unusable, respelled = cdrs_of(fields)
    clock = clock_of(cdrs, context)
    minutes = _seconds_are_gone(cdrs)
    facts = facts_of(cdrs, calls_of(cdrs, telephones), telephones, clock, minutes, source.index)
    numbers, calls = cdrs["row"][facts.members["at"]], facts.members["call"]
    unnamed = [(row, (NO_CALLED,)) for row in numbers.filter(calls.is_null())] if calls.null_count() else []
    rows = _accounts(sheet, numbers, calls, [*bad, *unusable, *unnamed])
    flags = (*(clock.flags() if clock else ()), *facts.lasted.flags(), *_damage(cdrs, minutes, respelled))
    return Chunk(
        calls=facts.calls,
        rows=rows.insert_column(0, pl.Series("file", [source.index], pl.Int32).new_from_index(0, rows.height)),
        zone=clock.zone if clock else ZONE_IN_FILE,
        flags=tuple((source.index, text) for text in flags),
    )


def _accounts(sheet: Sheet, numbers: pl.Series, calls: pl.Series, bad: list[Bad]) -> pl.DataFrame:
    """What became of every line; one that nobody settled comes out as rejected, never lost."""
    count = sheet.lines.height
    call = pl.Series("call", [None], pl.Int64).new_from_index(0, count).scatter(numbers - 1, calls)
    reasons = reasons_of([(row - 1, text) for row, texts in bad for text in texts], count)
    return sheet.lines.hstack([call, reasons]).select(_account())


@cache
def _account() -> list[pl.Expr]:
    """ROWS but for the file."""
    settled = pl.when(pl.col("fate") == AGAIN).then(pl.lit(Fate.DUPLICATE.value))
    settled = settled.when(pl.col("fate").is_not_null()).then(pl.lit(Fate.SKIPPED.value))
    settled = settled.when(pl.col("call").is_not_null()).then(pl.lit(Fate.ACCEPTED.value))
    told = {"fate": settled.otherwise(pl.lit(Fate.REJECTED.value))}
    return [told.get(name, pl.col(name)).alias(name) for name in ROWS.names() if name != "file"]


def _fields(source: Source, context: Context, sheet: Sheet) -> tuple[pl.DataFrame, list[Bad]]:
    """The fields of the file's rows, in their order, and lines that give none."""
    data, bad = sheet.data, list[Bad]()
    if not sheet.titles and data.height and data["row"][-1] == sheet.unended:
        # Master.csv is written on and on; an export with titles is written at once.
        data, bad = data.head(-1), [(data["row"][-1], (_CUT,))]
    header = next((header_layout(cells) for cells in sheet.titles if is_header(cells)), None)
    cells = cells_of(data)
    by_width = _layouts(source, context, header, cells) or _tolerant_layouts(data["text"])
    if data.height and not by_width:
        raise no_layout(source.name, sorted(cells.widths()))
    places = {width: places_of(layout, context.profile) for width, layout in by_width.items()}
    single, unfit = _fitting(sheet, cells, by_width)
    found = [fields_of(cells.at_once.get(width), single.get(width, []), places[width]) for width in places]
    fields = found[0] if len(found) == 1 else pl.concat(found or [fields_of(None, [], {})])
    return fields.sort("row"), [*bad, *unfit]


def _layouts(source: Source, context: Context, header: Layout | None, cells: Cells) -> dict[int, Layout]:
    """The layout for each width of row that has one."""
    stated = profile_layout(context.profile, source.name) or header
    if stated is not None:
        return {len(stated.columns): stated}
    widths = cells.widths()
    some = {width: cells.of_width(width, MOST_ROWS_LOOKED_AT) for width in widths if is_known(width)}
    return _guessed(some)


def _tolerant_layouts(texts: pl.Series) -> dict[int, Layout]:
    """The same of rows that have a comma between quotes that are not doubled, and so no width of their own."""
    groups = _by_width([split_tolerant(text) for text in texts.head(MOST_ROWS_LOOKED_AT)])
    return _guessed({width: list(zip(*rows, strict=True)) for width, rows in groups.items() if is_known(width)})


def _guessed(columns: Mapping[int, Sequence[Sequence[str]]]) -> dict[int, Layout]:
    """The layouts of rows (by columns) of these widths, where their values have one."""
    return {width: layout for width, rows in columns.items() if (layout := guess_layout(rows)) is not None}


def _by_width(rows: Sequence[list[str]]) -> dict[int, list[list[str]]]:
    groups: dict[int, list[list[str]]] = defaultdict(list)
    for cells in rows:
        groups[len(cells)].append(cells)
    return groups


def _fitting(
    sheet: Sheet, cells: Cells, by_width: dict[int, Layout]
) -> tuple[dict[int, list[tuple[int, list[str]]]], list[Bad]]:
    """Rows by width whose width has a layout; others are split once more, tolerantly, and else rejected."""
    fitting: dict[int, list[tuple[int, list[str]]]] = defaultdict(list)
    bad: list[Bad] = []
    only = next(iter(by_width.values())) if len(by_width) == 1 else None
    texts = sheet.lines["text"]
    others = [*cells.single, *cells.rows_of(width for width in cells.at_once if width not in by_width)]
    for row, each in sorted(others, key=lambda pair: pair[0]):
        if len(each) in by_width:
            fitting[len(each)].append((row, each))
            continue
        again = split_tolerant(texts.item(row - 1))
        if len(again) in by_width and len(again) > 1:
            fitting[len(again)].append((row, again))
            continue
        whole = rejoined(each, only) if only is not None else None
        if whole is not None:
            fitting[len(whole)].append((row, whole))
            continue
        cut = row == sheet.unended and len(each) < max(by_width, default=0)
        bad.append((row, (_CUT if cut else "wrong number of columns",)))
    return fitting, bad


def _seconds_are_gone(cdrs: pl.DataFrame) -> bool:
    """Whether no start is written with seconds, or all have 0 of them, in more rows than chance allows."""
    if cdrs.is_empty() or not (cdrs["start"] // _SECOND % 60 == 0).all():
        return False
    return cdrs.height > FEWEST_FOR_MINUTES or bool((cdrs["start_time"].str.count_matches(":") == 1).all())


def _damage(cdrs: pl.DataFrame, minutes: bool, respelled: bool) -> Iterator[str]:
    """What a spreadsheet did to the file."""
    numbers: list[tuple[str, ...]] = []
    rounded = cdrs.select(_rounded()).to_series()
    if rounded.any():
        numbers = cdrs.filter(rounded).select(pl.col(name).fill_null("") for name in _NUMBERS).rows()
    yield from damage(numbers, minutes=minutes, slashed=respelled)


@cache
def _rounded() -> pl.Expr:
    return pl.any_horizontal(pl.col(name).str.contains(ROUNDED).fill_null(value=False) for name in _NUMBERS)
