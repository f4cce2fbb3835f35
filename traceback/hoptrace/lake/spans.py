"""Spans that are looked up in the lake: keys of numbers, and the times around which calls to them are wanted."""

from __future__ import annotations

import polars as pl

from hoptrace.model.statements import TIME

SPANS = pl.Schema({"key": pl.Int64, "from_time": TIME, "to_time": TIME})
"""What is looked up: a number key and the first and last start time wanted, both included."""


def merge_spans(spans: pl.DataFrame) -> pl.DataFrame:
    """The same spans without overlaps, sorted by key and time, so that a statement falls into one of them at most."""
    wanted = spans if spans.schema == SPANS else spans.select(pl.col(name).cast(kind) for name, kind in SPANS.items())
    if wanted.height == 1 and not any(None in row or row[1] > row[2] for row in wanted.rows()):
        # Nothing to merge: a single call is looked up by one span, and each step on a frame takes its time.
        return wanted
    ordered = wanted.filter(pl.col("from_time") <= pl.col("to_time")).drop_nulls().sort(SPANS.names())
    # Of thousands of numbers few have spans that meet; those of the others stay as they are.
    meets = (pl.col("key") == pl.col("key").shift(1)) & (pl.col("from_time") <= pl.col("to_time").shift(1))
    met = ordered.filter(meets)["key"].unique()
    if met.is_empty():
        return ordered
    meeting = pl.col("key").is_in(met.implode())
    return pl.concat([ordered.filter(~meeting), _merged(ordered.filter(meeting))]).sort(SPANS.names())


def _merged(ordered: pl.DataFrame) -> pl.DataFrame:
    reached = pl.col("to_time").cum_max().shift(1).over("key")
    opens = (reached.is_null() | (pl.col("from_time") > reached)).cast(pl.Int64).cum_sum()
    numbered = ordered.with_columns(opens.alias("span"))
    grouped = numbered.group_by("span", maintain_order=True)
    return grouped.agg(pl.col("key").first(), pl.col("from_time").min(), pl.col("to_time").max()).drop("span")


def within(rows: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """The rows that have the key of one of some merged spans and started within it."""
    met = rows.select("key", "start_time").with_row_index("at").join(spans, on="key")
    return rows[met.filter(pl.col("start_time").is_between(pl.col("from_time"), pl.col("to_time")))["at"]]
