"""JSON objects by orjson, where it can be proved that Python's own parser would read the same.

orjson takes a third of the time, but of a key that repeats it keeps the last value and says nothing, and an integer
beyond 64 bits becomes a float. So its word counts only where neither can be: all strings that stand in the text came
out again, and the text has no run of digits that is so long.
"""

from __future__ import annotations

from typing import Any

import orjson

_WINDOW = 1 << 16
"""Longer documents are left to Python: where a document ends is only found by reading it, and might be far away."""

_PATIENCE = 50
AROUND = " \t\r\n\ufeff\0,"
"""What stands between objects."""

_AS_ZERO = bytes.maketrans(b"123456789", b"0" * 9)
_LONG = b"0" * 19
"""Fewer digits always fit in 64 bits."""


class QuickObjects:
    """Reads those objects of a text that begin a line and end before the next one that does; gives up where few do."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._patience = _PATIENCE

    def read(self, at: int) -> tuple[dict[str, Any], int, bytes] | None:
        """The object that begins at a place, where it ends, and its bytes; None where Python has to say what it is."""
        if not self._patience or self._text[at] != "{":
            return None
        end = self._text.find("\n{", at + 1, at + _WINDOW)
        if end < 0:
            end = min(len(self._text), at + _WINDOW)
        part = self._text[at:end].rstrip(AROUND)
        found = _proved(part)
        if found is None:
            self._patience -= 1
            return None
        value, raw = found
        return value, at + len(part), raw


def _proved(part: str) -> tuple[dict[str, Any], bytes] | None:
    try:
        value = orjson.loads(part)
        again = orjson.dumps(value)
    except (ValueError, TypeError):  # no JSON for orjson, or too deep
        return None
    raw = part.encode()
    if again == raw:  # written without blanks, as switches do it by default: nothing is lost
        return value, raw
    # A key that repeats loses its own two quotes at least. Quotes inside of strings stay as they are, but for those
    # that are written by their number.
    if raw.count(b'"') != again.count(b'"') or b"\\u" in raw or _LONG in raw.translate(_AS_ZERO):
        return None
    return value, raw
