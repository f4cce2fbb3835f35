"""Rivalled: customers to whose calls others with the same caller ids call the same people.

A caller id that is used once or twice cannot tell whether somebody else shows it too. The customer's other calls can:
who calls from the same list of numbers under the same caller ids does so again and again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from hoptrace.linking.trust.clashes import LONGEST_RING

RIVALLED = pl.Schema(
    {"carrier": pl.String, "customer": pl.String, "end": pl.String, "calls": pl.Int64, "rivalled": pl.Int64}
)
"""By customer of a carrier: of how many of its `calls` (pairs of caller id and called number) somebody else's with the
same two numbers is on file, but not who placed it (`rivalled`); where `end` is told, of those that a record of theirs
hands to that carrier. Only of customers with LEAST_RIVALLED such calls."""

LEAST_RIVALLED = 3
"""Rivalled calls from which a customer's are kept."""

MOST_STATEMENTS = 100
"""Statements with the same two numbers up to which they are looked at, each beside each: who calls one number all day
long, as alarms do, has no list of people."""

WITHIN = 600.0
"""Seconds around a call in which another one to the same number under the same caller id is its rival."""

SAME_CALL = 3.0
"""Seconds beyond ticks, clocks' spreads and ringing within which two records are of one call."""

LIKE_ELSEWHERE, MANY_CALLS = 5.0, 10.0
"""Calls that an end counts for less than all together: its own share, and where the end with the most is sought."""

PAIR = ("carrier", "customer", "calling", "called")
OF_OTHERS = ("calling", "called", "sid", "downstream")


@dataclass(frozen=True, slots=True)
class Rivals:
    """Shares of a customer's calls that are known to be rivalled: the `usual` one, and by end the `calls` and the
    rivalled of them (`ends`).
    """

    usual: float
    ends: Mapping[str, tuple[int, int]]

    def lacking(self, end: str) -> float:
        """How much larger that share is where it is largest than for calls to `end`."""
        here = self._share(*self.ends.get(end, (0, 0)), LIKE_ELSEWHERE)
        most = max((self._share(*each, MANY_CALLS) for each in self.ends.values()), default=self.usual)
        return max(most - here, 0.0)

    def _share(self, calls: int, rivalled: int, like_usual: float) -> float:
        return (rivalled + like_usual * self.usual) / (calls + like_usual)


def count_rivalled(facts: pl.DataFrame) -> pl.DataFrame:
    """RIVALLED of a sample: `facts` from `comparable`."""
    came = pl.coalesce("setup", pl.col("start") - LONGEST_RING)
    few = pl.len().over("calling", "called") <= MOST_STATEMENTS
    told = facts.filter((pl.col("calling") > 0) & few).with_columns(
        first=came - 3 * pl.col("spread"), last=pl.col("start") + pl.col("tick")
    )
    placed = told.filter(pl.col("customer").is_not_null()).select(*PAIR, "start", "first", "last")
    met = placed.join(
        told.select(*OF_OTHERS, by="carrier", whose="customer", at="start", begun="first", ended="last"),
        on=["calling", "called"],
    ).filter((pl.col("at") - pl.col("start")).abs() <= WITHIN)
    apart = pl.max_horizontal(pl.col("begun") - pl.col("last"), pl.col("first") - pl.col("ended"))
    # Another try of the customer's own is near one of its records, if not near the first.
    records = met.group_by(*PAIR, "sid", "by", "whose", "downstream").agg(same=(apart <= SAME_CALL).any())
    other = ~pl.col("same") & (pl.col("by") != pl.col("carrier"))
    # Who placed a rival's call and keeps records would have those of its others as well.
    on_file = (other & pl.col("whose").is_not_null()).any()
    ends = pl.col("downstream").filter("same").drop_nulls().unique()
    pairs = records.group_by(PAIR).agg(rivalled=other.any() & ~on_file, end=ends)
    return _counted(pairs)


def _counted(pairs: pl.DataFrame) -> pl.DataFrame:
    counts = {"calls": pl.len(), "rivalled": pl.col("rivalled").sum()}
    by_end = pairs.explode("end").drop_nulls("end").group_by("carrier", "customer", "end").agg(**counts)
    in_all = pairs.group_by("carrier", "customer").agg(**counts).filter(pl.col("rivalled") >= LEAST_RIVALLED)
    by_end = by_end.join(in_all, on=["carrier", "customer"], how="semi")
    every = [in_all.with_columns(end=pl.lit(None, pl.String)), by_end]
    told = pl.concat([each.select(pl.col(name).cast(kind) for name, kind in RIVALLED.items()) for each in every])
    return told.sort("carrier", "customer", "end")


def rivals_of(rivalled: pl.DataFrame) -> dict[tuple[str, str], Rivals]:
    """What the counts (RIVALLED) tell of each customer (with its carrier)."""
    ends: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
    usual: dict[tuple[str, str], float] = {}
    for carrier, customer, end, calls, seen in rivalled.rows():
        if end is None:
            usual[carrier, customer] = seen / calls
        else:
            ends.setdefault((carrier, customer), {})[end] = (calls, seen)
    return {key: Rivals(share, ends.get(key, {})) for key, share in usual.items()}
