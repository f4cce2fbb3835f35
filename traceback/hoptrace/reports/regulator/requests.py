"""Requests to carriers, as whoever sent them wrote them down: who was asked, who answered, who refused and why."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl

from hoptrace.catalog.row_files import Row, read_rows
from hoptrace.errors import UsageError
from hoptrace.model.statements import TIME
from hoptrace.model.times import read_time
from hoptrace.reports.many.frames import with_most
from hoptrace.reports.many.material import Material
from hoptrace.reports.many.period import Period
from hoptrace.reports.many.placing import named
from hoptrace.reports.many.redaction import free_text
from hoptrace.reports.regulator.model import RequestRow
from hoptrace.reports.tables.table import Table
from hoptrace.reports.wording.plain import plain

REQUIRED = ("carrier_id", "outcome")
OPTIONAL = ("asked_at", "answered_at", "reason")
OUTCOMES = ("answered", "refused", "no_answer")
REQUESTS = pl.Schema({"carrier": pl.String, "outcome": pl.String, "asked": TIME, "answered": TIME, "reason": pl.String})
"""One row a request; times may be null."""


def read_requests(path: Path) -> pl.DataFrame:
    """The requests of a CSV (.ndjson, .parquet): carrier_id, outcome, and perhaps asked_at, answered_at and reason.

    Raises DirectoryInvalid or UsageError with file and line.
    """
    rows = [_request(row) for row in read_rows(path, REQUIRED, OPTIONAL)]
    return pl.DataFrame(rows, schema=REQUESTS, orient="row")


def _request(row: Row) -> tuple[object, ...]:
    cells = row.cells
    outcome = cells.get("outcome", "").lower().replace(" ", "_")
    if "carrier_id" not in cells or outcome not in OUTCOMES:
        raise UsageError(f"{row.where}: a request needs a carrier_id and an outcome: {', '.join(OUTCOMES)}.")
    times = (_time(row, name) for name in ("asked_at", "answered_at"))
    return (plain(cells["carrier_id"]), outcome, *times, plain(cells["reason"]) if "reason" in cells else None)


def _time(row: Row, name: str) -> datetime | None:
    if name not in row.cells:
        return None
    try:
        moment = read_time(row.cells[name])
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError(f"{row.where}: {name} {row.cells[name]!r} is not a time with an offset: 2026-11-02T14:30:00Z.")
    return moment


def requests(known: Material, asked: pl.DataFrame, period: Period) -> Table[RequestRow]:
    """The requests of the period (those without a time too) by carrier, the most refused first."""
    inside = asked.filter(
        pl.col("asked").is_null() | pl.col("asked").is_between(period.first, period.end, closed="left")
    )
    if not known.profile.sees_all_hops:
        inside = inside.join(known.places, on="carrier", how="semi")
    took = (pl.col("answered") - pl.col("asked")).dt.total_seconds() / 3_600
    counted = inside.group_by("carrier").agg(
        pl.len().alias("requests"),
        *((pl.col("outcome") == outcome).sum().alias(outcome) for outcome in OUTCOMES),
        took.median().alias("median_hours"),
        pl.col("reason").drop_nulls().unique().sort().head(10).str.join("; ").alias("reasons"),
    )
    placed = with_most(counted, known.places, ("role", "certainty"))
    told = named(placed, known.directory).with_columns(pl.col("role", "certainty", "reasons").fill_null(""))
    told = told.collect()
    reasons = {text: free_text(text, known.profile) for text in told["reasons"].unique()}
    shown = told.with_columns(reasons=pl.col("reasons").replace_strict(reasons, default="", return_dtype=pl.String))
    return Table(RequestRow, shown.sort("refused", "no_answer", "carrier", descending=[True, True, False]))
