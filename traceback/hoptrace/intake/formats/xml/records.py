"""Records out of an XML file, each parsed for itself: damage, or a DOCTYPE with entities, spoils no other record.

Submitted files are hostile: entities are not expanded, nothing is fetched, nesting is bounded by the parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple, Protocol, TypeVar

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
_NO_TAG = re.compile(rb"<(?!/?[A-Za-z_][\w.-]*(?:\s[^<>]*)?/?>|[?!])")
_AMPERSAND = re.compile(rb"&(?!(?:[A-Za-z]+|#\d+|#x[0-9A-Fa-f]+);)")


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
        comment, tag = match.groups()
        ended = comment is None or comment.endswith(b"-->", len(b"<!--"))
        return b"" if ended and (tag is None or tag.decode("ascii", "replace") in roots) else match[0]

    return gap if _AROUND.sub(kept, gap) else b""


class Element(Protocol):
    """What is used of lxml's elements, which come without types."""

    @property
    def tag(self) -> str:
        """Its name."""
        ...

    @property
    def text(self) -> str | None:
        """The text before its first child."""
        ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Element]: ...

    def get(self, key: str, default: str) -> str:
        """An attribute."""
        ...

    def iter(self, *tags: str) -> Iterator[Element]:
        """Itself and all below it, of some names."""
        ...

    def iterchildren(self, *tags: str) -> Iterator[Element]:
        """Its children, of some names."""
        ...


@dataclass(frozen=True, slots=True)
class Together:
    """Records that were parsed together: the children of `root`, each with its bytes.

    `places`: which of those given they are; `mended`: which of those given were not well-formed.
    """

    root: Any
    raws: list[bytes]
    places: list[int]
    mended: list[int]


class RecordParser:
    """Parses single records: strictly, else with what is no markup escaped, else as lxml mends it.

    `mended` counts those that were not well-formed, as those of a switch that writes SIP headers into its elements.
    """

    def __init__(self, encoding: str) -> None:
        self._etree: Any = import_module("lxml.etree")
        self._strict, self._lenient = self._parser(encoding), self._parser(encoding, recover=True)
        self.mended = 0

    def parse(self, raw: bytes) -> Element | None:
        """The element, None where nothing can be made of the bytes."""
        element = self._read(raw, self._strict)
        if element is not None:
            return element
        self.mended += 1
        text = _AMPERSAND.sub(b"&amp;", _NO_TAG.sub(b"&lt;", raw))
        again = self._read(text, self._strict)
        return again if again is not None else self._read(text, self._lenient)

    def parse_together(self, raws: list[bytes]) -> Together:
        """The same of several records, in less time; those of which nothing can be made are left out.

        Where all are well-formed, one parse does for all. None can hide in another, for each opens an element that
        has to be a child of the one around them all.
        """
        root = self.parse_strictly_together(raws)
        if root is not None:
            return Together(root, raws, list(range(len(raws))), [])
        found = Together(self._etree.Element("all"), [], [], [])
        for place, raw in enumerate(raws):
            before, element = self.mended, self.parse(raw)
            if self.mended > before:
                found.mended.append(place)
            if element is not None:
                found.root.append(element)
                found.raws.append(raw)
                found.places.append(place)
        return found

    def is_well_formed(self, raw: bytes) -> bool:
        """Whether a record is XML as it stands."""
        return self._read(raw, self._strict) is not None

    def parse_strictly_together(self, raws: Sequence[bytes]) -> Element | None:
        """One element around those of all records, None where not all are well-formed, or there is but one."""
        root = self._read(b"<all>%b</all>" % b"".join(raws), self._strict) if len(raws) > 1 else None
        return root if root is not None and len(root) == len(raws) else None

    def _parser(self, encoding: str, **how: bool) -> Any:
        safe = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
        quick = {"remove_blank_text": True, "collect_ids": False}  # neither white space nor ids are looked at
        return self._etree.XMLParser(encoding=encoding, **safe, **quick, **how)

    def _read(self, raw: bytes, parser: Any) -> Element | None:
        try:
            element: Element | None = self._etree.fromstring(raw, parser)
        except self._etree.XMLSyntaxError:
            return None
        return element
