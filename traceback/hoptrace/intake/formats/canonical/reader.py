"""The canonical format (docs/formats/canonical.md): one row a call as one carrier saw it; CSV, JSON lines, Parquet."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import orjson
import polars as pl

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.canonical.checks import MINUTE, as_calls, fields, judged
from hoptrace.intake.formats.canonical.columns import (
    COLUMNS,
    REQUIRED,
    Columns,
    find_columns,
    known_names,
    plain_name,
    split_header,
)
from hoptrace.intake.formats.canonical.parquet import MAGIC, parquet_blocks, parquet_columns
from hoptrace.intake.formats.canonical.rows import Parse, Parsed, parse_delimited, parse_json
from hoptrace.intake.formats.text.blocks import Shape, blocks
from hoptrace.intake.formats.text.opening import first_line
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Context, Detection, Source
from hoptrace.intake.seen import Seen
from hoptrace.model.statements import RAW_CALLS, ROWS, Fate

_LEAST_TIMES = 5
_CALL_LIST = "call_ref"  # calls.csv, the calls to trace, has the same columns beside it and is no carrier's record
_MINUTES = (
    "every start time is on a full minute: the seconds were cut, as a spreadsheet does; times count as intervals of a "
    "minute. Ask for the file as the switch wrote it."
)
_RESAVED = "numbers such as 9.1E+11: re-saved by a spreadsheet, their digits are lost. Ask for the original file."
_UNENDED = "the last line has no line end: if the file was still being written, submit it again when it is whole."


@dataclass(frozen=True, slots=True)
class Canonical:
    """Reads canonical files as a stream; each row stands for one call and route attempt."""

    name: str = "canonical"
    title: str = "hoptrace's canonical columns (CSV, JSON lines, Parquet)"
    grouped: bool = False
    needs_profile: bool = False
    rows_are_lines: bool = True

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims a file whose header, first object or Parquet schema names the canonical columns."""
        names = {plain_name(name) for name in _names_in(source, head)}
        if _CALL_LIST in names:
            return None
        known = known_names(sorted(names))
        if set(REQUIRED) <= names:
            return Detection(self.name, 0.98, f"its columns {', '.join(REQUIRED)} are the canonical ones")
        if known >= 3:
            return Detection(self.name, 0.7, f"{known} of its columns have canonical names")
        return None

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk a block; raises InputRefused or ColumnMissing where the file as a whole cannot be read."""
        for source in sources:
            yield from _File(source).chunks(context.profile)


@dataclass(slots=True)
class _File:
    """One file being read: what must be known from one chunk to the next."""

    source: Source
    seen: Seen = field(default_factory=Seen)
    times: int = 0
    whole_minutes: bool = True
    resaved: bool = False
    unended: bool = False
    foreign: int = 0

    def chunks(self, profile: Profile) -> Iterator[Chunk]:
        """A chunk a block, and one without rows where only the whole file tells what the receipt is to say."""
        parsed_blocks, columns, flags = self._open(profile)
        for parsed in parsed_blocks:
            yield self._chunk(parsed, columns, flags)
            flags = []
        closing = flags + self._closing_flags()
        if closing:
            empty = Chunk(RAW_CALLS.to_frame(), ROWS.to_frame(), flags=tuple((self.source.index, f) for f in closing))
            yield empty

    def _open(self, profile: Profile) -> tuple[Iterator[Parsed], Columns, list[str]]:
        if self.source.path.is_file() and _is_parquet(self.source):
            columns = find_columns(self.source.name, parquet_columns(self.source), profile)
            return parquet_blocks(self.source, columns), columns, _unknown(columns)
        line = first_line(self.source)
        if line.lstrip().startswith("{"):
            asked = {
                name for column in COLUMNS if column not in REQUIRED for name in profile.columns_of(column, (column,))
            }
            found = _json_names(self.source.head())
            columns = find_columns(self.source.name, [*found, *sorted(asked - set(found))], profile)
            return self._text_blocks(None, columns, parse_json), columns, _unknown(columns)
        separator, names = split_header(line)
        columns = find_columns(self.source.name, names, profile)
        shape = Shape(separator, len(names))
        flags = _unknown(columns) + ([] if separator == "," else [f"columns are separated by {separator!r}"])
        return self._text_blocks(shape, columns, parse_delimited(shape, line)), columns, flags

    def _text_blocks(self, shape: Shape | None, columns: Columns, parse: Parse) -> Iterator[Parsed]:
        for block in blocks(self.source, shape):
            self.unended = block.unended
            yield parse(block, columns)

    def _chunk(self, parsed: Parsed, columns: Columns, flags: list[str]) -> Chunk:
        self.foreign += parsed.foreign
        sound, rejected = judged(fields(parsed.good, columns, tidy=parsed.tidy))
        calls = as_calls(sound, self.source.index, self._on_minutes(sound))
        self.resaved = self.resaved or _is_resaved(sound["called_number"])
        accounts = [_account(sound, Fate.ACCEPTED, call=pl.int_range(pl.len(), dtype=pl.Int64))]
        if rejected.height:
            raw = rejected.join(parsed.raw(rejected["row"]), on="row", how="left", maintain_order="left")
            accounts.append(_account(raw, Fate.REJECTED, reasons=pl.col("reasons"), raw=pl.col("raw")))
        if parsed.bad.height:
            accounts.append(_account(parsed.bad, Fate.REJECTED, reasons=pl.concat_list("why"), raw=pl.col("raw")))
        if parsed.skipped.height:
            accounts.append(_account(parsed.skipped, Fate.SKIPPED))
        account = pl.concat(accounts)
        ordered = account if account["row"].is_sorted() else account.sort("row")
        return Chunk(
            calls=calls,
            rows=ordered.with_columns(file=pl.lit(self.source.index, pl.Int32)).select(list(ROWS)),
            flags=tuple((self.source.index, flag) for flag in flags),
            again=partial(self._again, calls["row"], parsed.good["row"], parsed.hashes),
        )

    def _again(self, asked: pl.Series, rows: pl.Series, hashes: Callable[[], pl.Series]) -> pl.Series:
        """Of each row that is asked for, of those that have these hashes, whether one before was the same."""
        hashed = pl.DataFrame([rows, hashes().rename("hash")])
        return self.seen.repeated(asked.to_frame().join(hashed, on="row", how="left", maintain_order="left")["hash"])

    def _on_minutes(self, sound: pl.DataFrame) -> bool:
        """All times so far are on a full minute, and enough of them that this is no accident."""
        start = sound["start_time_read"].to_physical()
        self.whole_minutes = self.whole_minutes and bool((start % MINUTE == 0).all())
        self.times += start.len()
        return self.whole_minutes and self.times >= _LEAST_TIMES

    def _closing_flags(self) -> list[str]:
        minutes = self.whole_minutes and self.times >= _LEAST_TIMES
        foreign = f"bytes that are not UTF-8, shown as replacement marks, in {self.foreign:,} rows"
        told = ((minutes, _MINUTES), (self.resaved, _RESAVED), (self.unended, _UNENDED), (self.foreign, foreign))
        return [text for holds, text in told if holds]


def _is_resaved(numbers: pl.Series) -> bool:
    """Some number is one that a spreadsheet cut; those with a plus, nearly all, are not looked at closer."""
    others = numbers.filter(~numbers.str.starts_with("+"))
    return bool(others.str.contains(r"^[0-9.,]+[Ee]\+[0-9]+$").any())


def _account(
    frame: pl.DataFrame,
    fate: Fate,
    call: pl.Expr | None = None,
    reasons: pl.Expr | None = None,
    raw: pl.Expr | None = None,
) -> pl.DataFrame:
    return frame.select(
        row=pl.col("row").cast(pl.Int64),
        call=pl.lit(None, pl.Int64) if call is None else call,
        fate=pl.lit(str(fate)),
        reasons=pl.lit(None, pl.List(pl.String)) if reasons is None else reasons,
        raw=pl.lit(None, pl.Binary) if raw is None else raw,
    )


def _unknown(columns: Columns) -> list[str]:
    unknown = [name or "(without a name)" for name in columns.unknown]
    return [f"columns that are not canonical were left out: {', '.join(unknown)[:500]}"] if unknown else []


def _is_parquet(source: Source) -> bool:
    with source.path.open("rb") as stream:
        return source.path.suffix.lower() == ".parquet" or stream.read(4) == MAGIC


def _json_names(head: bytes) -> list[str]:
    """The names in the objects at the head of a file: an object leaves out what it does not know."""
    names: dict[str, None] = {}
    for line in head.removeprefix(codecs.BOM_UTF8).splitlines():
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(value, dict):
            names.update(dict.fromkeys(cast("dict[str, object]", value)))
    return list(names)


def _names_in(source: Source, head: bytes) -> list[str]:
    if head.startswith(MAGIC):
        try:
            return parquet_columns(source)
        except InputRefused:
            return []
    text = head.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace").replace("\r", "\n").lstrip()
    return _json_names(head) if text.startswith("{") else split_header(text.split("\n", 1)[0])[1]
