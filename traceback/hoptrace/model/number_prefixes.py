"""Tech prefixes that nobody named: digits before numbers of a file that are valid only without them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial

import polars as pl

from hoptrace.model.dialplan import DialPlan
from hoptrace.model.number_reading import NumberKind
from hoptrace.model.number_spellings import is_known, read_bare, read_strictly
from hoptrace.model.number_text import undress
from hoptrace.model.numbers import normalise_column

_MOST_PREFIX_DIGITS = 8
_LEARN_FROM = 20_000
_LEARN_SHARE = 0.95
_LEAST_BARE = 12
_ENOUGH_DIGITS = 9
"""Numbers of any country, which nothing announces, that must share a prefix, for three are found in many odd texts."""
_MOST_BEARERS = 2_000
"""So many numbers with a prefix are enough to tell whether it is one."""
_LONG = 14
"""Digits that hardly any number has, with its country's calling code."""


def learn_tech_prefixes(column: pl.Series, plan: DialPlan, least: int = 3) -> tuple[str, ...]:
    """Prefixes of 1 to 8 digits, with `#` or `*` where written, that stand before otherwise valid numbers of a file.

    Used where the profile names none: counted over distinct numbers that fit no rule, `least` of which must share the
    prefix and be valid without it (7701 1 628 555 0157 read in the US). The most common comes first. Where there is
    none, as where a carrier abroad sends the numbers of another country, E.164 numbers without a plus will do.
    """
    text = column.cast(pl.String)
    odd = text.filter(are_odd(text, normalise_column(column, plan)["kind"], plan))
    texts = odd.filter(odd.str.count_matches("[0-9]").ge(9)).unique().sort().head(_LEARN_FROM).to_list()
    left = {undress(text).text.lstrip("+") for text in texts}
    learned: list[str] = []
    bare = max(least, _LEAST_BARE)
    while best := _best_prefix(left, partial(read_strictly, plan=plan), least) or _best_prefix(left, read_bare, bare):
        learned.append(best)
        left = {text for text in left if not text.startswith(best)}
    return tuple(learned)


def borne_out(prefixes: Iterable[str], column: pl.Series, plan: DialPlan) -> tuple[str, ...]:
    """Those of some learned prefixes behind which the column's other numbers are known as well.

    Numbers of India without a plus (91), some of them mistyped, look as if a 9 for an outside line stood before some:
    the mistyped ones and most of the others can be numbers of North America behind it, but every fifth cannot.
    """
    text = column.cast(pl.String).drop_nulls()
    return tuple(prefix for prefix in prefixes if _stands_before_all(prefix, text, plan))


def _stands_before_all(prefix: str, text: pl.Series, plan: DialPlan) -> bool:
    enough = text.filter(text.str.count_matches("[0-9]") >= _ENOUGH_DIGITS)
    bearers = enough.filter(enough.str.contains(f"^[^0-9+*#]*{re.escape(prefix)}")).unique().sort()
    written = [undress(each).text for each in bearers.gather_every(bearers.len() // _MOST_BEARERS + 1).to_list()]
    rests = [each[len(prefix) :] for each in written if each.startswith(prefix) and read_strictly(each, plan) is None]
    known = sum(read_strictly(rest, plan) is not None or read_bare(rest) is not None for rest in rests)
    return known >= _LEARN_SHARE * len(rests)


def has_long(keys: pl.Series) -> bool:
    """Whether any number is so long that it may be another one behind a prefix."""
    most = keys.max()
    return isinstance(most, int) and most >= 10 ** (_LONG - 1)


def are_odd(texts: pl.Series, kinds: pl.Series, plan: DialPlan) -> pl.Series:
    """Whether texts (of these kinds) fit no rule: they are no numbers, or so long that only their length fits one.

    15 digits may be a number of Kazakhstan that nobody has, or a tech prefix and a number that its plan knows.
    """
    long = texts.filter(texts.str.contains(f"^[1-9][0-9]{{{_LONG - 1},}}$").fill_null(value=False)).unique().sort()
    unknown = [text for text in long.head(_LEARN_FROM).to_list() if not is_known(text, plan)]
    return kinds.is_in([str(NumberKind.INVALID), str(NumberKind.INTERNAL)]) | texts.is_in(unknown).fill_null(
        value=False
    )


def _best_prefix(texts: set[str], read: Callable[[str], str | None], least: int) -> str | None:
    """The prefix that explains most of the texts, the shortest of equals."""
    bearers: defaultdict[str, int] = defaultdict(int)
    numbers: defaultdict[str, list[str]] = defaultdict(list)
    for text in sorted(texts):
        for prefix in _possible_prefixes(text):
            bearers[prefix] += 1
            number = read(text[len(prefix) :])
            if number is not None:
                numbers[prefix].append(number)
    fitting = [
        (-len(set(found)), len(prefix), prefix)
        for prefix, found in numbers.items()
        if len(set(found)) >= least and len(found) >= _LEARN_SHARE * bearers[prefix]
    ]
    return min(fitting)[2] if fitting else None


def _possible_prefixes(text: str) -> list[str]:
    """Leading digits (perhaps behind a `*`) up to 8, each with the `#` or `*` that closes it."""
    start = 1 if text[:1] == "*" else 0
    prefixes: list[str] = []
    for end in range(start + 1, min(start + _MOST_PREFIX_DIGITS, len(text) - 1) + 1):
        if not text[start:end].isdigit():
            break
        prefixes.append(text[: end + 1] if text[end] in "#*" else text[:end])
    return prefixes
