"""Tables of the campaign report over carriers: shared upstreams, originators, points of entry, customers."""

from __future__ import annotations

import polars as pl

from hoptrace.reports.campaign.calls import links
from hoptrace.reports.campaign.model import CustomerRow, EntryRow, OriginatorRow, UpstreamRow
from hoptrace.reports.many.frames import (
    added_confidence,
    calls_where,
    mean_confidence,
    mean_of_added,
    mostly,
    shares,
    with_most,
)
from hoptrace.reports.many.material import Material
from hoptrace.reports.many.placing import Certainty, named
from hoptrace.reports.tables.table import Table
from hoptrace.reports.trace.model import Role

_TELLING = [role.value for role in Role if role is not Role.TERMINATING]


def upstreams(known: Material) -> Table[UpstreamRow]:
    """The carriers above the terminating ones, the most calls first."""
    by = ("carrier", "role", "certainty")

    def count(_: pl.DataFrame, hops: pl.DataFrame) -> pl.DataFrame:
        """Of a part of the calls, how many each carrier passed on, and how many of these it recorded."""
        # A call that passes a carrier twice counts once, in the role that tells most.
        above = hops.filter(~pl.col("delivers")).sort("call", "role", "position")
        once = above.unique(["call", "carrier"], keep="first", maintain_order=True)
        return once.group_by(by).agg(calls=pl.len(), gave=(pl.col("records") > 0).sum(), added=added_confidence())

    places = known.tally(count, by)
    both = pl.col("certainty") == Certainty.BOTH_SIDES
    counted = places.group_by("carrier").agg(
        *(calls_where(pl.col("role") == role).alias(role) for role in _TELLING),
        pl.col("calls").sum(),
        (pl.col("gave").sum() / pl.col("calls").sum()).alias("recorded"),
        (calls_where(both) / pl.col("calls").sum()).alias("both_sides"),
        mean_of_added(),
    )
    told = with_most(counted, places, ("role", "certainty"))
    ordered = told.sort("calls", "carrier", descending=[True, False]).with_row_index("rank", offset=1)
    return Table(UpstreamRow, shares(named(ordered, known.directory), known.number))


def originators(known: Material) -> Table[OriginatorRow]:
    """The carriers whose own records say that their customers placed calls, the most calls first."""
    mine = known.hops.filter(pl.col("role") == Role.ORIGINATING.value)
    placed = mine.join(known.calls.select("call", "customer"), on="call", how="left")
    customers = pl.col("customer").drop_nulls().n_unique() if known.profile.sees_customers else pl.lit(None, pl.Int64)
    counted = placed.group_by("carrier").agg(
        pl.len().alias("calls"),
        mostly("role"),
        mostly("certainty"),
        customers.alias("customers"),
        mean_confidence(),
    )
    ordered = counted.sort("calls", "carrier", descending=[True, False])
    return Table(OriginatorRow, shares(named(ordered, known.directory), known.number))


def entries(known: Material) -> Table[EntryRow]:
    """The carriers that brought calls into the home country, the most calls first."""
    by = ("carrier", "role", "certainty", "upstream")

    def count(_: pl.DataFrame, hops: pl.DataFrame) -> pl.DataFrame:
        """Of a part of the calls, how many each carrier brought in, and from whom."""
        mine = hops.filter(pl.col("role") == Role.POINT_OF_ENTRY.value)
        came = links(hops).select("call", "position", "upstream")
        met = mine.join(came, on=["call", "position"], how="left", maintain_order="left")
        return met.group_by(by).agg(calls=pl.len(), added=added_confidence())

    places = known.tally(count, by)
    counted = places.group_by("carrier").agg(pl.col("calls").sum(), mean_of_added())
    told = with_most(counted, places, ("role", "certainty")).join(_from_whom(places), on="carrier", how="left")
    ordered = told.with_columns(pl.col("came_from").fill_null("")).sort("calls", "carrier", descending=[True, False])
    return Table(EntryRow, shares(named(ordered, known.directory), known.number))


def _from_whom(places: pl.DataFrame) -> pl.DataFrame:
    counted = places.drop_nulls("upstream").group_by("carrier", "upstream").agg(pl.col("calls").sum())
    ordered = counted.sort("calls", "upstream", descending=[True, False]).group_by("carrier", maintain_order=True)
    return ordered.agg(came_from=pl.col("upstream").head(5).str.join(", "))


def customers(known: Material) -> Table[CustomerRow]:
    """The customers that originating carriers name, the most calls first; none where the reader may not know."""
    told = known.calls.filter(pl.col("customer").is_not_null(), pl.col("originating").is_not_null())
    counted = told.group_by("originating", "customer").agg(
        pl.len().alias("calls"),
        pl.col("calling").drop_nulls().n_unique().alias("caller_ids"),
        mean_confidence(),
    )
    ordered = counted.rename({"originating": "carrier"}).sort(
        "calls", "carrier", "customer", descending=[True, False, False]
    )
    return Table(CustomerRow, shares(named(ordered, known.directory), known.number))
