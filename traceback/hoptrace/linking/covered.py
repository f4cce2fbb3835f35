"""Whose records cover which call's time: calls of one stretch of time, in which nobody begins or ends, share theirs."""

from __future__ import annotations

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
        told: dict[object, frozenset[str]] = {
            number: frozenset(group["carrier"]) for (number,), group in self.carriers.group_by("stretch")
        }
        return [told.get(number, frozenset()) for number in self.stretches["stretch"]]

    def flagged(self, members: pl.DataFrame, named: str, flag: str) -> pl.DataFrame:
        """Members (`call`, ...) with a column `flag`: whether the carrier in the column `named` covers the call."""
        yes = self.carriers.with_columns(pl.lit(value=True).alias(flag))
        known = members.join(self.stretches, on="call", how="left", maintain_order="left")
        told = known.join(
            yes, left_on=["stretch", named], right_on=["stretch", "carrier"], how="left", maintain_order="left"
        )
        return told.with_columns(pl.col(flag).fill_null(value=False)).drop("stretch")
