"""Damaged golden files of every format: no row is lost, and each keeps the bytes that it came with."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoptrace.errors import HoptraceError

WORDS = [
    *(b'"', b"\\", b"\n", b"\r", b",", b";", b"|", b"\n{", b",\n", b"\0", b"\xff", b"1e+10"),
    *(b"<cdr>", b"</cdr>", b"<cdrData>", b"</cdrData>", b"<!--", b"<![CDATA["),
]
PIECES = st.binary(max_size=8) | st.sampled_from(WORDS)
MARK = b"\xef\xbb\xbf"
BETWEEN = b" \t\r\n\0," + MARK
"""What may stand between records and is part of none."""


def damaged(data: st.DataObject, content: bytes) -> bytes:
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(damaged)))
        damaged[at : at + data.draw(st.integers(0, 40))] = data.draw(PIECES)
    return bytes(damaged)


def kept(raw: list[bytes | None], content: bytes, by: str | tuple[bytes, ...], numbers: list[int]) -> None:
    """The rows' bytes are those of the file; a reader may leave them out where the pipeline reads the line again."""
    if by == "lines":
        lines = content.removeprefix(MARK).splitlines()
        # A quoted field may join lines; then the first stands for the record.
        assert numbers == list(range(1, len(lines) + 1)) or b'"' in content
        assert [
            row
            for row, text in zip(numbers, raw, strict=True)
            if text and not text.removeprefix(MARK).startswith(lines[row - 1].removeprefix(MARK))
        ] == []
    elif by == "bytes":
        assert b"".join(text or b"" for text in raw).translate(None, BETWEEN) == content.translate(None, BETWEEN)
    else:
        for word in by:
            assert b"".join(text or b"" for text in raw).count(word) == content.count(word)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damage_loses_no_row(sample: Any, take_sample: Any, data: st.DataObject) -> None:
    if sample.reader == "3gpp":
        pytest.importorskip("pycrate_asn1dir")
    content = damaged(data, sample.content)
    beside = (sample.content,) if data.draw(st.booleans()) else ()
    try:
        took = take_sample(sample, content, *beside)
    except HoptraceError as refused:
        assert str(refused).endswith((".", "»")), "a refusal is a sentence"
        return
    rows = took.rows.filter(pl.col("file") == 0).sort("row")
    if sample.rows != "lines":
        assert rows["row"].to_list() == list(range(1, rows.height + 1))
    kept(rows["raw"].to_list(), content, sample.rows, rows["row"].to_list())
