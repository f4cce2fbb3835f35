"""What is odd in real files of any switch, done to a golden file of every format: nothing of it costs a call."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import polars as pl
import pytest

MARK = b"\xef\xbb\xbf"
ROUNDED = b"1.31255E+11"


def ended(content: bytes) -> bytes:
    return content if content.endswith(b"\n") else content + b"\n"


def with_ends(content: bytes, *ends: bytes) -> bytes:
    return b"".join(line + end for line, end in zip(content.splitlines(), cycle(ends), strict=False))


@pytest.mark.parametrize("ends", [(b"\r",), (b"\r\n",), (b"\n", b"\r\n")], ids=["CR", "CRLF", "mixed"])
def test_any_line_end(text_sample: Any, take_sample: Any, ends: tuple[bytes, ...]) -> None:
    base = take_sample(text_sample, ended(text_sample.content))
    assert base.statements.height
    assert take_sample(text_sample, with_ends(text_sample.content, *ends)).said() == base.said()


def test_a_byte_order_mark_before_the_first_line_and_in_the_middle(text_sample: Any, take_sample: Any) -> None:
    content = ended(text_sample.content)
    base, marked = take_sample(text_sample, content), take_sample(text_sample, (MARK + content) * 2)
    assert marked.said() == base.said()
    assert set(marked.receipt.rejected) <= set(base.receipt.rejected)


def test_bytes_that_are_not_utf_8_cost_no_call(text_sample: Any, take_sample: Any) -> None:
    base = take_sample(text_sample)
    written = [text.encode() for text in base.statements["calling_number"].drop_nulls()]
    caller = next((text for text in written if text in text_sample.content), None)
    if caller is None:
        pytest.skip("its rows name no caller as the statement does")
    odd = take_sample(text_sample, text_sample.content.replace(caller, caller + b"\xa5\xa5"))
    assert odd.statements.height == base.statements.height
    assert odd.receipt.rejected == base.receipt.rejected


def test_rows_that_are_repeated_are_duplicates_in_one_file_and_over_two(sample: Any, take_sample: Any) -> None:
    if not sample.text:
        pytest.importorskip("pycrate_asn1dir")
    content = ended(sample.content) if sample.text else sample.content
    base = take_sample(sample, content)
    # A file with a head of its own is one file.
    joined = [] if sample.file.endswith("framed.cdr") else [take_sample(sample, content * 2)]
    for twice in (*joined, take_sample(sample, content, content)):
        assert twice.said() == base.said()
        assert twice.receipt.accepted == base.receipt.accepted or len(twice.receipts) == 2
        assert sum(receipt.duplicates for receipt in twice.receipts) > base.receipt.duplicates


def test_a_header_in_the_middle_is_passed_over(text_sample: Any, take_sample: Any) -> None:
    base = take_sample(text_sample)
    lines = text_sample.content.splitlines(keepends=True)
    first = base.rows.filter(pl.col("row") == 1)
    if text_sample.rows != "lines" or first["fate"].to_list() != ["skipped"]:
        pytest.skip("it has no header")
    again = take_sample(text_sample, b"".join([*lines[:2], lines[0], *lines[2:]]))
    assert again.said() == base.said()
    assert again.receipt.rejected == base.receipt.rejected
    assert again.receipt.rows == base.receipt.rows + 1


def test_numbers_that_a_spreadsheet_rounded_flag_the_file(text_sample: Any, take_sample: Any) -> None:
    base = take_sample(text_sample)
    content = text_sample.content
    for text in sorted(set(base.statements["called_number"]), key=len, reverse=True):
        content = content.replace(text.encode(), ROUNDED) if len(text) >= 10 else content
    if ROUNDED not in content:
        pytest.skip("its called numbers are made of several fields")
    told = take_sample(text_sample, content)
    if told.said() == base.said():
        pytest.skip("its called numbers are in other fields too")
    assert ROUNDED.decode() not in told.statements["called_number"].to_list()
    assert any("spreadsheet" in flag for flag in told.receipt.flags), told.receipt.flags
