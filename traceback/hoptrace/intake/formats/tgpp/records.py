"""Records out of a 3GPP CDR file: BER values one after another, or in the frames of TS 32.297.

Lengths are those of ITU-T X.690: definite, or indefinite with end-of-contents octets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

CUT = "record is cut: file still being written?"
NOT_A_RECORD = "not a BER record"

_CONSTRUCTED, _CONTEXT = 0x20, 0x80
_PADDING = b"\x00\xff"
_DEEPEST = 64
_LEAST_HEADER = 50
CALLS = frozenset({0, 1, 3, 4, 5, 67, 68, 82})
"""Tags of records that tell of calls: mobile originated, terminated, gateway in, out, transit, MGCF, BGCF, IBCF."""
OTHERS = frozenset({2, *range(6, 23), 63, 64, 65, 66, 69, 70, 89, 90, 91})
"""Tags of the other records of TS 32.298, which tell of no call over an interconnect."""
_KNOWN = CALLS | OTHERS


class BerRecord(NamedTuple):
    """One record of a file: `number` from 1, its bytes and tag; `problem` where it is none."""

    number: int
    raw: bytes
    tag: int
    problem: str | None = None


def records_of(content: bytes) -> Iterator[BerRecord]:
    """All records of a file; padding between them is passed over, what is no record is one with a problem."""
    at = header_length(content)
    framed = at > 0
    number = 0
    while at < len(content):
        if framed:
            length, begin = _frame(content, at)
        else:
            begin = _after_padding(content, at)
            length = 0
        if begin >= len(content):
            return
        number += 1
        record, at = _record(content, begin, begin + length if framed else len(content), number)
        yield record


def header_length(content: bytes) -> int:
    """The length of the file header of TS 32.297 clause 6.1.1, 0 where there is none."""
    if len(content) < _LEAST_HEADER:
        return 0
    length, header = int.from_bytes(content[:4], "big"), int.from_bytes(content[4:8], "big")
    return header if length == len(content) and _LEAST_HEADER <= header <= length else 0


def looks_like_records(head: bytes, size: int) -> int:
    """How many records stand at the beginning of a file of `size` bytes, 0 where the first is none."""
    if header_length(head) and len(head) == size:
        return sum(record.problem is None for record in records_of(head))
    count = at = 0
    while at < len(head):
        tag = _tag(head, at)
        if tag is None or tag[0] not in _KNOWN or not head[at] & _CONSTRUCTED:
            return 0
        end = _end(head, at, len(head), 0)
        if end is None:
            # The head of a large file ends within a record.
            return count if len(head) < size else 0
        count, at = count + 1, _after_padding(head, end)
    return count


def _record(content: bytes, begin: int, limit: int, number: int) -> tuple[BerRecord, int]:
    """The record that begins here, and where the next one does."""
    limit = min(limit, len(content)) if limit > begin else len(content)
    tag = _tag(content, begin)
    if tag is None or tag[0] not in _KNOWN:
        return BerRecord(number, content[begin:limit], -1, NOT_A_RECORD), limit
    end = _end(content, begin, len(content), 0)
    if end is None:
        return BerRecord(number, content[begin:limit], tag[0], CUT), limit
    return BerRecord(number, content[begin:end], tag[0]), max(end, limit if limit < len(content) else end)


def _frame(content: bytes, at: int) -> tuple[int, int]:
    """Length and beginning of the record behind a CDR header of TS 32.297 clause 6.1.2."""
    length = int.from_bytes(content[at : at + 2], "big")
    extended = content[at + 2 : at + 3] and content[at + 2] >> 5 == 7
    return length, at + (5 if extended else 4)


def _after_padding(content: bytes, at: int) -> int:
    while at < len(content) and content[at] in _PADDING:
        at += 1
    return at


def _tag(content: bytes, at: int) -> tuple[int, int] | None:
    """Number of the context-specific tag at a place, and where its length stands; None where there is none."""
    first = content[at]
    if first & 0xC0 != _CONTEXT:
        return None
    if first & 0x1F != 0x1F:
        return first & 0x1F, at + 1
    number, at = 0, at + 1
    for _ in range(3):
        if at >= len(content):
            return None
        number = number << 7 | content[at] & 0x7F
        at += 1
        if not content[at - 1] & 0x80:
            return number, at
    return None


def _end(content: bytes, at: int, limit: int, depth: int) -> int | None:
    """Where the value at a place ends; None where that is beyond the limit or nested too deeply."""
    length_at = _past_tag(content, at)
    if depth > _DEEPEST or length_at is None or length_at >= limit:
        return None
    first = content[length_at]
    if first < 0x80:
        end = length_at + 1 + first
        return end if end <= limit else None
    if first > 0x80:
        octets = first & 0x7F
        begin = length_at + 1 + octets
        end = begin + int.from_bytes(content[length_at + 1 : begin], "big")
        return end if octets <= 4 and end <= limit else None
    at = length_at + 1
    while at + 2 <= limit and content[at : at + 2] != b"\x00\x00":
        inner = _end(content, at, limit, depth + 1)
        if inner is None:
            return None
        at = inner
    return at + 2 if at + 2 <= limit else None


def _past_tag(content: bytes, at: int) -> int | None:
    """Where the length of the value at a place stands, whatever its tag."""
    if at >= len(content):
        return None
    if content[at] & 0x1F != 0x1F:
        return at + 1
    at += 1
    while at < len(content) and content[at] & 0x80:
        at += 1
    return at + 1 if at < len(content) else None
