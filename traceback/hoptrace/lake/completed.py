"""Open statements that a later one completes: a call's start came in one batch, its end in another.

Accounting sends a record when a call begins and one when it ends, and files are cut in between. Nothing that was
submitted is changed: both statements stay in the lake, and the one without an end gives way when both are looked up.
A version of the lake from before the second came shows the first.
"""

from __future__ import annotations

import polars as pl

_SAME = ["carrier", "start_time", "called"]


def without_completed(statements: pl.DataFrame) -> pl.DataFrame:
    """Statements without those that have no duration and no end, where another batch tells of the same call's end.

    Of the same call: carrier, start and called number are equal, and so is the record id, or it goes on (`leg` and
    `leg/other leg`). The order stays.
    """
    begun = statements["duration"].is_null() & statements["end_time"].is_null() & statements["record_id"].is_not_null()
    if not begun.any() or begun.all():
        return statements
    names = [*_SAME, "batch", "row", "record_id"]
    ended = statements.filter(~begun).select(*_SAME, other="batch", whole="record_id")
    both = statements.filter(begun).select(names).join(ended, on=_SAME)
    told = both.filter(
        pl.col("batch") != pl.col("other"),
        (pl.col("whole") == pl.col("record_id")) | pl.col("whole").str.starts_with(pl.col("record_id") + "/"),
    )
    if told.is_empty():
        return statements
    return statements.join(told.select("batch", "row"), on=["batch", "row"], how="anti", maintain_order="left")
