"""A report over many traces as JSON: the model itself, its tables written a part at a time."""

from __future__ import annotations

import io
from typing import IO, Any

from hoptrace.reports.many.summary import SummaryReport
from hoptrace.reports.tables.table import Table


def write_json(report: SummaryReport, stream: IO[bytes]) -> None:
    """Write the report in UTF-8, its fields in the model's order, a line for each field and for each row of a table."""
    head = report.model_dump(mode="json", exclude={*report.tables()})
    stream.write(b"{")
    fields = type(report).model_fields
    # The kind of the report comes first, for people who look into the file.
    for at, name in enumerate(sorted(fields, key=lambda field: field != "report")):
        stream.write(b",\n" if at else b"\n")
        stream.write(_json(name) + b": ")
        value = getattr(report, name)
        if isinstance(value, Table):
            _write_rows(value, stream)  # pyright: ignore[reportUnknownArgumentType]
        else:
            stream.write(_json(head[name]))
    stream.write(b"\n}\n")


def _write_rows(table: Table[Any], stream: IO[bytes]) -> None:
    stream.write(b"[")
    first = True
    for part in table.parts():
        lines = io.BytesIO()
        part.write_ndjson(lines)
        rows = lines.getvalue().rstrip(b"\n")
        if rows:
            stream.write(b"\n" if first else b",\n")
            stream.write(rows.replace(b"\n", b",\n"))
            first = False
    stream.write(b"]" if first else b"\n]")


def _json(value: Any) -> bytes:
    import orjson

    return orjson.dumps(value)
