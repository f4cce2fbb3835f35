"""JSON documents out of a file: one, one a line, or one after another; what is none keeps its bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, cast

from hoptrace.intake.formats.json_quick import AROUND, QuickObjects
from hoptrace.intake.limits import DEEPEST_JSON

MOST_DOCUMENT_CHARACTERS = 16 << 20

NOT_JSON = "not a JSON document"
CUT = "document is cut: file still being written?"
TOO_LARGE = "document larger than 16 MiB"
TOO_DEEP = "nested too deeply"
NOT_AN_OBJECT = "not a JSON object"

_CONTROL = "control characters in a text"
_SPACE = " \t\r\n\ufeff\0"
_PATIENCE = 50
"""So often a document that turns out to be broken is tried in the whole text, which is the quickest for sound ones."""

_WINDOW = 1 << 15
_TOKEN = 16
"""Where a text is cut, an error so near to its end may come of that: a word, a number or an escape has two parts."""

Json = dict[str, Any]


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


Pairs = Callable[[list[tuple[str, Any]]], Json]


def documents_of(content: bytes, pairs: Pairs | None = None) -> Iterator[Document]:
    """All documents of a file; `pairs` makes an object of keys that may repeat, of which else the first value counts.

    Where no key repeats, what `pairs` makes is what `dict` would.

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
    documents = Documents(text, pairs or _object)
    at, number = documents.begin, 0
    while at < len(text):
        number += 1
        if (piece := known.get(at)) is not None:
            document, end = Document(number, piece.raw, None, piece=piece.number), piece.end
        else:
            document, end = documents.read(at, number)
        yield document
        at = documents.behind(end)


class Documents:
    """A text of which the document at some place can be read; `begin`: where the first one begins."""

    def __init__(self, text: str, pairs: Pairs) -> None:
        self.text = text
        self.begin = _next(text, 0)
        self._decoders, self._objects = _decoders(pairs), QuickObjects(text)
        self._patience = _PATIENCE

    def read(self, at: int, number: int) -> tuple[Document, int]:
        """The document that begins at a place, and where it ends."""
        text, raw, problem = self.text, None, None
        if (proved := self._objects.read(at)) is not None:
            value, end, raw = proved
        elif self._patience and (found := _quick(text, at, self._decoders[0])) is not None:
            value, end = found
        else:
            self._patience = max(self._patience - 1, 0)
            value, end, problem = _decode(text, at, self._decoders)
        if raw is None:
            raw = text[at:end].rstrip(_SPACE).encode("utf-8", errors="surrogateescape")
        problem = problem or _limits(value, raw, end - at)
        return Document(number, raw, as_object(value) if problem is None else None, problem), end

    def behind(self, end: int) -> int:
        """Where the next document begins."""
        return _next(self.text, end)


def as_object(value: Any) -> Json:
    """A JSON object, empty where the value is none; its texts may hold surrogates, see `clean`."""
    found: Json = value  # what `cast` does, without a call
    return found if isinstance(value, dict) else {}


def as_objects(value: Any) -> list[Json]:
    """Several JSON objects, written as a list or, where there is one, as an object."""
    one: Json = value
    several: list[Any] = value
    if isinstance(value, list):
        return [as_object(item) for item in several]
    return [one] if isinstance(value, dict) else []


def text_of(value: object) -> str | None:
    """A value as text, None where it is empty or no single value."""
    if type(value) is str:
        return value.strip() or None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


def clean_text(value: object) -> str | None:
    """The same, fit for a frame."""
    # Nearly all values are plain text, and there are dozens in each document.
    if type(value) is str and value.isascii():
        return value.strip() or None
    return clean(text_of(value))


def _object(pairs: list[tuple[str, Any]]) -> Json:
    """An object of which a key that repeats keeps its first value that is not empty."""
    found = dict(pairs)
    if len(found) < len(pairs):
        for key, value in reversed(pairs):
            if value not in (None, ""):
                found[key] = value
    return found


@cache
def _decoders(pairs: Pairs) -> tuple[json.JSONDecoder, json.JSONDecoder]:
    """A strict one, and one that lets raw control characters in texts pass."""
    return json.JSONDecoder(object_pairs_hook=pairs), json.JSONDecoder(object_pairs_hook=pairs, strict=False)


def _quick(text: str, at: int, decoder: json.JSONDecoder) -> tuple[object, int] | None:
    """A value and where it ends, None where that is not so simple."""
    if text[at] not in "{[":
        return None
    try:
        return decoder.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None


def _decode(text: str, at: int, decoders: tuple[json.JSONDecoder, json.JSONDecoder]) -> tuple[object, int, str | None]:
    """A value, where it ends, and why it is none."""
    resume = _resume(text, at)
    if text[at] not in "{[":
        return None, resume, NOT_JSON
    strict, lenient = decoders
    found = _tried(strict, text, (at, min(resume, at + _WINDOW)), len(text))
    if found == _CONTROL:
        # A document with raw control characters in its texts must end where the next one begins.
        found = _tried(lenient, text, (at, min(resume, at + _WINDOW)), resume)
        found = NOT_JSON if isinstance(found, str) else found
    if isinstance(found, str):
        return None, resume, NOT_JSON if found == CUT and resume < len(text) else found
    return *found, None


def _tried(decoder: json.JSONDecoder, text: str, within: tuple[int, int], last: int) -> tuple[object, int] | str:
    """A value that begins where `within` does, and its end, or what is wrong with it.

    So much of the text is looked at as `within` has, and more of it, up to `last`, only where the value goes on: Python
    counts the lines before an error, which takes long where there are many of them in a long text.
    """
    at, stop = within
    while True:
        part = text[at:stop]
        try:
            value, end = decoder.raw_decode(part)
        except RecursionError:
            return TOO_DEEP
        except json.JSONDecodeError as error:
            if error.msg.startswith("Invalid control character"):
                return _CONTROL
            ends = len(part.rstrip(_SPACE)) - (_TOKEN if stop < last else 0)
            if not error.msg.startswith("Unterminated") and error.pos < ends:
                return NOT_JSON
        except ValueError:  # an integer of thousands of digits
            return NOT_JSON
        else:
            return value, at + end
        if stop >= last:
            return CUT
        stop = min(last, at + 4 * (stop - at))


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


def clean(text: str | None) -> str | None:
    """Text for a frame: bytes that are not UTF-8, and lone surrogates, become replacement marks."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", errors="surrogateescape" if _escaped(text) else "replace").decode("utf-8", "replace")


def _escaped(text: str) -> bool:
    return not any("\ud800" <= c < "\udc80" or "\udcff" < c <= "\udfff" for c in text)


def _next(text: str, at: int) -> int:
    """Where the next document begins: white space, byte order marks and commas between documents do not count."""
    while at < len(text) and (text[at] in _SPACE or (at and text[at] == ",")):
        at += 1
    return at


def _resume(text: str, at: int) -> int:
    """Where to read on after damage: at the next line that begins with a brace."""
    line = text.find("\n{", at + 1)
    return len(text) if line < 0 else line + 1
