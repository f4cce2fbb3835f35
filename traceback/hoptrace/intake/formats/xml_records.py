"""Records out of an XML file, each parsed for itself: damage, or a DOCTYPE with entities, spoils no other record.

Submitted files are hostile: entities are not expanded, nothing is fetched, nesting is bounded by the parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

MOST_RECORD_BYTES = 16 << 20
NOT_A_RECORD = "not a record"
CUT = "record is cut: file still being written?"
TOO_LARGE = "record larger than 16 MiB"

_DECLARED = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z][\w.-]*)[\"']")
_AROUND = re.compile(
    rb"<\?.*?\?>|<!DOCTYPE(?:[^\[\]>]|\[.*?\])*>|<!--.*?-->|</?([\w:.-]+)(?:\s[^<>]*)?>|[\s\0]|\xef\xbb\xbf", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class XmlRecord:
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
    number, at = 0, 0
    for begin, limit in zip(begins, [*begins[1:], len(content)], strict=True):
        end, closed = _end(content, tag, begin, limit)
        for raw in _between(content[at:begin], roots):
            number += 1
            yield XmlRecord(number, raw, NOT_A_RECORD)
        number, at = number + 1, end
        problem = TOO_LARGE if end - begin > MOST_RECORD_BYTES else None
        if not closed and end == len(content):
            problem = CUT
        yield XmlRecord(number, content[begin:end].strip(), problem)
    for raw in _between(content[at:], roots):
        number += 1
        yield XmlRecord(number, raw, NOT_A_RECORD)


def _end(content: bytes, tag: str, begin: int, limit: int) -> tuple[int, bool]:
    """Where a record ends, and whether it is closed there; one that is not ends where the next one begins."""
    close = content.find(b"</" + tag.encode(), begin, limit)
    bracket = content.find(b">", close, limit) if close >= 0 else -1
    return (bracket + 1, True) if bracket >= 0 else (limit, False)


def _between(gap: bytes, roots: frozenset[str]) -> Iterator[bytes]:
    """What is left of a gap without declarations, comments, white space and the tags around records."""
    if not gap.strip():
        return
    left = _AROUND.sub(
        lambda match: b"" if match[1] is None or match[1].decode("ascii", "replace") in roots else match[0], gap
    )
    if left:
        yield gap.strip()


def parser_of(encoding: str) -> Callable[[bytes], etree._Element | None]:
    """A parser of single records: strict first, and where that fails one that mends what it can.

    It gives None where nothing can be made of the bytes.
    """
    from lxml import etree

    safe = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False, "encoding": encoding}
    strict, lenient = etree.XMLParser(**safe), etree.XMLParser(recover=True, **safe)

    def parse(raw: bytes) -> etree._Element | None:
        try:
            return etree.fromstring(raw, strict)
        except etree.XMLSyntaxError:
            pass
        try:
            return etree.fromstring(raw, lenient)
        except etree.XMLSyntaxError:
            return None

    return parse
