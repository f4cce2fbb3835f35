"""What a spreadsheet does to a file of calls that is opened and saved again, in sentences for the receipt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

FEWEST_FOR_MINUTES = 10
RESAVED = "the file was saved again by a spreadsheet"
_ROUNDED = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")


def only_minutes(starts: Sequence[datetime]) -> bool:
    """Whether all times stand on the full minute, in more rows than chance allows."""
    return len(starts) > FEWEST_FOR_MINUTES and all(start.second == 0 for start in starts)


def damage(numbers: Iterable[Sequence[str]], *, minutes: bool, slashed: bool) -> Iterator[str]:
    """What was done to seconds, dates and long numbers; `numbers` are those of each row, as written."""
    if minutes:
        yield f"{RESAVED}: all times are full minutes, the seconds are gone; ask for the original"
    if slashed:
        yield f"{RESAVED}: dates are written with slashes; ask for the original"
    rounded = sum(any(_ROUNDED.fullmatch(number) for number in row) for row in numbers)
    if rounded:
        yield f"{RESAVED}: numbers rounded to the form 1.2E+11 in {rounded} rows; ask for the original"
