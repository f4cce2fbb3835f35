"""The text that the stylesheet for FreeSWITCH's XML writes, read by columns.

It has a mark before each name and each value: of the variables of each document first, then of what all call flows of
each tell. A document begins with a pair of which the name is a mark alone.
"""

from __future__ import annotations

import polars as pl

from hoptrace.intake.formats.freeswitch.table import CALLFLOW_TIMES, LEGS, ORIGIN, LegTable
from hoptrace.intake.formats.xml.sheets import MARK, VALUE

INSIDE, PART = f"{MARK}i", f"{MARK}p"
DOCUMENT = f"{VALUE}{MARK}{VALUE}"

ORIGIN_TOLD = "origin"
"""The profile of the leg that a leg was made for: its texts, each behind a mark of its own."""

NAMED_LEG = "named"
"""The uuid of another leg."""


def table_of_text(text: str, count: int) -> LegTable:
    """The table of so many documents, numbered in their order; of what stands twice the first not blank counts."""
    pairs = _pairs(text, count)
    never = (pl.col("value") == "0") & pl.col("name").is_in(CALLFLOW_TIMES[1:])
    told = pairs.filter((pl.col("name") == MARK) | ((pl.col("value") != "") & ~never))
    legs = told.pivot("name", index="leg", values="value", aggregate_function="first").drop(
        MARK, NAMED_LEG, strict=False
    )
    if ORIGIN_TOLD in legs.columns:
        legs = legs.with_columns(_origin()).drop(ORIGIN_TOLD)
    return LegTable(
        pl.concat([LEGS.to_frame(), legs], how="diagonal"),
        told.filter(pl.col("name") == NAMED_LEG).select("leg", other="value"),
    )


def _pairs(text: str, count: int) -> pl.DataFrame:
    """All pairs, one below the other: `leg`, `name`, `value`."""
    said = pl.LazyFrame({"said": [text]}).select(
        pl.col("said").str.split(VALUE).list.slice(1).explode(empty_as_null=False)
    )
    pairs = said.select(name=pl.col("said").gather_every(2), value=pl.col("said").gather_every(2, 1).str.strip_chars())
    begins = pl.col("name") == MARK
    return pairs.with_columns(leg=(begins.cum_sum().cast(pl.Int64) - 1) % count).collect()


def _origin() -> list[pl.Expr]:
    """The texts of ORIGIN; a caller's number may stand in its `ani`."""
    said = pl.col(ORIGIN_TOLD).str.split(INSIDE)
    uuid, calling, ani, *others = [_not_blank(said.list.get(at, null_on_oob=True)) for at in range(1, len(ORIGIN) + 2)]
    found = [uuid, pl.coalesce(calling, ani), *others]
    named = [each.alias(name) for name, each in zip(ORIGIN, found, strict=True)]
    return [*named, pl.col(ORIGIN_TOLD).is_not_null().alias("has_origin")]


def _not_blank(text: pl.Expr) -> pl.Expr:
    text = text.str.strip_chars()
    return pl.when(text != "").then(text)
