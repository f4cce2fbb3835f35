"""Kamailio's and OpenSIPS' accounting tables as JSON: arrays of rows, as databases and their tools export them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.acc.events import Origin
from hoptrace.intake.formats.acc.gather import Gathering
from hoptrace.intake.formats.acc.json import ARRAY, CALL_ID, MARKS, TABLE
from hoptrace.intake.formats.acc.sqlite import TABLES
from hoptrace.intake.formats.json.documents import Document, documents_of
from hoptrace.intake.formats.json.values import clean
from hoptrace.intake.formats.text.content import content_of
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_BETWEEN = b"\xef\xbb\xbf \t\r\n,["
_SIGNS = (
    *((name, "method", "from_tag") for name in CALL_ID),
    # Other services call an id call_id that stands beside such times.
    ("callid", "start_time", "end_time"),
)


class AccTableJson:
    """Reads rows of the tables acc, missed_calls and acc_cdrs; objects without method and Call-ID are skipped."""

    name = "acc_table_json"
    title = "Kamailio/OpenSIPS accounting table exported as JSON"
    grouped = True
    needs_profile = False
    rows_are_lines = False

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims an array of objects that have a Call-ID and a method, or the times of a dialog."""
        del source
        for names in _SIGNS if ARRAY.match(head) is not None else ():
            if all(f'"{name}"'.encode() in head for name in names):
                return Detection(self.name, 0.97, f"an array of objects with {', '.join(names)}")
        return None

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """The calls of a group of files; raises TimezoneMissing and InputRefused."""
        with Gathering(sources, context) as gathering:
            for source in sources:
                _enter_all(source, gathering)
        yield from gathering.chunks()


def _documents(content: bytes) -> Iterator[tuple[bool, Document]]:
    """Each object, numbered through the file, and whether it stands in the table of missed calls."""
    number, begin, missed = 0, 0, False
    for table in (*TABLE.finditer(content), None):
        end = len(content) if table is None else table.start()
        for document in documents_of(content[begin:end].lstrip(_BETWEEN)):
            number += 1
            yield missed, document._replace(number=number)
        if table is not None:
            begin, missed = table.end(), b'"missed_calls"' in table[0]


def _enter_all(source: Source, gathering: Gathering) -> None:
    rows = 0
    for missed, document in _documents(content_of(source)):
        origin, row = Origin(source.index, document.number, document.raw, missed), document.data
        if row is not None and ("method" in row or any(row.get(name) for name in CALL_ID)):
            gathering.take(origin, tuple(row), tuple(row.values()), _cleaned)
        elif row is not None or not any(mark in document.raw for mark in MARKS):
            gathering.skip(origin)
            continue
        else:
            gathering.reject(origin, document.problem or "the JSON object cannot be read")
        rows += 1
    if not rows:
        raise InputRefused(f"{source.name}: no row of a table {', '.join(TABLES)}. See docs/formats/acc.md.")


def _cleaned(cells: Sequence[Any]) -> list[Any]:
    return [clean(cell) if isinstance(cell, str) else cell for cell in cells]
