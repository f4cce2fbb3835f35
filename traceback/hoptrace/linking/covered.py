"""Whose records cover which call's time: calls of one stretch of time, in which nobody begins or ends, share theirs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

STRETCHES = pl.Schema({"call": pl.Int64, "stretch": pl.Int64})
CARRIERS = pl.Schema({"stretch": pl.Int64, "carrier": pl.String})


@dataclass(frozen=True, slots=True)
class Covered:
    """The stretch of time that each call is in (`stretches`), and the `carriers` whose records cover each, once."""

    stretches: pl.DataFrame
    carriers: pl.DataFrame

    @classmethod
    def nothing(cls) -> Covered:
        """Nobody's records cover any call."""
        return cls(STRETCHES.to_frame(), CARRIERS.to_frame())

    def sets(self) -> list[frozenset[str]]:
        """The carriers as a set for each call, in the order of `stretches`."""
        told = defaultdict[int, list[str]](list)
        for number, carrier in zip(self.carriers["stretch"].to_list(), self.carriers["carrier"].to_list(), strict=True):
            told[number].append(carrier)
        sets = {number: frozenset(carriers) for number, carriers in told.items()}
        return [sets.get(number, frozenset()) for number in self.stretches["stretch"].to_list()]

    def counts(self) -> list[int]:
        """How many carriers cover each call, in the order of `stretches`."""
        many = Counter(self.carriers["stretch"].to_list())
        return [many[number] for number in self.stretches["stretch"].to_list()]

    def flagged(self, members: pl.DataFrame, flags: Mapping[str, str]) -> pl.DataFrame:
        """Members (`call`, ...) with columns: whether the carrier in the column that a flag is of covers the call."""
        if self.stretches.height == 1:
            # A single call has so few that nobody need plan how to look them up.
            covering = set(self.carriers["carrier"].to_list())
            told = {flag: [carrier in covering for carrier in members[name].to_list()] for flag, name in flags.items()}
            return members.hstack([pl.Series(flag, yes, pl.Boolean) for flag, yes in told.items()])
        known = members.select("call", *flags.values())
        known = known.join(self.stretches, on="call", how="left", maintain_order="left")
        yes = self.carriers.with_columns(pl.lit(value=True).alias(flag) for flag in flags)
        for flag, named in flags.items():
            known = known.join(
                yes.select("stretch", "carrier", flag),
                left_on=["stretch", named],
                right_on=["stretch", "carrier"],
                how="left",
                maintain_order="left",
            )
        return members.hstack(known.select(pl.col(list(flags)).fill_null(value=False)))
