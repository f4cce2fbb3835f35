"""Text from carriers' files made harmless: no control characters, no bidirectional overrides, not endless."""

from __future__ import annotations

import re
import unicodedata

ELLIPSIS = "…"

# C0 and C1 controls, the bidirectional marks and overrides that can make a number read backwards, characters that XML
# cannot hold, and invisible format characters that hide text. Joiners (U+200C, U+200D) stay: several scripts need them.
_HARMFUL = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\u061c\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f]+"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def harmful_characters() -> str:
    """What `plain` takes out, as a pattern for a frame's texts (which hold no surrogates); blanks at the ends too."""
    return rf"{_HARMFUL.pattern}|^\s|\s$"


def plain(text: str) -> str:
    """`text` as one line of plain characters; used on every string that enters a report.

    Runs of control characters (line ends too) become one blank, unpaired surrogates the replacement character.
    """
    return _HARMFUL.sub(" ", _SURROGATES.sub("\ufffd", text)).strip()


def isolated(text: str) -> str:
    """`text` so that its direction does not spill over into a sentence: isolated where it has right-to-left letters."""
    if any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text):
        return f"\u2068{text}\u2069"
    return text


def shorten(text: str, limit: int) -> str:
    """`text` cut to at most `limit` characters, the last one an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS
