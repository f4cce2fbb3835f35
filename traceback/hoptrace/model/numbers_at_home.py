"""Numbers that a carrier abroad writes as the home country dials them, told from numbers of its own country."""

from __future__ import annotations

import re

import polars as pl

from hoptrace.model.dialplan import NANP_CODE, NANP_SHAPE, DialPlan, country_of
from hoptrace.model.number_spellings import is_known
from hoptrace.model.number_text import undress

_LEAST_TEN = 12
"""Numbers of ten digits that tell whether a carrier abroad writes them as the home country does."""
_BEGINNINGS, _BEGINNINGS_OF_KNOWN = 8, 30
"""Different first four digits that are asked for: in general, and where the own country's plan knows most numbers."""
_ALL_BUT_MISTAKES = 0.95
"""Share of a file's numbers that its carrier's own plan knows from which they are its own: of numbers of North America
Germany's plan knows nine in ten, all others fewer."""
_MOST_TEN, _MOST_KNOWN = 2_000, 200
"""So many numbers are enough to tell how a carrier writes, and how many of them its own country's plan knows."""
_TEN_DIGITS = re.compile("[2-9][0-9]{9}")


def writes_as_at_home(column: pl.Series, plan: DialPlan) -> bool:
    """Whether a carrier abroad writes the called numbers of a file as the home country, in North America, dials them.

    Ten digits may as well be a number of its own country. But in most countries every fifth of those breaks the rule of
    North American numbers, which a file of many numbers with different beginnings then would too. More are asked for
    where the own country's plan knows most of the numbers; where it knows nearly all they are its own.
    """
    if country_of(plan.home).code != NANP_CODE or country_of(plan.country).code in (0, NANP_CODE):
        return False
    written = column.cast(pl.String).drop_nulls().unique().sort()
    plain = written.filter(~written.str.contains(r"^(?:sip:)?(?:\+|00)"))
    ten = _of_ten_digits(plain.gather_every(plain.len() // _MOST_TEN + 1))
    if len(ten) < _LEAST_TEN or not all(NANP_SHAPE.fullmatch(text) for text in ten):
        return False
    known = [is_known(text, plan) for text in ten[:: len(ten) // _MOST_KNOWN + 1]]
    if sum(known) > _ALL_BUT_MISTAKES * len(known):
        return False
    needed = _BEGINNINGS_OF_KNOWN if sum(known) > len(known) / 2 else _BEGINNINGS
    return len({text[:4] for text in ten}) >= needed


def all_at_home(column: pl.Series) -> bool:
    """Whether all numbers of ten digits in a column, in whatever dress, may be some of North America."""
    written = column.cast(pl.String).drop_nulls().unique()
    return all(NANP_SHAPE.fullmatch(text) for text in _of_ten_digits(written))


def _of_ten_digits(written: pl.Series) -> list[str]:
    """The numbers of ten digits among some texts, undressed."""
    return sorted({digits for text in written.to_list() if _TEN_DIGITS.fullmatch(digits := undress(text).text)})
