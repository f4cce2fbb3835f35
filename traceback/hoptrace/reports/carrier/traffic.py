"""A carrier's statements at hand, month by month: the denominator of its part in traced calls."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.errors import NotFound
from hoptrace.reports.carrier.model import MonthRow
from hoptrace.reports.many.frames import is_role
from hoptrace.reports.many.placing import ROLES
from hoptrace.reports.tables.table import Table

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

TRAFFIC = {"month": pl.String, "statements": pl.Int64, "own_customers": pl.Int64, "handed_in": pl.Int64}
MONTH = "%Y-%m"
YEAR = timedelta(days=365)


def removed_before(workspace: Workspace, first: datetime) -> date | None:
    """The day before which statements that began from `first` on were removed from the lake; None for none."""
    try:
        day = workspace.lake.view(None, workspace.catalog.batches.after).expired_before
    except NotFound:
        return None
    return day if day is not None and day > first.date() else None


def traffic(workspace: Workspace, carrier_id: str, first: datetime, last: datetime) -> pl.DataFrame:
    """The carrier's statements that began from `first` to `last`, a row a month; all of them, no sample."""
    try:
        lake = workspace.lake.view(None, workspace.catalog.batches.after).scan(first, last)
    except NotFound:
        return pl.DataFrame(schema=TRAFFIC)
    mine = lake.filter(pl.col("carrier") == carrier_id).select(
        pl.col("start_time").dt.strftime(MONTH).alias("month"), "customer", "upstream"
    )
    counted = mine.group_by("month").agg(
        statements=pl.len(),
        own_customers=pl.col("customer").is_not_null().sum(),
        handed_in=pl.col("upstream").is_not_null().sum(),
    )
    return counted.collect(engine="streaming").sort("month").cast(TRAFFIC)  # pyright: ignore[reportArgumentType]


def months(calls: pl.DataFrame, statements: pl.DataFrame, first: datetime, last: datetime) -> Table[MonthRow]:
    """Month by month the statements, the traced calls by role, and the counts of the twelve months that end there.

    `calls` are the traced ones of all time: the twelve months of the first month began a year before it.
    """
    counted = (
        calls.filter(pl.col("at").is_not_null())
        .group_by(month=pl.col("at").dt.strftime(MONTH))
        .agg(pl.len().alias("traced"), *(is_role(role) for role in ROLES.categories))
    )
    all_months = pl.DataFrame({"month": _between(first - YEAR, last)})
    joined = all_months.join(statements, on="month", how="left").join(counted, on="month", how="left")
    whole = joined.with_columns(pl.exclude("month").fill_null(0)).sort("month")
    rolling = {"originating_12": "originating", "entry_12": "point_of_entry"}
    told = whole.with_columns(
        pl.col(role).cast(pl.Int64).rolling_sum(12, min_samples=1).alias(name) for name, role in rolling.items()
    )
    return Table(MonthRow, told.filter(pl.col("month") >= first.strftime(MONTH)))


def _between(first: datetime, last: datetime) -> list[str]:
    begin = first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return pl.datetime_range(begin, last, "1mo", eager=True).dt.strftime(MONTH).to_list()
