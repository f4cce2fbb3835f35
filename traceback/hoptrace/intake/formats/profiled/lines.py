"""Lines of a delimited file become columns c1, c2, ...: at once where every line is plain, else one by one."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from hoptrace.intake.formats.canonical.plain import split_at_once
from hoptrace.intake.formats.profiled.plan import place
from hoptrace.intake.formats.text.blocks import Block, Shape
from hoptrace.intake.formats.text.splitting import split, split_tolerant
from hoptrace.intake.profiles.file_rules import FileRules, Quoting

MOST_COLUMNS = 2_000
TOO_MANY = f"more than {MOST_COLUMNS:,} columns"
_QUOTED = '"(?:[^"]|"")*"'


@dataclass(frozen=True, slots=True)
class Rows:
    """A block's rows: `cells` (row, width, c1 ...), `skipped` (row), and `bad` (row, why).

    `tidy`: no field has a space or a control character, and empty ones are null. `marked`: rows whose bytes are no
    text of the encoding, or hold zero bytes, as words for the receipt.
    """

    cells: pl.DataFrame
    skipped: pl.Series
    bad: pl.DataFrame
    tidy: bool = False
    marked: tuple[str, ...] = ()


def nothing_bad() -> pl.DataFrame:
    """No bad rows."""
    return pl.DataFrame(schema={"row": pl.Int64, "why": pl.String})


def delimited_rows(block: Block, rules: FileRules, header: str, width: int) -> Rows:
    """The rows of a block; `header` is the header line or empty, `width` how many columns most rows have."""
    return _at_once(block, rules, header, width) or _one_by_one(block, rules, header, width)


def _at_once(block: Block, rules: FileRules, header: str, width: int) -> Rows | None:
    if b"\0" in block.data or (rules.quoting is Quoting.BACKSLASH and b"\\" in block.data):
        return None
    if any(_begins(block.data, comment.encode()) for comment in rules.comments):
        return None
    split = split_at_once(block, Shape(rules.delimiter, width), header, [place(at + 1) for at in range(width)])
    if split is None:
        return None
    read, headers = split
    first = block.first_row + headers
    rows = pl.int_range(first, first + read.height, dtype=pl.Int64, eager=True).alias("row")
    cells = read.insert_column(0, rows).with_columns(width=pl.lit(width, pl.Int32))
    skipped = pl.Series("row", [block.first_row] * headers, pl.Int64)
    return Rows(cells, skipped, nothing_bad(), tidy=block.is_tidy())


def _begins(data: bytes, comment: bytes) -> bool:
    return data.startswith(comment) or b"\n" + comment in data


def _one_by_one(block: Block, rules: FileRules, header: str, width: int) -> Rows:
    records, marked = texts_of(block, rules)
    silent = silent_lines(records, rules, header)
    spoken = records.filter(~silent)
    quoted = spoken["text"].str.contains('"', literal=True) & (rules.quoting in (Quoting.STANDARD, Quoting.UNESCAPED))
    parts = [_split(spoken.filter(~quoted), rules)]
    if quoted.any():
        parts += _split_quoted(spoken.filter(quoted), rules, width)
    cells = pl.concat([part for part in parts if part.height] or parts[:1], how="diagonal").sort("row")
    too_many = pl.col("width") > MOST_COLUMNS
    bad = cells.filter(too_many).select("row", why=pl.lit(TOO_MANY))
    return Rows(cells.filter(~too_many), records.filter(silent)["row"], bad, marked=marked)


def texts_of(block: Block, rules: FileRules) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """A block's records (row, text), and in words what of their bytes was no text."""
    records = block.records()
    marked: list[str] = []
    foreign = records.filter(pl.col("text").is_null())
    if foreign.height:
        texts = [_decoded(raw, rules.encoding) for raw in foreign["raw"].to_list()]
        decoded = foreign.select("row").with_columns(decoded=pl.Series(texts, dtype=pl.String))
        records = records.join(decoded, on="row", how="left", maintain_order="left")
        records = records.with_columns(text=pl.coalesce("text", "decoded")).drop("decoded")
        lost = "" if rules.encoding != "utf-8" else ", what is none was replaced"
        marked.append(f"lines that are not UTF-8, read as {rules.encoding}{lost}")
    if b"\0" in block.data:
        records = records.with_columns(pl.col("text").str.replace_all("\0", "", literal=True))
        marked.append("zero bytes in the lines, left out")
    return records.select("row", text=pl.col("text").str.strip_prefix(codecs.BOM_UTF8.decode())), tuple(marked)


def _decoded(raw: bytes, encoding: str) -> str:
    return raw.decode(encoding, errors="replace")


def silent_lines(records: pl.DataFrame, rules: FileRules, header: str) -> pl.Series:
    """Whether each record carries no call by itself: blank, a comment, or the header again."""
    text = pl.col("text")
    silent = text.str.strip_chars() == ""
    if header:
        silent = silent | (text == header)
    for comment in rules.comments:
        silent = silent | text.str.starts_with(comment)
    return records.select(silent=silent)["silent"]


def _split(records: pl.DataFrame, rules: FileRules) -> pl.DataFrame:
    """Records without quotes that mean anything."""
    text = pl.col("text")
    if rules.quoting is Quoting.BACKSLASH:
        # What is escaped stands aside as control characters that no text file has, while the rest is divided.
        text = text.str.replace_all(r"\\", "\x01", literal=True)
        text = text.str.replace_all("\\" + rules.delimiter, "\x02", literal=True)
    divided = records.select("row", cells=text.str.split(rules.delimiter))
    cells = _widened(divided.with_columns(width=pl.col("cells").list.len().cast(pl.Int32)))
    if rules.quoting is not Quoting.BACKSLASH:
        return cells
    texts = [name for name in cells.columns if name not in {"row", "width"}]
    back = (pl.col(name).str.replace_all("\x02", rules.delimiter, literal=True) for name in texts)
    return cells.with_columns(back).with_columns(
        pl.col(name).str.replace_all("\x01", "\\", literal=True) for name in texts
    )


def _widened(divided: pl.DataFrame) -> pl.DataFrame:
    """Lists of cells as columns c1, c2, ..."""
    most = divided["width"].max()
    count = min(most, MOST_COLUMNS) if isinstance(most, int) else 0
    columns = (pl.col("cells").list.get(at, null_on_oob=True).alias(place(at + 1)) for at in range(count))
    return divided.select("row", "width", *columns)


def _split_quoted(records: pl.DataFrame, rules: FileRules, width: int) -> list[pl.DataFrame]:
    """Records with quotes: those that are well built all at once, the others by a splitter that forgives."""
    separator = {"|": r"\|", "\t": r"\t"}.get(rules.delimiter, rules.delimiter)
    field = f'(?:{_QUOTED}|[^"{separator}]*)'
    built = records["text"].str.contains(f"^{field}(?:{separator}{field}){{{width - 1}}}$")
    parts: list[pl.DataFrame] = []
    sound = records.filter(built)
    if sound.height and width > 1 and rules.quoting is Quoting.STANDARD:
        read = _read_quoted(sound, rules, width)
        if read is not None:
            parts.append(read)
            records = records.filter(~built)
    if records.height:
        lists = [_cells(text, rules, width) for text in records["text"].to_list()]
        parts.append(_of_lists(records["row"], lists))
    return parts


def _cells(text: str, rules: FileRules, width: int) -> list[str]:
    """The cells by the first way that gives as many as the others have; quotes are where files are broken most."""
    if rules.quoting is Quoting.STANDARD:
        try:
            return next(csv.reader((text,), delimiter=rules.delimiter, strict=True))
        except (csv.Error, StopIteration):
            pass
    loose, tolerant = split(text, rules.delimiter), split_tolerant(text, rules.delimiter)
    ways = (loose, tolerant) if rules.quoting is Quoting.STANDARD else (tolerant, loose)
    return next((cells for cells in ways if len(cells) == width), ways[0])


def _read_quoted(records: pl.DataFrame, rules: FileRules, width: int) -> pl.DataFrame | None:
    body: str = records["text"].str.join("\n").item()
    names = [place(at + 1) for at in range(width)]
    try:
        read = pl.read_csv(
            body.encode(), separator=rules.delimiter, has_header=False, infer_schema=False, new_columns=names
        )
    except pl.exceptions.PolarsError:
        return None
    if read.shape != (records.height, width):
        return None
    return read.insert_column(0, records["row"]).with_columns(width=pl.lit(width, pl.Int32))


def _of_lists(rows: pl.Series, lists: Sequence[Sequence[str]]) -> pl.DataFrame:
    widths = [len(cells) for cells in lists]
    cells = pl.Series("cells", [list(cells[: MOST_COLUMNS + 1]) for cells in lists], pl.List(pl.String))
    return _widened(pl.DataFrame({"row": rows, "width": pl.Series(widths, dtype=pl.Int32), "cells": cells}))
