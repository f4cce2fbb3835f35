"""Which column is which in rows without a header: by the shape of the values, among the orders that Asterisk writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from hoptrace.intake.formats.asterisk.layout import Layout
from hoptrace.intake.formats.asterisk.uniqueids import UNIQUEID

MOST_ROWS_LOOKED_AT = 2_000
_FITS = 0.8

_CSV_CORE = (
    "accountcode src dst dcontext clid channel dstchannel lastapp lastdata start answer end duration billsec "
    "disposition amaflags"
)
_CUSTOM_CORE = (
    "clid src dst dcontext channel dstchannel lastapp lastdata start answer end duration billsec disposition "
    "amaflags accountcode"
)
_REPORT_CORE = (
    "calldate clid src dst dcontext channel dstchannel lastapp lastdata duration billsec disposition amaflags"
    " accountcode"
)
_TAILS = (
    "",
    "uniqueid",
    "userfield",
    "uniqueid userfield",
    "uniqueid userfield sequence",
    "uniqueid userfield peeraccount",
    "uniqueid userfield peeraccount linkedid",
    "uniqueid userfield peeraccount linkedid sequence",
    # newcdrcolumns in cdr.conf without loguserfield, without loguniqueid, and as it is set out, without either.
    "uniqueid peeraccount linkedid sequence",
    "userfield peeraccount linkedid sequence",
    "peeraccount linkedid sequence",
    "uniqueid userfield did cnum cnam outbound_cnum outbound_cnam dst_cnam recordingfile linkedid peeraccount sequence",
    "uniqueid userfield did recordingfile cnum cnam outbound_cnum outbound_cnam dst_cnam linkedid peeraccount sequence",
)

_TIME = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]\d{1,2}:\d{2}.*|\d{1,2}/\d{1,2}/\d{2,4} \d{1,2}:\d{2}.*")
_CHANNEL = re.compile(r"[A-Za-z][A-Za-z0-9_]*/\S.*")
_SEQUENCE = re.compile(r"\d{1,9}")
_WORDS = frozenset({"ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION", "UNKNOWN", "NOANSWER", "CANCEL"})


def _matching(pattern: re.Pattern[str]) -> Callable[[Sequence[str]], int]:
    """How many of some values match a pattern."""
    return lambda values: len(values) - [*map(pattern.fullmatch, values)].count(None)


def _numbers(values: Sequence[str]) -> int:
    return sum(value.lstrip("-").isdigit() for value in values)


_ids = _matching(re.compile(rf"(?:{UNIQUEID.pattern})?"))
_TESTS: dict[str, Callable[[Sequence[str]], int]] = {
    "start": _matching(_TIME),
    "channel": _matching(_CHANNEL),
    "disposition": lambda values: sum(value.upper() in _WORDS for value in values),
    "duration": _numbers,
    "billsec": _numbers,
    "uniqueid": _ids,
    "linkedid": _ids,
    "sequence": _matching(_SEQUENCE),
    # Alone a userfield may hold anything but what looks like a uniqueid.
    "userfield": lambda values: len(values) - _matching(UNIQUEID)(values),
}
"""How many of a column's values look as its name says."""


def guess_layout(columns: Sequence[Sequence[str]]) -> Layout | None:
    """The layout of headerless rows of one width by the shape of their values; None where none fits.

    `columns`: the values of some rows. Layouts that fit equally differ in columns that say nothing here.
    """
    shares = _Shares(columns)
    scored = [(score, layout) for layout in _known(len(columns)) if (score := _score(layout, shares)) is not None]
    if not scored:
        return None
    return max(scored, key=lambda pair: pair[0])[1]


def is_known(width: int) -> bool:
    """Whether some layout has so many columns."""
    return bool(_known(width))


class _Shares(dict[tuple[str, int], float]):
    """The share of a column's values (by its place) that look as those of a column of that name should."""

    def __init__(self, columns: Sequence[Sequence[str]]) -> None:
        super().__init__()
        self._columns = columns

    def __missing__(self, key: tuple[str, int]) -> float:
        values = self._columns[key[1]]
        share = self[key] = _TESTS[key[0]](values) / len(values)
        return share


@cache
def _known(width: int) -> list[Layout]:
    found: list[Layout] = []
    for core, why in (
        (_CSV_CORE, "in the order of cdr_csv"),
        (_CUSTOM_CORE, "in the order of cdr_custom"),
        (_REPORT_CORE, "in the order of the cdr table"),
    ):
        for tail in _TAILS:
            columns = tuple("start" if name == "calldate" else name for name in f"{core} {tail}".split())
            if len(columns) == width:
                found.append(Layout(columns, why))
    return found


def _score(layout: Layout, shares: _Shares) -> float | None:
    """The share of values that look as their column should; None where a column does not fit."""
    found: list[float] = []
    for column in _TESTS:
        at = layout.index(column)
        if at is None:
            continue
        if shares[column, at] < _FITS:
            return None
        found.append(shares[column, at])
    return sum(found) / len(found) + len(found) / 1000
