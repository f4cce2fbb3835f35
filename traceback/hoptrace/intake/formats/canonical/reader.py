"""The canonical format (docs/formats/canonical.md): one row a call as one carrier saw it; CSV, JSON lines, Parquet."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import orjson

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.canonical.columns import (
    COLUMNS,
    REQUIRED,
    Columns,
    find_columns,
    known_names,
    plain_name,
    split_header,
)
from hoptrace.intake.formats.canonical.file import File
from hoptrace.intake.formats.canonical.parquet import MAGIC, parquet_blocks, parquet_columns
from hoptrace.intake.formats.canonical.rows import Parse, Parsed, parse_delimited, parse_json
from hoptrace.intake.formats.text.blocks import Shape, blocks
from hoptrace.intake.formats.text.opening import first_line
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_CALL_LIST = "call_ref"  # calls.csv, the calls to trace, has the same columns beside it and is no carrier's record


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
        return claim(self.name, _names_in(source, head))

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk a block; raises InputRefused or ColumnMissing where the file as a whole cannot be read."""
        for source in sources:
            yield from _chunks(source, context.profile)


def claim(name: str, columns: Iterable[str]) -> Detection | None:
    """The claim of the reader of that name on a file that has these columns."""
    names = {plain_name(column) for column in columns}
    if _CALL_LIST in names:
        return None
    known = known_names(sorted(names))
    if set(REQUIRED) <= names:
        return Detection(name, 0.98, f"its columns {', '.join(REQUIRED)} are the canonical ones")
    return Detection(name, 0.7, f"{known} of its columns have canonical names") if known >= 3 else None


def json_columns(file: str, names: Sequence[str], profile: Profile) -> Columns:
    """The columns of objects that have these names; one may leave out what it does not know.

    Raises InputRefused or ColumnMissing where they are not enough.
    """
    asked = {name for column in COLUMNS if column not in REQUIRED for name in profile.columns_of(column, (column,))}
    return find_columns(file, [*names, *sorted(asked - set(names))], profile)


def _chunks(source: Source, profile: Profile) -> Iterator[Chunk]:
    file = File(source)
    if source.path.is_file() and _is_parquet(source):
        columns = find_columns(source.name, parquet_columns(source), profile)
        return file.chunks(parquet_blocks(source, columns), columns)
    line = first_line(source)
    if line.lstrip().startswith("{"):
        columns = json_columns(source.name, _json_names(source.head()), profile)
        return file.chunks(_text_blocks(source, None, columns, parse_json), columns)
    separator, names = split_header(line)
    columns = find_columns(source.name, names, profile)
    shape = Shape(separator, len(names))
    flags = [] if separator == "," else [f"columns are separated by {separator!r}"]
    return file.chunks(_text_blocks(source, shape, columns, parse_delimited(shape, line)), columns, flags)


def _text_blocks(source: Source, shape: Shape | None, columns: Columns, parse: Parse) -> Iterator[Parsed]:
    for block in blocks(source, shape):
        yield replace(parse(block, columns), unended=block.unended)


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
