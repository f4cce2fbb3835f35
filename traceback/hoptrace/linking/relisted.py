"""Trunk names that the directory explained only after records that bear them had come in.

A record's trunk is read when it is submitted, by the directory as it is then. What its name stands for by a directory
that was loaded later is kept with what was learned, under its version, and taken for said when statements are looked
up: so a trace can be replayed as it was, and nothing is written into the records.
"""

from __future__ import annotations

import polars as pl

from hoptrace.model.columns import valid_then
from hoptrace.model.statements import TIME

RELISTED = pl.Schema(
    {"carrier": pl.String, "trunk": pl.String, "rank": pl.Int64, "peer": pl.String, "customer": pl.String}
    | {"valid_from": TIME, "valid_to": TIME}
)
"""What a carrier's trunk name, as its records write it, stands for now: a `peer` or a `customer` of its own.

Of several that hold at a time the one of least `rank` counts; `valid_to` is not included.
"""


def with_relisted(statements: pl.DataFrame, relisted: pl.DataFrame) -> pl.DataFrame:
    """Statements (STATEMENTS columns) whose trunks stand for what the directory says now (`relisted`: RELISTED).

    Records that name no neighbour get one, and those that name another one than their trunk stands for get that. A
    customer that a record names stays: it may have been told beside the trunk.
    """
    names = set(relisted["trunk"])
    if names.isdisjoint(statements["upstream_trunk"]) and names.isdisjoint(statements["downstream_trunk"]):
        return statements
    placed = pl.col("upstream").is_null() & pl.col("customer").is_not_null()
    came = _meanings(statements.with_row_index("at").filter(~placed), "upstream_trunk", relisted)
    went = _meanings(statements.with_row_index("at"), "downstream_trunk", relisted)
    own = came.filter(pl.col("customer").is_not_null() & statements["customer"].gather(came["at"]).is_null())
    return statements.with_columns(
        statements["upstream"].clone().scatter(came["at"], came["peer"]),
        statements["downstream"].clone().scatter(went["at"], went["peer"]),
        statements["customer"].clone().scatter(own["at"], own["customer"]),
    )


def with_deliveries(statements: pl.DataFrame, customers: pl.DataFrame) -> pl.DataFrame:
    """Statements without the trunks over which calls reached the carrier's own customers (`customers`: RELISTED).

    A trunk that leads to nobody in the directory may have led on to another carrier; such a one does not.
    """
    ended = statements["downstream"].is_null() & statements["downstream_trunk"].is_in(customers["trunk"].implode())
    if not ended.any():
        return statements
    there = _meanings(statements.with_row_index("at").filter(ended), "downstream_trunk", customers)
    return statements.with_columns(statements["downstream_trunk"].clone().scatter(there["at"], None))


def _meanings(rows: pl.DataFrame, trunk: str, relisted: pl.DataFrame) -> pl.DataFrame:
    """What the `trunk` of each row (`at`) that bears such a name stood for when its call began."""
    told = rows.select("at", "carrier", "start_time", trunk=trunk).join(relisted, on=["carrier", "trunk"])
    return told.filter(valid_then()).sort("at", "rank").unique("at", keep="first", maintain_order=True)
