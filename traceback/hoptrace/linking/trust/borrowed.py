"""Borrowed: customers that show the caller ids of many other carriers' customers.

A customer has numbers of its own, or those of a campaign, which it shows again and again. Records that are made up, or
claim others' calls, are modelled on calls that somebody else placed: each bears the caller id of another carrier's
customer, who shows it more often.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

BORROWED = pl.Schema(
    {"carrier": pl.String, "customer": pl.String, "callers": pl.Int64, "borrowed": pl.Int64, "owners": pl.Int64}
)
"""How many caller ids (`callers`) a carrier's customer showed, how many of them to one number only, whereas another
carrier's customer shows it to several (`borrowed`), and of how many such customers these are (`owners`). Only where
LEAST_OWNERS or more are. Caller ids next to the called number are left out: who makes these up hits upon others'."""

NEXT_TO = 10_000
"""Numbers that differ in the last four digits only are next to each other."""

LEAST_OWNERS = 3
"""Customers of other carriers whose caller ids one shows: two campaigns may well have the same list of numbers."""

MOST_BORROWED = 0.3
"""Share of borrowed caller ids from which a customer is taken to be made up. Who makes up numbers hits upon others'
too, but seldom so many."""


def count_borrowed(facts: pl.DataFrame) -> pl.DataFrame:
    """BORROWED of a sample: `facts` from `comparable`."""
    far = pl.col("calling") // NEXT_TO != pl.col("called") // NEXT_TO
    placed = facts.filter(pl.col("customer").is_not_null() & (pl.col("calling") > 0) & far)
    shown = placed.group_by("carrier", "customer", "calling").agg(numbers=pl.col("called").n_unique())
    met = shown.join(shown, on="calling", suffix="_other").filter(pl.col("carrier") != pl.col("carrier_other"))
    most = met.sort("numbers_other", "carrier_other", "customer_other", descending=[True, False, False])
    owner = most.group_by("carrier", "customer", "calling", maintain_order=True).first()
    lent = owner.filter((pl.col("numbers") == 1) & (pl.col("numbers_other") > 1))
    told = lent.group_by("carrier", "customer").agg(
        borrowed=pl.len(), owners=pl.struct("carrier_other", "customer_other").n_unique()
    )
    callers = shown.group_by("carrier", "customer").agg(callers=pl.len())
    counted = told.filter(pl.col("owners") >= LEAST_OWNERS).join(callers, on=["carrier", "customer"])
    return counted.select(pl.col(name).cast(kind) for name, kind in BORROWED.items()).sort("carrier", "customer")


def borrowers(borrowed: pl.DataFrame) -> Collection[tuple[str, str]]:
    """The customers (with their carriers) that the counts (BORROWED) show to be made up."""
    many = (pl.col("owners") >= LEAST_OWNERS) & (pl.col("borrowed") >= MOST_BORROWED * pl.col("callers"))
    return frozenset(borrowed.filter(many).select("carrier", "customer").rows())
