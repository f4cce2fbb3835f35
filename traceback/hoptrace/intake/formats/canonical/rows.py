"""Records of a delimited or JSON-lines file become string columns; those that cannot become any are told why."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import orjson
import polars as pl

from hoptrace.intake.formats.canonical.checks import LONGEST_FIELD, NOTHING
from hoptrace.intake.formats.canonical.columns import Columns, field_column
from hoptrace.intake.formats.canonical.plain import split_at_once
from hoptrace.intake.formats.text.blocks import Block, Shape
from hoptrace.intake.formats.text.slices import are_lines_within

CUT = "last line is cut: file still being written?"
_BAD = pl.Schema({"row": pl.Int64, "raw": pl.Binary, "why": pl.String})
_SKIPPED = pl.Schema({"row": pl.Int64})
_QUOTED = '"(?:[^"]|"")*"'
_NOTHING = [re.compile(re.escape(word.encode())) for word in NOTHING]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A block's records apart: `good` (row, the file's columns), `bad` (row, raw, why), `skipped` (row).

    `raw` gives the bytes of good records by their rows (row, raw), `hashes` the hash of each good record as a whole, in
    their order, to know exact repetitions by. `tidy`: no field has a space, a control character or a word for nothing.
    `foreign`: how many records hold bytes that are not UTF-8; `unended`: the file ends here, and without a line end.
    `longest`: no field has more bytes than so many, where that is known.
    """

    good: pl.DataFrame
    hashes: Callable[[], pl.Series]
    raw: Callable[[pl.Series], pl.DataFrame]
    bad: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_BAD))
    skipped: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_SKIPPED))
    tidy: bool = False
    foreign: int = 0
    unended: bool = False
    longest: int | None = None


Parse = Callable[[Block, Columns], Parsed]
Split = Callable[[pl.DataFrame], pl.DataFrame]
"""From records (row, text) to their fields (row, the file's columns)."""

Hashes = Callable[[pl.DataFrame, pl.DataFrame], pl.Series]
"""The hash of each record, of its text or its fields."""


def parse_delimited(shape: Shape, header: str) -> Parse:
    """A parser of CSV records (RFC 4180) under a header; the header's repetitions are skipped."""

    def parse(block: Block, columns: Columns) -> Parsed:
        """All lines of a plain block at once, else each record by itself."""
        plain = parse_at_once(block, shape, header, columns.names)
        return plain if plain is not None else _parse_by_record(block, shape, header, columns.names)

    return parse


def _parse_by_record(block: Block, shape: Shape, header: str, names: tuple[str, ...]) -> Parsed:
    """A block some of whose records may be quoted, broken, blank or the header again."""
    records, foreign = _plain(block.records())
    text = pl.col("text")
    silent = (text.str.strip_chars() == "") | (text == header)
    quoted = f'(?:{_QUOTED}|[^"{_escaped(shape.separator)}]*)'
    built = f"^{quoted}(?:{_escaped(shape.separator)}{quoted}){{{shape.width - 1}}}$"
    count = text.str.count_matches(shape.separator, literal=True)
    has_quote = text.str.contains('"', literal=True)
    why = (
        pl.when(~has_quote & (count != shape.width - 1))
        .then(pl.format("{} columns where the header has " + str(shape.width), count + 1))
        .when(has_quote)
        .then(pl.when(~text.str.contains(built)).then(pl.lit("quotes or number of columns do not fit the header")))
    )
    judged = records.with_columns(silent=silent, why=why)
    parsed = _apart(judged, block, lambda good: _split(good, shape, names), _of_fields)
    return replace(parsed, foreign=foreign)


def parse_at_once(block: Block, shape: Shape, header: str, names: tuple[str, ...]) -> Parsed | None:
    """A block in which every line has its fields and nothing but fields; None where one is not so plain."""
    split = split_at_once(block, shape, header, column_names(names))
    if split is None:
        return None
    read, headers = split
    first = block.first_row + headers
    good = read.insert_column(0, pl.int_range(first, first + read.height, dtype=pl.Int64, eager=True).alias("row"))
    skipped = pl.DataFrame({"row": [block.first_row] * headers}, schema=_SKIPPED)
    tidy = not _says_nothing(block) and block.is_tidy()
    longest = LONGEST_FIELD if are_lines_within(block.data, LONGEST_FIELD) else None
    hashes = partial(_of_fields, good, good)
    return Parsed(good, hashes, block.raw, skipped=skipped, tidy=tidy, longest=longest)


def parse_json(block: Block, columns: Columns) -> Parsed:
    """JSON lines: an object a line; values of any type are taken as text."""
    records, foreign = _plain(block.records())
    schema = dict.fromkeys(columns.names, pl.String)
    judged = records.with_columns(silent=pl.col("text").str.strip_chars() == "", why=pl.lit(None, pl.String))
    whole = None if foreign else block
    try:
        parsed = _apart(judged, block, lambda good: _split_json(good, schema, whole), _of_text)
        return replace(parsed, tidy=_is_tidy_json(block), foreign=foreign)
    except pl.exceptions.PolarsError:
        pass
    # Rare: a line is no JSON object, and polars does not say which.
    faults = pl.Series([_json_fault(text) for text in records["text"].to_list()], dtype=pl.String)
    judged = judged.with_columns(why=pl.coalesce("why", faults))
    return replace(_apart(judged, block, lambda good: _split_json(good, schema, whole), _of_text), foreign=foreign)


def _is_tidy_json(block: Block) -> bool:
    """No value has a space, a control character or nothing in it, nor an escape that could stand for one."""
    plain = not block.may_hold(b"\\") and b'""' not in block.data
    return plain and not _says_nothing(block) and block.is_tidy()


def _says_nothing(block: Block) -> bool:
    """Whether some field may be a word that stands for nothing."""
    # A pattern is found in half the time that `in` takes, and its first letter, if rare, in a tenth of that.
    return any(block.may_hold(word.pattern[:1]) and word.search(block.data) is not None for word in _NOTHING)


def _plain(records: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """The records as text, and how many of them are not UTF-8: those lose what is none, and no call is lost by it.

    Joined files bring a byte order mark into the middle.
    """
    foreign = records["text"].null_count()
    if foreign:
        raw, texts = records["raw"].to_list(), records["text"].to_list()
        said = [one.decode("utf-8", "replace") if text is None else text for one, text in zip(raw, texts, strict=True)]
        records = records.with_columns(text=pl.Series(said, dtype=pl.String))
    return records.with_columns(pl.col("text").str.strip_prefix("\ufeff")), foreign


def _apart(judged: pl.DataFrame, block: Block, split: Split, hashes: Hashes) -> Parsed:
    if block.unended:
        cut = pl.col("why").is_not_null() & (pl.col("row") == pl.col("row").max())
        judged = judged.with_columns(why=pl.when(cut).then(pl.lit(CUT)).otherwise("why"))
    silent, broken = pl.col("silent"), pl.col("why").is_not_null()
    good = judged.filter(~silent & ~broken).select("row", "text")
    fields = split(good)
    return Parsed(
        good=fields,
        hashes=partial(hashes, good, fields),
        raw=block.raw,
        bad=judged.filter(~silent & broken).select("row", "raw", "why"),
        skipped=judged.filter(silent).select("row"),
    )


def _split(good: pl.DataFrame, shape: Shape, names: tuple[str, ...]) -> pl.DataFrame:
    """The records' fields, with `row`."""
    unique = column_names(names)
    if not good.height:
        return pl.DataFrame(schema={"row": pl.Int64, **dict.fromkeys(unique, pl.String)})
    body: str = good["text"].str.join("\n").item()
    read = pl.read_csv(
        io.BytesIO(body.encode()),
        separator=shape.separator,
        has_header=False,
        infer_schema=False,
        new_columns=unique,
    )
    if read.height != good.height or read.width != shape.width:
        read = _split_slowly(good, shape, unique)
    return read.insert_column(0, good["row"])


def column_names(names: tuple[str, ...]) -> list[str]:
    """Where the columns of a delimited file stand in a frame; those without a name are numbered."""
    return [field_column(name) if name else f"column {number}" for number, name in enumerate(names)]


def _of_fields(_: pl.DataFrame, fields: pl.DataFrame) -> pl.Series:
    return fields.drop("row").hash_rows()


def _of_text(records: pl.DataFrame, _: pl.DataFrame) -> pl.Series:
    return records["text"].hash()


def _split_slowly(good: pl.DataFrame, shape: Shape, names: list[str]) -> pl.DataFrame:
    """Record by record, where a block's text does not split into as many rows as it has records."""
    fields = [next(csv.reader(io.StringIO(text, newline=""), delimiter=shape.separator)) for text in good["text"]]
    return pl.DataFrame(fields, schema=dict.fromkeys(names, pl.String), orient="row")


def _split_json(good: pl.DataFrame, schema: dict[str, type[pl.String]], block: Block | None) -> pl.DataFrame:
    """The objects' fields; `block` where its bytes may be read as they are."""
    keys = good.select("row")
    if not good.height:
        return keys.with_columns(pl.lit(None, pl.String).alias(field_column(name)) for name in schema)
    body = block.data if block is not None and _is_all_of(block, good) else good["text"].str.join("\n").item().encode()
    read = pl.read_ndjson(body, schema=schema)
    if read.height != good.height:
        raise pl.exceptions.ShapeError("lines and objects differ in number")
    return keys.hstack(read.rename(field_column))


def _is_all_of(block: Block, good: pl.DataFrame) -> bool:
    return good.height == block.data.count(b"\n") + block.unended and codecs.BOM_UTF8 not in block.data


def _json_fault(text: str) -> str | None:
    if not text.strip():
        return None
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return "not a JSON object"
    return None if isinstance(value, dict) else "not a JSON object"


def _escaped(separator: str) -> str:
    return {"|": r"\|", "\t": r"\t"}.get(separator, separator)
