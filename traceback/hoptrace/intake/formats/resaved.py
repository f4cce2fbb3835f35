"""What a spreadsheet does to a file of calls that is opened and saved again, in sentences for the receipt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

FEWEST_FOR_MINUTES = 10
MINUTE = 60_000_000
RESAVED = "the file was saved again by a spreadsheet"
_NO_SECONDS = f"{RESAVED}: all times are full minutes, the seconds are gone; ask for the original"
ROUNDED = r"^\d(?:\.\d+)?[eE]\+?\d+$"
"""How a spreadsheet writes a long number."""

_ROUNDED = re.compile(ROUNDED)
_ROUNDED_SOMEWHERE = pl.all().str.contains(ROUNDED).any()
_INTERNATIONAL = re.compile(r"[1-9]\d{10,14}", re.ASCII)
_BARE = r"^[1-9][0-9]{10,14}$"
_FEWEST_NUMBERS = 5


@dataclass(slots=True)
class Signs:
    """The signs in one file, row by row, for readers of switches that write seconds, dates and numbers in one way.

    `explicit`: the profile says that international numbers always stand with + or 00. `respelled`: times that are
    not spelled as the switch spells them, which who reads them counts.
    """

    explicit: bool = False
    respelled: int = 0
    rows: int = 0
    whole: bool = True
    rounded: int = 0
    bare: int = 0
    marked: int = 0

    def look(self, start: datetime, numbers: Iterable[str | None]) -> None:
        """Look at a row's start, as far as seconds go, and at its numbers as they are written."""
        self.rows += 1
        if self.whole and (start.second or start.microsecond):
            self.whole = False
        for number in numbers:
            if number is None:
                continue
            if number[-3:-2] in "+eE" and _ROUNDED.fullmatch(number):
                self.rounded += 1
            if self.explicit:
                self.marked += "+" in number or number.startswith("00")
                self.bare += _INTERNATIONAL.fullmatch(number) is not None

    def look_at(self, starts: pl.Series, numbers: Iterable[pl.Series]) -> None:
        """Look at many rows by columns: their starts in microseconds since 1970, and their numbers."""
        self.rows += starts.len()
        self.whole = self.whole and bool((starts % MINUTE == 0).all())
        every = pl.DataFrame(list(numbers))
        rounded = every.select(_ROUNDED_SOMEWHERE).row(0)
        for texts, some in zip(every.iter_columns(), rounded, strict=True):
            if some:
                self.rounded += sum(number[-3:-2] in "+eE" for number in texts.filter(texts.str.contains(ROUNDED)))
            if self.explicit:
                self.marked += int((texts.str.contains("+", literal=True) | texts.str.starts_with("00")).sum())
                self.bare += int(texts.str.contains(_BARE).sum())

    @property
    def minutes(self) -> bool:
        """Whether all times stand on the full minute, in more rows than chance allows."""
        return self.whole and self.rows > FEWEST_FOR_MINUTES

    def flags(self) -> Iterator[str]:
        """What the receipt should say of the file."""
        if self.minutes:
            yield _NO_SECONDS
        if self.respelled:
            yield f"{RESAVED}: {self.respelled:,} times respelled; ask for the original"
        if self.rounded:
            yield f"{RESAVED}: {self.rounded:,} numbers rounded to the form 1.2E+11; ask for the original"
        if self.bare >= _FEWEST_NUMBERS and not self.marked:
            yield f"{RESAVED}: no number has its + or 00; ask for the original"


def only_minutes(starts: Sequence[datetime]) -> bool:
    """Whether all times stand on the full minute, in more rows than chance allows."""
    return len(starts) > FEWEST_FOR_MINUTES and all(start.second == 0 for start in starts)


def damage(numbers: Iterable[Sequence[str]], *, minutes: bool, slashed: bool) -> Iterator[str]:
    """What was done to seconds, dates and long numbers; `numbers` are those of each row, as written."""
    if minutes:
        yield _NO_SECONDS
    if slashed:
        yield f"{RESAVED}: dates are written with slashes; ask for the original"
    rounded = sum(any(map(_is_rounded, row)) for row in numbers)
    if rounded:
        yield f"{RESAVED}: numbers rounded to the form 1.2E+11 in {rounded} rows; ask for the original"


def _is_rounded(number: str) -> bool:
    # Nearly all numbers show by their second character that they are none of these.
    return number[1:2] in ".eE" and _ROUNDED.fullmatch(number) is not None
