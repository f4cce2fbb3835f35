"""The numbers of calls become keys, and what a carrier puts before them is learned from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import polars as pl

from hoptrace.intake.resaving import rounded_numbers
from hoptrace.intake.told_twice import told_twice
from hoptrace.model.nanp_keys import nanp_keys
from hoptrace.model.number_masks import MASKED_BELOW
from hoptrace.model.number_prefixes import are_odd, borne_out, has_long, learn_tech_prefixes
from hoptrace.model.numbers import DialPlan, NumberKind, normalise_beside
from hoptrace.model.numbers_at_home import all_at_home, writes_as_at_home

FEWEST_ODD = 3
"""So many numbers that fit no rule are needed before a tech prefix is looked for."""

MOST_ODD = 2_000
"""So many of them are enough to look at: a prefix that matters stands before many numbers."""

NUMBERS = {
    "calling": "calling_number",
    "called": "called_number",
    "egress_calling": "egress_calling_number",
    "egress_called": "egress_called_number",
    "redirecting": "redirecting_number",
}
"""The columns of keys, and those of what the carrier wrote."""

_WHATEVER_BESIDE = ("calling", "called", "redirecting")
"""Keys that stand whatever the others are: of a number that was not changed there is no `egress` key."""

_CALLERS = ("calling", "egress_calling")
_CALLED = ("called", "egress_called")
_TRUNK_SIDE = {"called_number": "upstream", "egress_called_number": "downstream"}


@dataclass(frozen=True, slots=True)
class ReadNumbers:
    """`keyed`: the calls with the keys of NUMBERS, and the `reason` why a call is to no number, null where it is.

    `plan`: the dial plan with what was learned; `learned`: each prefix that was, and how many numbers bear it;
    `rounded`: how many numbers of each file (`file`, `len`) a spreadsheet rounded. `told`: columns of texts each of
    which is a plus and the digits of its key.
    """

    keyed: pl.DataFrame
    plan: DialPlan
    learned: dict[str, int]
    rounded: pl.DataFrame
    told: tuple[str, ...]


def read_numbers(calls: pl.DataFrame, plan: DialPlan) -> ReadNumbers:
    """Read the numbers of a chunk's calls (RAW_CALLS) by a dial plan, and by what they show of it themselves."""
    if not plan.as_at_home and any(writes_as_at_home(calls[NUMBERS[name]], plan) for name in _CALLED):
        plan = replace(plan, as_at_home=True)
    plain = _plain(calls, plan)
    read = _normalised(calls, plain, plan)
    odd = pl.concat([_odd(calls, read[name], name, plan) for name in _CALLED])
    learned: dict[str, int] = {}
    if odd.len() >= FEWEST_ODD and (distinct := odd.unique().sort()).len() >= FEWEST_ODD:
        prefixes = learn_tech_prefixes(distinct.gather_every(distinct.len() // MOST_ODD + 1), plan)
        prefixes = borne_out(prefixes, pl.concat([calls[NUMBERS[name]].rename("text") for name in _CALLED]), plan)
        learned = {prefix: int(odd.str.contains(prefix, literal=True).sum()) for prefix in prefixes}
        if learned:
            plan = replace(plan, tech_prefixes=(*plan.tech_prefixes, *prefixes))
            read = _normalised(calls, plain, plan)
    texts, numbers = [calls[NUMBERS[name]] for name in _CALLED], [read[name] for name in _CALLED]
    once = dict(read)
    read |= dict(zip(_CALLED, told_twice(texts, numbers), strict=True))
    told = tuple(NUMBERS[name] for name in _WHATEVER_BESIDE if plain.get(name) is not None and read[name] is once[name])
    return ReadNumbers(_keyed(calls, read), plan, learned, rounded_numbers(calls, read, NUMBERS), told)


def _plain(calls: pl.DataFrame, plan: DialPlan) -> dict[str, pl.Series | None]:
    """The keys of columns that hold nothing but plain numbers of North America, as all of a file mostly do, else None.

    Columns from which trunks' prefixes are taken are left out: what is read of them is not all that was written.
    """
    asked = {name: column for name, column in NUMBERS.items() if not (plan.trunk_prefixes and column in _TRUNK_SIDE)}
    return {name: nanp_keys(calls[column]) for name, column in asked.items()}


def _normalised(calls: pl.DataFrame, plain: dict[str, pl.Series | None], plan: DialPlan) -> dict[str, pl.DataFrame]:
    read: dict[str, pl.DataFrame] = {}
    for name, column in NUMBERS.items():
        text = _without_trunk_prefix(calls, column, plan)
        keys = plain[name] if name in plain else nanp_keys(text)
        read[name] = _read_column(text, keys, _callers_plan(calls[column], plan) if name in _CALLERS else plan)
    # A caller of whom only the beginning is known still says something; a called number is what calls are found by.
    return {name: frame if name in _CALLERS else _without_masked(frame) for name, frame in read.items()}


def _callers_plan(callers: pl.Series, plan: DialPlan) -> DialPlan:
    """Callers bear no prefixes, and may be the carrier's own, though the called ones are written as at home."""
    as_at_home = plan.as_at_home and all_at_home(callers)
    return replace(plan, as_at_home=as_at_home, of_callers=bool(plan.prefixes()))


def _without_masked(read: pl.DataFrame) -> pl.DataFrame:
    least = read["key"].min()
    if not isinstance(least, int) or least >= MASKED_BELOW:
        return read
    return read.with_columns(key=pl.when(pl.col("key") >= MASKED_BELOW).then("key"))


def _without_trunk_prefix(calls: pl.DataFrame, column: str, plan: DialPlan) -> pl.Series:
    """Called numbers without the tech prefix of the trunk that they came in over or were sent out over."""
    side = _TRUNK_SIDE.get(column)
    if side is None or not plan.trunk_prefixes:
        return calls[column]
    text: pl.Expr = pl.col(column)
    for trunk, prefix in sorted(plan.trunk_prefixes, key=lambda pair: len(pair[1])):
        bears = (pl.col(side) == trunk) & pl.col(column).str.starts_with(prefix)
        text = pl.when(bears).then(pl.col(column).str.strip_prefix(prefix)).otherwise(text)
    return calls.select(text.alias(column)).to_series()


def _read_column(column: pl.Series, plain: pl.Series | None, plan: DialPlan) -> pl.DataFrame:
    return _no_numbers(column.len()) if column.null_count() == column.len() else normalise_beside(column, plain, plan)


@lru_cache(maxsize=1)  # most columns of numbers are empty
def _no_numbers(rows: int) -> pl.DataFrame:
    keys = pl.repeat(None, rows, dtype=pl.Int64, eager=True).alias("key")
    return keys.to_frame().with_columns(kind=pl.lit(str(NumberKind.MISSING)))


def _are_plain(keys: pl.Series) -> bool:
    """Every one is the key of a number that people are called at, as mostly."""
    least = keys.min()
    return not keys.null_count() and isinstance(least, int) and least > 0


def _odd(calls: pl.DataFrame, read: pl.DataFrame, name: str, plan: DialPlan) -> pl.Series:
    keys, text = read["key"], calls[NUMBERS[name]].rename("text")
    if text.null_count() == text.len() or (_are_plain(keys) and not has_long(keys)):
        return text.clear()
    return text.filter(are_odd(text, read["kind"], plan))


def _keyed(calls: pl.DataFrame, read: dict[str, pl.DataFrame]) -> pl.DataFrame:
    called = read["called"]
    reason = pl.lit(None, pl.String) if _are_plain(called["key"]) else called.select(_reason()).to_series()
    keyed = calls.with_columns(*(frame["key"].rename(name) for name, frame in read.items()), reason=reason)
    changed = [
        pl.when(pl.col(f"egress_{name}").ne_missing(pl.col(name)))
        .then(pl.col(f"egress_{name}"))
        .alias(f"egress_{name}")
        for name in ("calling", "called")
        if keyed[f"egress_{name}"].null_count() < keyed.height
    ]
    return keyed.with_columns(changed)


def _reason() -> pl.Expr:
    return (
        pl.when(pl.col("kind") == str(NumberKind.MISSING))
        .then(pl.lit("called_number is missing"))
        .when(pl.col("kind") == str(NumberKind.WITHHELD))
        .then(pl.lit("called_number is withheld"))
        .when(pl.col("key").is_null())
        .then(pl.lit("called_number is no telephone number"))
    )
