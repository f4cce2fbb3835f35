"""One JSON value that begins at a place of a text: what it is, where it ends, or what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from hoptrace.intake.formats.json.values import Json

NOT_JSON = "not a JSON document"
CUT = "document is cut: file still being written?"
TOO_DEEP = "nested too deeply"

SPACE = " \t\r\n\ufeff\0"
"""What may stand around a document."""

_CONTROL = "control characters in a text"
_WINDOW = 1 << 15
_TOKEN = 16
"""Where a text is cut, an error so near to its end may come of that: a word, a number or an escape has two parts."""

Pairs = Callable[[list[tuple[str, Any]]], Json]
"""Makes an object of keys that may repeat. Where none does, it makes what `dict` would."""

Decoders = tuple[json.JSONDecoder, json.JSONDecoder]
"""A strict one, and one that lets raw control characters in texts pass."""


@cache
def decoders_of(pairs: Pairs) -> Decoders:
    """What parses texts whose objects `pairs` makes."""
    return json.JSONDecoder(object_pairs_hook=pairs), json.JSONDecoder(object_pairs_hook=pairs, strict=False)


def quick(text: str, at: int, decoder: json.JSONDecoder) -> tuple[object, int] | None:
    """A value and where it ends, None where that is not so simple."""
    if text[at] not in "{[":
        return None
    try:
        return decoder.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None


def decode(text: str, at: int, decoders: Decoders) -> tuple[object, int, str | None]:
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
            ends = len(part.rstrip(SPACE)) - (_TOKEN if stop < last else 0)
            if not error.msg.startswith("Unterminated") and error.pos < ends:
                return NOT_JSON
        except ValueError:  # an integer of thousands of digits
            return NOT_JSON
        else:
            return value, at + end
        if stop >= last:
            return CUT
        stop = min(last, at + 4 * (stop - at))


def _resume(text: str, at: int) -> int:
    """Where to read on after damage: at the next line that begins with a brace."""
    line = text.find("\n{", at + 1)
    return len(text) if line < 0 else line + 1
