"""Lines of an Asterisk CDR file become columns of cells: well-built rows at once, by Polars, the others one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import polars as pl

from hoptrace.intake.formats.asterisk.column_names import is_header, is_type_row
from hoptrace.intake.formats.asterisk.tabs import with_commas
from hoptrace.intake.formats.text.content import content_of
from hoptrace.intake.formats.text.lines import decoded
from hoptrace.intake.formats.text.splitting import SPACES, split
from hoptrace.intake.reading import Source

BLANK, TITLE, AGAIN = "blank", "title", "again"

_MARK = "\ufeff"
_ODD = (b"\0", b"\t", _MARK.encode())
_FIELD = r'(?:"(?:[^"]|"")*"|[^",]*)'
_LONGEST = 131_072
"""Python's csv reads no field that is longer, so that such a line is split otherwise."""
_FEW = 32
"""So few rows are split one by one in less time than at once."""
_MOST_WIDTHS = 3
_WIDEST = 200


class Sheet(NamedTuple):
    """A file's lines: `row` (from 1), `raw`, `text`, and `fate` where that is settled: TITLE, BLANK, AGAIN.

    `titles`: the cells of the title lines, each once. `unended`: the number of the last line where it has no line end.
    """

    lines: pl.DataFrame
    titles: list[list[str]]
    unended: int | None

    @property
    def data(self) -> pl.DataFrame:
        """The `row` and `text` of lines that are rows of data, each only once."""
        lines = self.lines[["row", "text"]]
        return lines if self.lines["fate"].null_count() == lines.height else lines.filter(self.lines["fate"].is_null())


def sheet_of(source: Source) -> Sheet:
    """A file's lines; raises InputRefused where it is damaged or beyond a limit."""
    content = content_of(source)
    raw = content.splitlines()
    number = pl.int_range(1, len(raw) + 1, dtype=pl.Int64, eager=True).alias("row")
    lines = pl.DataFrame([number, pl.Series("raw", raw, pl.Binary), _texts(content, raw).alias("text")])
    marks = lines.select(_marks())
    titles = _titles(lines["text"].filter(marks["maybe"])) if marks["maybe"].any() else []
    fate = pl.Series("fate", [None], pl.String).new_from_index(0, lines.height)
    if titles or marks["blank"].any() or marks["again"].any():
        title = lines["text"].is_in(pl.Series(titles).implode()) if titles else fate.cast(pl.Boolean)
        fate = marks.hstack([title.alias("title")]).select(_fate()).to_series()
    complete = not content or content.endswith((b"\n", b"\r"))
    return Sheet(lines.hstack([fate]), [split(text) for text in titles], None if complete else len(raw))


@cache
def _marks() -> list[pl.Expr]:
    """Lines that are blank, that stood before, and that have no colon, as all rows of data with their times do."""
    # `strip_chars` knows other spaces than Python.
    text, blank = pl.col("text"), pl.col("text").str.strip_chars(SPACES) == ""
    again = ~pl.col("raw").is_first_distinct()
    maybe = ~blank & ~text.str.contains(":", literal=True)
    return [blank.alias("blank"), again.alias("again"), maybe.alias("maybe")]


@cache
def _fate() -> pl.Expr:
    fate = pl.when("blank").then(pl.lit(BLANK)).when("title").then(pl.lit(TITLE)).when("again").then(pl.lit(AGAIN))
    return fate.alias("fate")


def _texts(content: bytes, raw: Sequence[bytes]) -> pl.Series:
    if not any(odd in content for odd in _ODD):
        try:
            return pl.Series(raw, dtype=pl.Binary).cast(pl.String)
        except pl.exceptions.ComputeError:
            pass  # a line is not UTF-8, and Polars does not say which
    return pl.Series([with_commas(decoded(line)) for line in raw], dtype=pl.String)


def _titles(texts: pl.Series) -> list[str]:
    """The texts of title lines, each once, in order."""
    asked = dict.fromkeys(texts.to_list())
    return [text for text in asked if is_header(cells := split(text)) or is_type_row(cells)]


class Cells(NamedTuple):
    """Rows of data as `split` has them: of each usual width a frame of `row` and c0, c1, ..., the others one by one.

    A cell is null or empty where nothing is written. `single`: line number and cells.
    """

    at_once: dict[int, pl.DataFrame]
    single: list[tuple[int, list[str]]]

    def widths(self) -> set[int]:
        """How many cells rows have."""
        return {*self.at_once, *(len(cells) for _, cells in self.single)}

    def rows_of(self, widths: Iterable[int]) -> Iterator[tuple[int, list[str]]]:
        """The rows of these widths that were split at once, one by one."""
        for width in widths:
            for row, *cells in self.at_once[width].with_columns(pl.col(pl.String).fill_null("")).iter_rows():
                yield row, cells

    def of_width(self, width: int, most: int) -> Sequence[Sequence[str]]:
        """The first rows of a width, by columns."""
        frame = self.at_once.get(width)
        rows = [] if frame is None else frame.head(most).with_columns(pl.col(pl.String).fill_null("")).rows()
        some = [(row, *cells) for row, cells in self.single if len(cells) == width][:most]
        return list(zip(*sorted([*rows, *some], key=lambda cells: cells[0])[:most], strict=True))[1:]


def cells_of(data: pl.DataFrame) -> Cells:
    """The cells of rows (`row`, `text`)."""
    at_once: dict[int, pl.DataFrame] = {}
    left = data if data.height <= _FEW else data.with_columns(sound=_sound())
    while left.height > _FEW and len(at_once) < _MOST_WIDTHS:
        width = _usual_width(left["text"])
        built = left["sound"] & left["text"].str.contains(f"^{_FIELD}(?:,{_FIELD}){{{width - 1}}}$")
        if width in at_once or width > _WIDEST or (read := _read_at_once(left.filter(built), width)) is None:
            break
        at_once[width] = read
        left = left.filter(~built)
    return Cells(at_once, [(row, split(text)) for row, text in left[["row", "text"]].iter_rows()])


@cache
def _sound() -> pl.Expr:
    return (pl.col("text").str.len_bytes() < _LONGEST) & ~pl.col("text").str.starts_with(_MARK)


def _usual_width(texts: pl.Series) -> int:
    some = [len(split(text)) for text in texts.gather_every(texts.len() // _FEW).to_list()]
    return max(some, key=some.count)


def _read_at_once(rows: pl.DataFrame, width: int) -> pl.DataFrame | None:
    """Well-built rows of a width; None where Polars reads something else, or there is none."""
    if rows.is_empty() or width < 2:
        return None
    body: str = rows["text"].str.join("\n").item()
    try:
        read = pl.read_csv(body.encode(), has_header=False, schema=dict.fromkeys(names(width), pl.String))
    except pl.exceptions.PolarsError:
        return None
    return read.rechunk().insert_column(0, rows["row"]) if read.height == rows.height else None


def names(width: int) -> list[str]:
    """What the cells of a row are called."""
    return [f"c{at}" for at in range(width)]
