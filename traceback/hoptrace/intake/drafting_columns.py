"""What the columns of an unknown file hold: times, numbers, durations, addresses, ids, release codes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import polars as pl

from hoptrace.intake.drafting_shape import FileShape
from hoptrace.intake.formats.profiled.durations import seconds
from hoptrace.intake.formats.profiled.times import read_times
from hoptrace.intake.profiles.column_rules import Unit

FORMATS = (
    "rfc3339", "epoch_ms", "epoch_us", "epoch",
    "%Y-%m-%d %H:%M:%S%.f", "%Y/%m/%d %H:%M:%S%.f", "%d.%m.%Y %H:%M:%S", "%d-%m-%Y %H:%M:%S", "%Y%m%d%H%M%S",
    "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%y %H:%M:%S",
    "%a %b %d %H:%M:%S %Y", "%d %b %Y %H:%M:%S", "%b %d %Y %H:%M:%S", "%a, %d %b %Y %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S %z UTC", "%Y-%m-%d %H:%M:%S %Z", "%H:%M:%S%.f %Z %a %b %d %Y", "%H:%M:%S%.f %Z %b %d %Y",
    "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M",
)  # fmt: skip
"""Spellings of a time that are tried, those that say most first."""

DAY_OR_MONTH = {"%m/%d/%Y": "%d/%m/%Y", "%d/%m/%Y": "%m/%d/%Y"}
"""Dates with slashes, and how they could be read the other way round."""

NULLS = frozenset({"", "NULL", "null", r"\N", "-", "None", "0000-00-00 00:00:00", "0001-01-01T00:00:00Z"})
"""Cells that say that nothing is known."""

_NEVER = frozenset({"0", "0.0", "0000-00-00 00:00:00"})
_MONTH, _DAY = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_DATES = {r"\d{4}-\d{2}-\d{2}": "%Y-%m-%d",
          rf"{_MONTH}/{_DAY}/\d{{4}}": "%m/%d/%Y", rf"{_DAY}/{_MONTH}/\d{{4}}": "%d/%m/%Y",
          r"\d{4}/\d{1,2}/\d{1,2}": "%Y/%m/%d", r"\d{2}\.\d{2}\.\d{4}": "%d.%m.%Y",
          r"\d{1,2}-\d{1,2}-\d{4}": "%d-%m-%Y", r"20\d{6}": "%Y%m%d"}  # fmt: skip
_CLOCKS = {r"\d{1,2}:\d{2}:\d{2}": "%H:%M:%S", r"\d{1,2}:\d{2}:\d{2}(?:\.\d{1,9})?": "%H:%M:%S%.f",
           r"\d{1,2}:\d{2}": "%H:%M",
           r"\d{1,2}:\d{2}:\d{2} ?[AaPp][Mm]": "%I:%M:%S %p", r"\d{1,2}:\d{2} ?[AaPp][Mm]": "%I:%M %p"}  # fmt: skip
_SPACED = r"(?=(?:\D*\d){7,18}\D*$)(?!(?:19|20)\d\d[-/])\+?\(?\d[\d() /-]{6,24}\d"
"""A telephone number as people write it; what begins with a year is a date or an order number."""

_KINDS = {
    "number": re.compile(rf"(?:\"[^\"]*\" ?)?<?(?:sips?:|tel:)?\+?[0-9*#]{{7,18}}(?:@[^>]*)?>?|{_SPACED}"),
    "extension": re.compile(r"[0-9*#]{2,6}"),
    "seconds": re.compile(r"\d{1,6}(?:\.\d+)?"),
    "clock": re.compile(r"\d{1,4}:\d{2}(?::\d{2})?"),
    "address": re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?"),
    "id": re.compile(r"[^\s@]{6,}@\S+|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[0-9a-fA-F]{16,}"),
    "sip_code": re.compile(r"[1-6]\d{2}"),
    "cause": re.compile(r"0?\d{1,2}|1[0-2]\d"),
    "word": re.compile(r"[A-Za-z][A-Za-z0-9_ .:/-]*"),
}
_MOST = 0.9
_ONE_FILE = timedelta(days=400)
_NUMBER_NAMES = re.compile(r"(?i)num|call(?:ed|er|ee|ing)|src|dst|phone|e164|ani|dnis|\bid\b")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an unknown file, counted from 0: its cells, and which kinds most of them are.

    `time`: the spelling of its times, or empty; `read` the times; `date` and `clock`: that of a date or a time of day
    that stands alone.
    """

    at: int
    name: str
    cells: tuple[str, ...]
    filled: int
    distinct: int
    kinds: frozenset[str]
    time: str = ""
    read: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.Datetime("us")))
    date: str = ""
    clock: str = ""
    zoned: bool = False
    never: tuple[str, ...] = ()
    """Words that stand where there was no such moment."""

    @property
    def seconds(self) -> pl.Series:
        """The cells as durations in seconds: numbers, h:mm:ss or m:ss; null where they are none."""
        texts = pl.lit(pl.Series(self.cells, dtype=pl.String))
        return pl.select(pl.coalesce(seconds(texts, Unit.SECONDS), seconds(texts, Unit.CLOCK))).to_series()


def columns_of(shape: FileShape) -> list[Column]:
    """All columns of a file, with what they hold."""
    names = shape.names or ("",) * shape.width
    return [_column(at, names[at], shape.column(at)) for at in range(shape.width)]


def _could_be_epochs(name: str, read: pl.Series) -> bool:
    """Ten digits are a telephone number as well: moments of one file lie together, under no number's name."""
    first, last = read.min(), read.max()
    near = isinstance(first, datetime) and isinstance(last, datetime) and last - first <= _ONE_FILE
    return near and _NUMBER_NAMES.search(name) is None


def _column(at: int, name: str, cells: Sequence[str]) -> Column:
    known = [cell for cell in cells if cell not in NULLS]
    kinds = {kind for kind, pattern in _KINDS.items() if known and _share(pattern, known) >= _MOST}
    base = Column(at, name, tuple(cells), len(known), len(set(known)), frozenset(kinds))
    if not known:
        return base
    moments = [cell for cell in known if cell not in _NEVER]
    time = _time(name, moments)
    if time is None:
        date = _spelling(known, _DATES)
        return replace(
            base, date=date, clock=_spelling(known, _CLOCKS), kinds=base.kinds - ({"number"} if date else set())
        )
    form, zoned = time
    read = read_times(pl.Series(cells, dtype=pl.String), (form,))["read"]
    never = tuple(sorted(_NEVER & set(known)))
    return replace(base, time=form, read=read, zoned=zoned, never=never)


def _share(pattern: re.Pattern[str], cells: Sequence[str]) -> float:
    return sum(pattern.fullmatch(cell) is not None for cell in cells) / len(cells)


def _time(name: str, cells: Sequence[str]) -> tuple[str, bool] | None:
    """The spelling that fits most, if nearly all fit it."""
    if not cells:
        return None
    texts = pl.Series(cells, dtype=pl.String)
    for form in FORMATS:
        times = read_times(texts, (form,))
        fits = times["read"].len() - times["read"].null_count() >= _MOST * len(cells)
        if fits and (not form.startswith("epoch") or _could_be_epochs(name, times["read"])):
            return form, bool(times["zoned"].any()) or times["letters"].null_count() < times.height
    return None


def _spelling(cells: Sequence[str], spellings: Mapping[str, str]) -> str:
    """The spelling whose pattern most cells match, if nearly all do; else empty."""
    shares = {form: _share(re.compile(pattern), cells) for pattern, form in spellings.items()}
    best = max(shares, key=lambda form: shares[form])
    return best if shares[best] >= _MOST else ""


def day_and_month(column: Column) -> str | None:
    """Whether a date with slashes could be read the other way too: then which; None where its values settle it."""
    for form, other in DAY_OR_MONTH.items():
        if (column.time or column.date).startswith(form):
            parts = [cell.split("/") for cell in column.cells if cell.count("/") == 2]
            if all(int(part[0]) <= 12 and int(part[1]) <= 12 for part in parts if part[0].isdigit()):
                return (column.time or column.date).replace(form, other)
    return None
