"""XML records parsed, one by one or many together.

Submitted files are hostile: entities are not expanded, nothing is fetched, nesting is bounded by the parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

_NO_TAG = re.compile(rb"<(?!/?[A-Za-z_][\w.-]*(?:\s[^<>]*)?/?>|[?!])")
_AMPERSAND = re.compile(rb"&(?!(?:[A-Za-z]+|#\d+|#x[0-9A-Fa-f]+);)")


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
