"""JSON documents out of a file: one, one a line, or one after another; what is none keeps its bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from hoptrace.intake.formats.json.parsing import SPACE, TOO_DEEP, Pairs, decode, decoders_of, quick
from hoptrace.intake.formats.json.quick import AROUND, QuickObjects
from hoptrace.intake.formats.json.values import Json, as_object
from hoptrace.intake.limits import DEEPEST_JSON

MOST_DOCUMENT_CHARACTERS = 16 << 20

TOO_LARGE = "document larger than 16 MiB"
NOT_AN_OBJECT = "not a JSON object"

_PATIENCE = 50
"""So often a document that turns out to be broken is tried in the whole text, which is the quickest for sound ones."""


class Document(NamedTuple):
    """One document of a file: `number` from 1; `data` where it is a JSON object, else `problem`.

    `piece`: which piece of the text it is, where the caller knows that one, and then neither of them.
    """

    number: int
    raw: bytes
    data: Json | None
    problem: str | None = None
    piece: int | None = None


class Piece(NamedTuple):
    """A document that begins a line and ends before the next that does, if it is one: where in its text it ends."""

    number: int
    raw: bytes
    end: int


def documents_of(content: bytes, pairs: Pairs | None = None) -> Iterator[Document]:
    """All documents of a file; `pairs` makes an object of keys that may repeat, of which else the first value counts.

    Damage ends a document at the next line that begins with a brace.
    """
    return documents_in(text_in(content), {}, pairs)


def text_in(content: bytes) -> str:
    """The text of a file, in which bytes that are not UTF-8 are surrogates."""
    return content.decode("utf-8", errors="surrogateescape")


def pieces_of(text: str, first: int = 0) -> dict[int, Piece]:
    """What may be a document each, by where it begins, numbered on from `first`."""
    begin = _next(text, 0)
    if text[begin : begin + 1] != "{":
        begin = text.find("\n{", begin) + 1
    found: dict[int, Piece] = {}
    if not begin and text[:1] != "{":
        return found
    for number, part in enumerate(text[begin + 1 :].split("\n{"), first):
        written = "{" + part.rstrip(AROUND)
        found[begin] = Piece(number, written.encode("utf-8", errors="surrogateescape"), begin + len(written))
        begin += len(part) + 2
    return found


def documents_in(text: str, known: Mapping[int, Piece], pairs: Pairs | None = None) -> Iterator[Document]:
    """The same of a text; `known`: sound documents in it, by where they begin, which nobody has to read."""
    documents = DocumentReader(text, pairs or _object)
    at, number = documents.begin, 0
    while at < len(text):
        number += 1
        if (piece := known.get(at)) is not None:
            document, end = Document(number, piece.raw, None, piece=piece.number), piece.end
        else:
            document, end = documents.read(at, number)
        yield document
        at = documents.behind(end)


class DocumentReader:
    """A text of which the document at some place can be read; `begin`: where the first one begins."""

    def __init__(self, text: str, pairs: Pairs) -> None:
        self.text = text
        self.begin = _next(text, 0)
        self._decoders, self._objects = decoders_of(pairs), QuickObjects(text)
        self._patience = _PATIENCE

    def read(self, at: int, number: int) -> tuple[Document, int]:
        """The document that begins at a place, and where it ends."""
        text, raw, problem = self.text, None, None
        if (proved := self._objects.read(at)) is not None:
            value, end, raw = proved
        elif self._patience and (found := quick(text, at, self._decoders[0])) is not None:
            value, end = found
        else:
            self._patience = max(self._patience - 1, 0)
            value, end, problem = decode(text, at, self._decoders)
        if raw is None:
            raw = text[at:end].rstrip(SPACE).encode("utf-8", errors="surrogateescape")
        problem = problem or _limits(value, raw, end - at)
        return Document(number, raw, as_object(value) if problem is None else None, problem), end

    def behind(self, end: int) -> int:
        """Where the next document begins."""
        return _next(self.text, end)


def _object(pairs: list[tuple[str, Any]]) -> Json:
    """An object of which a key that repeats keeps its first value that is not empty."""
    found = dict(pairs)
    if len(found) < len(pairs):
        for key, value in reversed(pairs):
            if value not in (None, ""):
                found[key] = value
    return found


def _limits(value: object, raw: bytes, characters: int) -> str | None:
    if not isinstance(value, dict):
        return NOT_AN_OBJECT
    if characters > MOST_DOCUMENT_CHARACTERS:
        return TOO_LARGE
    # Nearly every document has fewer brackets than it may have levels.
    if raw.count(b"{") + raw.count(b"[") <= DEEPEST_JSON:
        return None
    return TOO_DEEP if _deeper_than(cast(Json, value), DEEPEST_JSON) else None


def _deeper_than(value: Json, limit: int) -> bool:
    level: list[Json | list[object]] = [value]
    for _ in range(limit):
        level = [child for item in level for child in _children(item)]
        if not level:
            return False
    return True


def _children(item: Json | list[object]) -> list[Json | list[object]]:
    values = item.values() if isinstance(item, dict) else item
    return [value for value in values if isinstance(value, (dict, list))]  # quicker than a union


def _next(text: str, at: int) -> int:
    """Where the next document begins: white space, byte order marks and commas between documents do not count."""
    while at < len(text) and (text[at] in SPACE or (at and text[at] == ",")):
        at += 1
    return at
