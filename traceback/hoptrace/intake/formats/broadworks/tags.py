"""XML records that have the same tags as one that was parsed: what stands where is known, and only their texts differ.

A switch writes all records of a kind alike. Divided at its brackets a record is read in a quarter of the time that it
takes to parse it and to pick its elements.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from operator import itemgetter
from typing import NamedTuple

_WORTH = 4
"""So many records with the same tags are parsed before these are looked at: in short files that costs time."""

_MOST = 500
_LONGEST = 1 << 16
_MOST_TAGS = 1_000
_PLAIN = re.compile(r"/?[A-Za-z_][\w.-]*/?", re.ASCII)
_BRACKETS = b"<>" * _MOST_TAGS
_OTHERS = bytes(byte for byte in range(256) if byte not in b"<>")
_ASCII = bytes(byte for byte in range(32, 127) if byte != ord("&")) + b"\t\n"
_LATIN = _ASCII + bytes(range(160, 256))
_PLAIN_BYTES = {"utf-8": _ASCII, "us-ascii": _ASCII, "iso-8859-1": _LATIN}
"""By encoding the bytes that a parser neither refuses nor changes, and of which each is the letter of its number."""


class _Kind(NamedTuple):
    """Records with the same tags: the fields that they have, and what takes the texts of these out of their parts."""

    names: tuple[str, ...]
    texts: Callable[[Sequence[str]], tuple[str, ...]]


class Tags:
    """The tags that records of one file have. `fields`: the names of the elements that are wanted."""

    def __init__(self, fields: Collection[str], encoding: str) -> None:
        self._fields = fields
        self._plain = _PLAIN_BYTES.get(encoding.lower(), b"")
        self._kinds: dict[str, _Kind | None] = {}
        self._met: Counter[str] = Counter()

    def read(self, raw: bytes) -> dict[str, str] | None:
        """The fields of a record, None where its tags are not known or its texts are not plain."""
        if not self._kinds or len(raw) > _LONGEST or raw.translate(None, self._plain):
            return None
        parts = _parts(raw)
        kind = self._kinds.get("<".join(parts[1::2]))
        if kind is None or raw.translate(None, _OTHERS) != _BRACKETS[: len(parts) - 1]:
            return None
        return {name: bare for name, text in zip(kind.names, kind.texts(parts), strict=False) if (bare := text.strip())}

    def learn(self, raw: bytes, fields: dict[str, str], is_well_formed: Callable[[bytes], bool]) -> None:
        """Look at the tags of a record that was parsed, and had these fields."""
        if raw.translate(None, self._plain):
            return
        parts = _parts(raw)
        tags = "<".join(parts[1::2])
        self._met[tags] += 1
        if self._met[tags] != _WORTH or len(self._kinds) >= _MOST:
            return
        self._kinds[tags] = self._kind(parts[1::2])
        if self.read(raw) != fields or not is_well_formed(raw):
            self._kinds[tags] = None

    def _kind(self, tags: Sequence[str]) -> _Kind | None:
        """The text of a field is what stands behind its tag, up to the next one."""
        found = {tag: 2 * (at + 1) for at, tag in enumerate(tags) if tag in self._fields}
        once = len(found) == sum(tag in self._fields for tag in tags)
        if not found or not once or not all(map(_PLAIN.fullmatch, tags)):
            return None
        return _Kind(tuple(found), itemgetter(*found.values(), 0))


def _parts(raw: bytes) -> list[str]:
    """Texts and tags of a record by turns."""
    return raw.decode("latin-1").replace(">", "<").split("<")
