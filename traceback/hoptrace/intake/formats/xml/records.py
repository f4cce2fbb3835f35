"""Records out of an XML file, each for itself: damage, or a DOCTYPE with entities, spoils no other record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar

MOST_RECORD_BYTES = 16 << 20
NOT_A_RECORD = "not a record"
CUT = "record is cut: file still being written?"
TOO_LARGE = "record larger than 16 MiB"

Of = TypeVar("Of")
_MOST_TOGETHER, _MOST_ALIKE, _MOST_BYTES = 128, 2_048, 1 << 20
_DECLARED = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z][\w.-]*)[\"']")
_AROUND = re.compile(
    rb"<\?[^<>]*\?>|<!DOCTYPE(?:[^\[\]<>]|\[[^\[\]]*\])*>|(<!--.*?(?:-->|\Z))|</?([\w:.-]+)(?:\s[^<>]*)?>|[\s\0]"
    rb"|\xef\xbb\xbf",
    re.DOTALL,
)
"""A comment without an end is matched too, up to the end: else each of many would be looked for anew."""


class XmlRecord(NamedTuple):
    """One record of a file: `number` from 1, `raw` its bytes; `problem` where it cannot be parsed as one."""

    number: int
    raw: bytes
    problem: str | None = None


def encoding_of(content: bytes) -> str:
    """The encoding that the XML declaration names, UTF-8 without one or where Python does not know it."""
    match = _DECLARED.search(content[:1024])
    name = match[1].decode("ascii") if match else "utf-8"
    try:
        "".encode(name)
    except LookupError:
        return "utf-8"
    return name


def records_of(content: bytes, tag: str, roots: frozenset[str]) -> Iterator[XmlRecord]:
    """All elements `tag` of a file; what stands between them, but for the tags `roots`, is a record with a problem."""
    begins = [match.start() for match in re.finditer(rb"<%b(?=[\s>/])" % re.escape(tag.encode()), content)]
    number, at, closing = 0, 0, b"</" + tag.encode()
    gap, between = b"", b""
    for begin, limit in zip(begins, [*begins[1:], len(content)], strict=False):
        end, closed = _end(content, closing, begin, limit)
        if content[at:begin] != gap:  # nearly all gaps of a file are the same
            gap = content[at:begin]
            between = _between(gap, roots)
        if between:
            number += 1
            yield XmlRecord(number, between, NOT_A_RECORD)
        number, at = number + 1, end
        problem = TOO_LARGE if end - begin > MOST_RECORD_BYTES else None
        if not closed and end == len(content):
            problem = CUT
        yield XmlRecord(number, content[begin:end].strip(), problem)
    if raw := _between(content[at:], roots):
        yield XmlRecord(number + 1, raw, NOT_A_RECORD)


def in_batches(records: Iterable[Of], size: Callable[[Of], int]) -> Iterator[list[Of]]:
    """As many records as are parsed together, by the bytes of each."""
    return _parted(records, size, (_MOST_TOGETHER, _MOST_BYTES))


def in_blocks(records: Iterable[Of], size: Callable[[Of], int]) -> Iterator[list[Of]]:
    """As many records as are looked at together for those that are alike."""
    return _parted(records, size, (_MOST_ALIKE, 4 * _MOST_BYTES))


def _parted(records: Iterable[Of], size: Callable[[Of], int], most: tuple[int, int]) -> Iterator[list[Of]]:
    count, total = most
    batch: list[Of] = []
    filled = 0
    for record in records:
        filled += size(record)
        if batch and (filled > total or len(batch) >= count):
            yield batch
            batch, filled = [], size(record)
        batch.append(record)
    if batch:
        yield batch


def _end(content: bytes, closing: bytes, begin: int, limit: int) -> tuple[int, bool]:
    """Where a record ends, and whether it is closed there; one that is not ends where the next one begins."""
    close = content.find(closing, begin, limit)
    bracket = content.find(b">", close, limit) if close >= 0 else -1
    return (bracket + 1, True) if bracket >= 0 else (limit, False)


def _between(gap: bytes, roots: frozenset[str]) -> bytes:
    """A gap that holds more than declarations, comments, white space and the tags around records, else nothing."""
    gap = gap.strip()
    if not gap:
        return gap

    def kept(match: re.Match[bytes]) -> bytes:
        """What is left of a comment or a tag: nothing of a whole comment, and of a tag of the document's own."""
        comment, tag = match.groups()
        ended = comment is None or comment.endswith(b"-->", len(b"<!--"))
        return b"" if ended and (tag is None or tag.decode("ascii", "replace") in roots) else match[0]

    return gap if _AROUND.sub(kept, gap) else b""
