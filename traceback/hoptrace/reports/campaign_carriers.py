"""Tables of the campaign report over carriers: shared upstreams, originators, points of entry, customers."""

from __future__ import annotations

import polars as pl

from hoptrace.reports.campaign_calls import links
from hoptrace.reports.campaign_model import CustomerRow, EntryRow, OriginatorRow, UpstreamRow
from hoptrace.reports.frames import is_role, mean_confidence, mostly, of_certainty, shares
from hoptrace.reports.material import Material
from hoptrace.reports.model import Role
from hoptrace.reports.placing import Certainty, named
from hoptrace.reports.table import Table

_TELLING = [role.value for role in (Role.ORIGINATING, Role.POINT_OF_ENTRY, Role.GATEWAY, Role.TRANSIT, Role.NAMED)]


def upstreams(known: Material) -> Table[UpstreamRow]:
    """The carriers above the terminating ones, the most calls first."""
    # A call that passes a carrier twice counts once, in the role that tells most.
    columns = ("call", "carrier", "role", "position", "certainty", "records", "confidence")
    above = known.hops.filter(~pl.col("delivers")).select(columns).collect(engine="streaming")
    once = above.sort("call", "role", "position").unique(["call", "carrier"], keep="first", maintain_order=True)
    counted = once.group_by("carrier").agg(
        *(is_role(role) for role in _TELLING),
        pl.len().alias("calls"),
        mostly("role"),
        mostly("certainty"),
        (pl.col("records") > 0).mean().alias("recorded"),
        of_certainty(Certainty.BOTH_SIDES).alias("both_sides"),
        mean_confidence(),
    )
    ordered = counted.sort("calls", "carrier", descending=[True, False]).with_row_index("rank", offset=1)
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
    mine = known.hops.filter(pl.col("role") == Role.POINT_OF_ENTRY.value)
    came = links(known).select("call", "position", "upstream")
    met = mine.join(came, on=["call", "position"], how="left", maintain_order="left")
    counted = met.group_by("carrier").agg(
        pl.len().alias("calls"), mostly("role"), mostly("certainty"), _from_whom(), mean_confidence()
    )
    ordered = counted.sort("calls", "carrier", descending=[True, False])
    return Table(EntryRow, shares(named(ordered, known.directory), known.number))


def _from_whom() -> pl.Expr:
    counted = pl.col("upstream").drop_nulls().value_counts(sort=True).head(5)
    return counted.struct.field("upstream").str.join(", ").fill_null("").alias("came_from")


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
