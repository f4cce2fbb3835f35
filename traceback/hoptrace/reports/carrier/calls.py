"""Tables of a carrier's report over traced calls: roles, verdicts, repeats, neighbours, the calls themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from hoptrace.reports.carrier.model import NeighbourRow, RepeatRow, RoleRow, RoleVerdictRow, TraceRow
from hoptrace.reports.many.frames import mean_confidence, mostly, shares
from hoptrace.reports.many.material import Material
from hoptrace.reports.many.placing import named
from hoptrace.reports.tables.table import Table


def own_calls(known: Material, carrier_id: str) -> pl.DataFrame:
    """One row a traced call that the carrier is on: its most telling role, its neighbours, the call's facts."""
    calls = known.hops.filter(pl.col("carrier") == carrier_id).select("call").unique()
    paths = known.hops.select("call", "position", "carrier", "role", "certainty", "records")
    whole = paths.join(calls, on="call", how="semi").collect(engine="streaming")
    around = whole.sort("call", "position").with_columns(upstream=_beside(-1), downstream=_beside(1))
    mine = around.filter(pl.col("carrier") == carrier_id).sort("call", "role", "position")
    once = mine.unique("call", keep="first", maintain_order=True)
    wanted = ("call", "call_ref", "at", "verdict", "confidence", "campaign")
    facts = known.calls.select(wanted).join(calls, on="call", how="semi").collect(engine="streaming")
    return once.join(facts, on="call", how="inner", maintain_order="left")


def _beside(step: int) -> pl.Expr:
    """The carrier beside, where the path has no gap there."""
    gap = (pl.col("position").shift(step) - pl.col("position")).over("call").abs()
    return pl.when(gap == 1).then(pl.col("carrier").shift(step).over("call"))


def roles(calls: pl.DataFrame, statements: int | None) -> Table[RoleRow]:
    """How often the carrier had which role, how surely, and how many that is of all its statements."""
    counted = calls.group_by("role", "certainty").agg(pl.len().alias("calls"), mean_confidence())
    rate = pl.col("calls") * 1e6 / statements if statements else pl.lit(None, pl.Float64)
    ordered = _by_role(counted, "certainty").with_columns(of_a_million=rate)
    return Table(RoleRow, shares(ordered, calls.height))


def verdicts(calls: pl.DataFrame) -> Table[RoleVerdictRow]:
    """How the traces ended in which the carrier had which role."""
    counted = calls.group_by("verdict", "role").agg(pl.len().alias("calls"), mostly("certainty"), mean_confidence())
    return Table(RoleVerdictRow, shares(_by_role(counted, "verdict"), calls.height))


def _by_role(counted: pl.DataFrame, then: str) -> pl.DataFrame:
    return counted.sort("role", then)


def repeats(calls: pl.DataFrame, last: datetime) -> Table[RepeatRow]:
    """How often each role came again in 30 days, 90 days and twelve months up to `last`."""
    day = pl.col("at").dt.date()

    def within(days: int) -> pl.Expr:
        """How many came in so many days."""
        return (pl.col("at") > last - timedelta(days=days)).sum()

    counted = calls.group_by("role").agg(
        mostly("certainty"),
        within(30).alias("days_30"),
        within(90).alias("days_90"),
        pl.len().alias("months_12"),
        day.n_unique().alias("days"),
        pl.col("campaign").drop_nulls().n_unique().alias("campaigns"),
        day.min().cast(pl.String).alias("first"),
        day.max().cast(pl.String).alias("last"),
    )
    return Table(RepeatRow, _by_role(counted, "certainty"))


def neighbours(calls: pl.DataFrame, known: Material) -> Table[NeighbourRow]:
    """From whom the carrier got traced calls and to whom it handed them, the most calls first."""
    last = known.hops.filter("last").join(calls.lazy().select("call"), on="call", how="semi")
    told = last.select("call", neighbour="carrier", its_role="role", its_certainty="certainty")
    places = told.collect(engine="streaming")
    sides = [
        calls.select("call", neighbour=side, direction=pl.lit(side)).filter(pl.col("neighbour").is_not_null())
        for side in ("upstream", "downstream")
    ]
    met = pl.concat(sides).join(places, on=["call", "neighbour"], how="left", maintain_order="left")
    counted = met.rename({"its_role": "role", "its_certainty": "certainty", "neighbour": "carrier"})
    grouped = counted.group_by("direction", "carrier").agg(pl.len().alias("calls"), mostly("role"), mostly("certainty"))
    ordered = grouped.sort("calls", "direction", "carrier", descending=[True, True, False])
    return Table(NeighbourRow, shares(named(ordered, known.directory), calls.height))


def traces(calls: pl.DataFrame, known: Material) -> Table[TraceRow]:
    """The traced calls that the carrier is on, the newest first."""
    form = "%Y-%m-%d %H:%M:%S" if known.profile.sees_numbers else "%Y-%m-%d"
    ordered = calls.sort("at", "call_ref", descending=[True, False], nulls_last=True)
    told = ordered.with_columns(pl.col("at").dt.strftime(form), pl.col("upstream", "downstream").fill_null(""))
    return Table(TraceRow, told)
