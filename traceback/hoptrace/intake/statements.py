"""From a reader's raw calls to statements: numbers become keys, trunks become carriers, codes become outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import polars as pl

from hoptrace.intake.distinct import Distinct, distinct
from hoptrace.intake.fingerprint import fingerprints
from hoptrace.intake.identities import with_claims
from hoptrace.intake.number_parameters import dressed, named_numbers, with_parameters
from hoptrace.intake.outcomes import outcomes
from hoptrace.intake.resaving import rounded_numbers
from hoptrace.intake.told_twice import told_twice
from hoptrace.intake.trunks import TrunkTable
from hoptrace.model.number_masks import MASKED_BELOW
from hoptrace.model.numbers import (
    DialPlan,
    NumberKind,
    all_at_home,
    are_odd,
    has_long,
    learn_tech_prefixes,
    normalise_column,
    writes_as_at_home,
)
from hoptrace.model.statements import RAW_CALLS, STATEMENTS

FEWEST_ODD = 3
"""So many numbers that fit no rule are needed before a tech prefix is looked for."""

MOST_ODD = 2_000
"""So many of them are enough to look at: a prefix that matters stands before many numbers."""

_NUMBERS = {
    "calling": "calling_number",
    "called": "called_number",
    "egress_calling": "egress_calling_number",
    "egress_called": "egress_called_number",
    "redirecting": "redirecting_number",
}
_CALLERS = ("calling", "egress_calling")
_CALLED = ("called", "egress_called")
_NOBODY = ("", "-", "NULL", "null", "None", "none", "(null)", "\\N", "0.0.0.0", "::")
"""Words and addresses that switches and databases write where there was no neighbour and no customer."""

_SIDES = {"upstream": False, "downstream": True}
"""Whether a carrier's own side can stand there: it is a destination only, and whoever calls from there is not named."""

_FEW = (*_SIDES, "release_code")
"""Columns of few texts, which are read once each."""

_TRUNK_SIDE = {"called_number": "upstream", "egress_called_number": "downstream"}
_NOT_SAID = {"call", "file", "row", "start_basis", "precision", "may_be_later"}
_SAID = [name for name in RAW_CALLS.names() if name not in _NOT_SAID]


@dataclass(frozen=True, slots=True)
class Built:
    """What a chunk's calls gave.

    `statements`: STATEMENTS columns but `batch`, and `file`, `call`. `refused`: `call`, `reason`. `unknown`: `call`,
    `trunk`, one row for each text that no trunk fits. `plan` is the dial plan with what was learned, `learned` maps
    each prefix that was learned to how many numbers bear it. `rounded`: how many numbers of each file (`file`, `len`) a
    spreadsheet rounded, and `named` how many were read from the display name beside an address without digits. `peers`:
    no other carriers stand in `upstream` and `downstream`.
    """

    statements: pl.DataFrame
    refused: pl.DataFrame
    unknown: pl.DataFrame
    plan: DialPlan
    learned: dict[str, int]
    rounded: pl.DataFrame
    named: pl.DataFrame
    peers: frozenset[str]

    @property
    def has_odd_numbers(self) -> bool:
        """Whether a call was refused, or a number rounded or read from a display name."""
        return not (self.refused.is_empty() and self.rounded.is_empty() and self.named.is_empty())


def build(
    calls: pl.DataFrame,
    carrier_id: str,
    plan: DialPlan,
    trunks: TrunkTable,
    signers: Mapping[str, str] | None = None,
) -> Built:
    """Make statements of a chunk's calls (RAW_CALLS); one whose called number is none is refused.

    `signers` maps the x5u URL of a certificate at hand to its service provider code.
    """
    keyed, plan, learned, rounded = _read_numbers(calls, plan)
    refused = keyed.select("call", "reason").filter(pl.col("reason").is_not_null())
    good = keyed.filter(pl.col("reason").is_null()) if refused.height else keyed
    # The fingerprint is taken of what the carrier wrote, before trunks are replaced by what they stand for: a row that
    # is sent again is known again, whatever certificates and trunks are at hand by then.
    good = good.drop("reason").with_columns(carrier=pl.lit(carrier_id, pl.String))
    few = {name: distinct(good[name]) for name in _FEW}
    good = good.with_columns(fingerprints(good, ["carrier", *_SAID], few))
    more = dressed(calls, _NUMBERS.values())
    full = with_parameters(with_claims(good, signers or {}), more)
    placed, unknown, peers = _place(full, trunks, {name: distinct(full[name]) for name in _SIDES} if more else few)
    names = [name for name in STATEMENTS.names() if name != "batch"]
    statements = placed.with_columns(outcomes(placed, few["release_code"])).select("file", "call", *names)
    return Built(statements, refused, unknown, plan, learned, rounded, named_numbers(calls, more), peers)


def _read_numbers(calls: pl.DataFrame, plan: DialPlan) -> tuple[pl.DataFrame, DialPlan, dict[str, int], pl.DataFrame]:
    if not plan.as_at_home and any(writes_as_at_home(calls[_NUMBERS[name]], plan) for name in _CALLED):
        plan = replace(plan, as_at_home=True)
    read = _normalised(calls, plan)
    odd = pl.concat([_odd(calls, read[name], name, plan) for name in _CALLED])
    learned: dict[str, int] = {}
    if odd.len() >= FEWEST_ODD and (distinct := odd.unique().sort()).len() >= FEWEST_ODD:
        prefixes = learn_tech_prefixes(distinct.gather_every(distinct.len() // MOST_ODD + 1), plan)
        learned = {prefix: int(odd.str.contains(prefix, literal=True).sum()) for prefix in prefixes}
        if learned:
            plan = replace(plan, tech_prefixes=(*plan.tech_prefixes, *prefixes))
            read = _normalised(calls, plan)
    texts, numbers = [calls[_NUMBERS[name]] for name in _CALLED], [read[name] for name in _CALLED]
    read |= dict(zip(_CALLED, told_twice(texts, numbers), strict=True))
    return _keyed(calls, read), plan, learned, rounded_numbers(calls, read, _NUMBERS)


def _normalised(calls: pl.DataFrame, plan: DialPlan) -> dict[str, pl.DataFrame]:
    plans = {name: _callers_plan(calls[_NUMBERS[name]], plan) if name in _CALLERS else plan for name in _NUMBERS}
    read = {
        name: _read_column(_without_trunk_prefix(calls, column, plan), plans[name]) for name, column in _NUMBERS.items()
    }
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


def _read_column(column: pl.Series, plan: DialPlan) -> pl.DataFrame:
    return _no_numbers(column.len()) if column.null_count() == column.len() else normalise_column(column, plan)


@lru_cache(maxsize=1)  # most columns of numbers are empty
def _no_numbers(rows: int) -> pl.DataFrame:
    keys = pl.repeat(None, rows, dtype=pl.Int64, eager=True).alias("key")
    return keys.to_frame().with_columns(kind=pl.lit(str(NumberKind.MISSING)))


def _are_plain(keys: pl.Series) -> bool:
    """Every one is the key of a number that people are called at, as mostly."""
    least = keys.min()
    return not keys.null_count() and isinstance(least, int) and least > 0


def _odd(calls: pl.DataFrame, read: pl.DataFrame, name: str, plan: DialPlan) -> pl.Series:
    keys, text = read["key"], calls[_NUMBERS[name]].rename("text")
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


def _place(
    calls: pl.DataFrame, trunks: TrunkTable, few: Mapping[str, Distinct]
) -> tuple[pl.DataFrame, pl.DataFrame, frozenset[str]]:
    named = [name for name in _SIDES if not set(_NOBODY).isdisjoint(few[name][0])]
    own = ["customer"] if calls["customer"].null_count() < calls.height else []
    calls = calls.with_columns(pl.when(~pl.col(name).is_in(_NOBODY)).then(pl.col(name)) for name in (*named, *own))
    few = {name: distinct(calls[name]) if name in named else few[name] for name in _SIDES}
    came, went = (
        trunks.resolve(calls.select("call", "start_time", name), name, own_side=own, told=few[name])
        for name, own in _SIDES.items()
    )
    sides = [(side, told["known"]) for side, told in (("upstream", came), ("downstream", went))]
    some = [calls.select("call", trunk=side).filter(~known) for side, known in sides if not known.all()]
    unknown = pl.concat([calls.select("call", trunk="upstream").clear(), *some])
    peers = (trunks.meaning(few[name][0], own_side=own).peers for name, own in _SIDES.items())
    placed = calls.with_columns(
        upstream_trunk=pl.col("upstream"),
        downstream_trunk=pl.col("downstream"),
        upstream=came["peer"],
        downstream=went["peer"],
        customer=pl.coalesce("customer", came["customer"]),
    )
    return placed, unknown, frozenset[str]().union(*peers)
