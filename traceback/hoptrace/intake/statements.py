"""From a reader's raw calls to statements: numbers become keys, trunks become carriers, codes become outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from hoptrace.intake.call_numbers import NUMBERS, read_numbers
from hoptrace.intake.distinct import Distinct, are_many, distinct, numbered
from hoptrace.intake.fingerprint import fingerprints
from hoptrace.intake.identities import with_claims
from hoptrace.intake.number_parameters import dressed, named_numbers, with_parameters
from hoptrace.intake.outcomes import outcomes
from hoptrace.intake.trunks import TrunkTable
from hoptrace.model.numbers import DialPlan
from hoptrace.model.statements import RAW_CALLS, STATEMENTS

_NOBODY = ("", "-", "NULL", "null", "None", "none", "(null)", "\\N", "0.0.0.0", "::")
"""Words and addresses that switches and databases write where there was no neighbour and no customer."""

_SIDES = {"upstream": False, "downstream": True}
"""Whether a carrier's own side can stand there: it is a destination only, and whoever calls from there is not named."""

_FEW = (*_SIDES, "release_code")
"""Columns of few texts, which are read once each."""

_SHORT = ("attestation",)
"""Further ones, of texts so short that this pays for many rows only."""

_NOT_SAID = {"call", "file", "row", "start_basis", "precision", "may_be_later"}
_SAID = [name for name in RAW_CALLS.names() if name not in _NOT_SAID]


@dataclass(frozen=True, slots=True)
class Built:
    """What a chunk's calls gave.

    `statements`: STATEMENTS columns but `batch`, and `file`, `call`; of many rows those that say few texts are
    Categorical, and numbers that their keys tell have no texts (kind Null). `refused`: `call`, `reason`. `unknown`:
    `call`, `trunk`, one row for each text that no trunk fits. `plan` is the dial plan with what was learned, `learned`
    maps each prefix that was learned to how many numbers bear it. `rounded`: how many numbers of each file (`file`,
    `len`) a spreadsheet rounded, and `named` how many were read from the display name beside an address without digits.
    `peers`: no other carriers stand in `upstream` and `downstream`.
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
    read = read_numbers(calls, plan)
    refused = read.keyed.select("call", "reason").filter(pl.col("reason").is_not_null())
    good = read.keyed.filter(pl.col("reason").is_null()) if refused.height else read.keyed
    # The fingerprint is taken of what the carrier wrote, before trunks are replaced by what they stand for: a row that
    # is sent again is known again, whatever certificates and trunks are at hand by then.
    good = good.drop("reason").with_columns(carrier=pl.lit(carrier_id, pl.String))
    few = {name: distinct(good[name]) for name in (*_FEW, *(_SHORT if are_many(good.height) else ()))}
    good = good.with_columns(fingerprints(good, ["carrier", *_SAID], few))
    more = dressed(calls, [name for name in NUMBERS.values() if name not in read.told])
    full = with_parameters(with_claims(good, signers or {}), more)
    placed, unknown, peers = _place(full, trunks, {name: distinct(full[name]) for name in _SIDES} if more else few)
    names = [name for name in STATEMENTS.names() if name != "batch"]
    ended = outcomes(placed, few["release_code"])
    told = [pl.Series(name, [None]).new_from_index(0, good.height) for name in read.told if are_many(good.height)]
    statements = placed.with_columns(ended, *_as_numbers(placed, good, few), *told).select("file", "call", *names)
    named = named_numbers(calls, more)
    return Built(statements, refused, unknown, read.plan, read.learned, read.rounded, named, peers)


def _as_numbers(placed: pl.DataFrame, good: pl.DataFrame, few: Mapping[str, Distinct]) -> Iterator[pl.Series]:
    """Columns of few texts as numbers of them, but for the sides and what an empty one was filled with meanwhile."""
    for name, told in few.items():
        if name not in _SIDES and placed[name].null_count() == good[name].null_count():
            yield numbered(placed[name], told)


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
    # A trunk without a neighbour is one that nobody listed, and the call may have gone on over it; not to the own side.
    home = [text for text in few["downstream"][0].drop_nulls() if trunks.is_own(text)]
    beyond = pl.when(~pl.col("downstream").is_in(home)).then("downstream")
    placed = calls.with_columns(
        upstream_trunk=numbered(calls["upstream"], few["upstream"]),
        downstream_trunk=beyond if home else numbered(calls["downstream"], few["downstream"]),
        upstream=came["peer"],
        downstream=went["peer"],
        customer=pl.coalesce("customer", came["customer"]),
    )
    return placed, unknown, frozenset[str]().union(*peers)
