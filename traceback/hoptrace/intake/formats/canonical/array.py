"""Canonical rows as JSON objects in an array, or over several lines each: an object is a row, wherever lines end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

import polars as pl

from hoptrace.intake.formats.canonical.columns import Columns
from hoptrace.intake.formats.canonical.file import File
from hoptrace.intake.formats.canonical.reader import claim, json_columns
from hoptrace.intake.formats.canonical.rows import Parsed, parse_json
from hoptrace.intake.formats.json.documents import Document, documents_of
from hoptrace.intake.formats.text.blocks import Block
from hoptrace.intake.formats.text.content import content_of
from hoptrace.intake.formats.xml.records import in_blocks
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_AROUND = b"\xef\xbb\xbf \t\r\n"
_LOOKED_AT = 20
_NEXT_ARRAY = re.compile(rb"(?<=\})\s*\](?:\s|\xef\xbb\xbf)*\[\s*(?=\{)")
_BRACE_ALONE = re.compile(rb"^[ \t]*\{[ \t\r]*$", re.MULTILINE)
"""So begins an object that runs over several lines, as nearly all programs write it."""
_UNENDED = "the array has no end: if the file was still being written, submit it again when it is whole."


class CanonicalArray:
    """Reads JSON that is no JSON lines; row n is the n-th object."""

    name = "canonical_json"
    title = "hoptrace's canonical columns (a JSON array, objects over several lines)"
    grouped = False
    needs_profile = False
    rows_are_lines = False

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims an array, or objects of several lines, whose first ones have the canonical columns."""
        del source
        begin = head.lstrip(_AROUND)
        if not begin.startswith(b"[") and not (begin.startswith(b"{") and _BRACE_ALONE.search(head)):
            return None
        first = islice(_objects(head), _LOOKED_AT)
        found = claim(self.name, {name for each in first for name in each.data or {}})
        # Among such objects some may stand on a line each, which then look like JSON lines.
        return None if found is None else replace(found, sure=found.sure + 0.01)

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """The chunks of each file; raises InputRefused or ColumnMissing where it cannot be read as a whole."""
        for source in sources:
            content = content_of(source)
            names: dict[str, None] = {}
            objects: list[bytes] = []
            for document in _objects(content):
                names.update(dict.fromkeys(map(_readable, document.data or {})))
                objects.append(document.raw)
            columns = json_columns(source.name, list(names), context.profile)
            unended = content.lstrip(_AROUND).startswith(b"[") and not content.rstrip(_AROUND).endswith(b"]")
            for chunk in File(source).chunks(_parsed(objects, columns), columns, [_UNENDED] * unended):
                yield replace(chunk, rows=_with_bytes(chunk.rows, objects))


def _objects(content: bytes) -> Iterator[Document]:
    """What stands between the brackets, if any; of arrays that were joined one after another."""
    inside = content.strip(_AROUND).removeprefix(b"[").removesuffix(b"]")
    return chain.from_iterable(map(documents_of, _NEXT_ARRAY.split(inside)))


def _readable(name: str) -> str:
    """A name in which marks stand for bytes that are not UTF-8, as in the rows."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _parsed(objects: Sequence[bytes], columns: Columns) -> Iterator[Parsed]:
    """The objects a line each: a line end in one stands between its values, where a space does as well."""
    row = 1
    for some in in_blocks(objects, len):
        lines = [each.replace(b"\r", b" ").replace(b"\n", b" ") for each in some]
        yield parse_json(Block(b"\n".join(lines) + b"\n", row, unended=False), columns)
        row += len(lines)


def _with_bytes(rows: pl.DataFrame, objects: Sequence[bytes]) -> pl.DataFrame:
    """Rows (ROWS) with their bytes as they stand in the file, which no line number leads to."""
    return rows.with_columns(raw=pl.Series([objects[row - 1] for row in rows["row"].to_list()], dtype=pl.Binary))
