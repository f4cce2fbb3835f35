"""What a reader may not see is taken out of the frames before any report is built from them.

So a report holds nothing that its profile does not allow, whatever it is rendered as. `trace.redacted` does the same
for the report of one call.
"""

from __future__ import annotations

import re

import polars as pl

from hoptrace.reports.many.parts import Frames
from hoptrace.reports.many.traced import OF_RECORDS
from hoptrace.reports.profiles import Profile, Reader

NUMBERLIKE = r"[+(]?\d(?:[\s().\-]{0,3}\d){6,}"
"""Seven digits or more with what is written between digits of a telephone number."""

MASK = "[number]"


def masked(text: str) -> str:
    """`text` without anything that may be a telephone number."""
    return re.sub(NUMBERLIKE, MASK, text)


def redact(calls: pl.DataFrame, hops: pl.DataFrame, profile: Profile) -> Frames:
    """Calls and hops with only what `profile` sees.

    The hops have `role`, `certainty` and `signer` already: what a carrier was on the whole path is told of the hops
    that stay, and cannot be worked out from them.
    """
    if profile.reader is Reader.CARRIER and profile.carrier_id is not None:
        calls, hops = _of_one_carrier(calls, hops, profile.carrier_id)
    if not profile.sees_customers:
        calls = calls.with_columns(customer=pl.lit(None, pl.String))
    if not profile.sees_numbers:
        calls, hops = _without_numbers(calls, hops)
    if not profile.sees_records:
        calls = calls.with_columns(pl.col("campaign").str.replace_all(NUMBERLIKE, MASK))
    return calls, hops


def free_text(text: str, profile: Profile) -> str:
    """What somebody wrote, such as a campaign's name, as the profile sees it: numbers in it may be anybody's."""
    return text if profile.sees_records else masked(text)


def _of_one_carrier(calls: pl.DataFrame, hops: pl.DataFrame, carrier_id: str) -> Frames:
    own = pl.col("carrier") == carrier_id
    beside = own.shift(1, fill_value=False).over("call") | own.shift(-1, fill_value=False).over("call")
    seen = hops.sort("call", "position").with_columns(own=own, seen=own | beside).filter("seen")
    step = pl.when(pl.col("position").diff().over("call") == 1).then(1).otherwise(2)
    # Counted anew from the lowest that is shown: how many carriers the call passed below is not told.
    place = step.fill_null(2).cum_sum().over("call") - 1
    of_record = [pl.when("own").then(pl.col(name)).alias(name) for name in OF_RECORDS if name in hops.columns]
    # A signer may be a carrier far up the path, and its code that carrier's id.
    signer = [pl.lit(None, pl.String).alias("signer")] if "signer" in hops.columns else []
    given = pl.when("own").then("records").otherwise((pl.col("records") > 0).cast(pl.Int16))
    seen = seen.with_columns(*of_record, *signer, position=place.cast(pl.Int16), records=given)
    return _calls_of(calls, seen), seen.drop("own", "seen")


def _calls_of(calls: pl.DataFrame, seen: pl.DataFrame) -> pl.DataFrame:
    """The calls on whose path something is seen, without the names of carriers that are not."""
    kept = calls.join(seen.select("call").unique(), on="call", how="semi", maintain_order="left")
    for name in ("originating", "entry", "ask", "end"):
        pairs = seen.select("call", pl.col("carrier").alias(name), shown=pl.lit(value=True)).unique()
        kept = kept.join(pairs, on=["call", name], how="left", maintain_order="left")
        kept = kept.with_columns(pl.when(pl.col("shown")).then(pl.col(name)).alias(name)).drop("shown")
    length = seen.group_by("call").agg(shown=pl.len().cast(pl.Int16))
    kept = kept.join(length, on="call", how="left", maintain_order="left")
    return kept.with_columns(hops=pl.col("shown"), conflicts=pl.lit(0, pl.Int16)).drop("shown")


def _without_numbers(calls: pl.DataFrame, hops: pl.DataFrame) -> Frames:
    nothing = [pl.lit(None, pl.String).alias(name) for name in ("call_ref", "calling", "called")]
    told = calls.with_columns(*nothing, at=pl.col("at").dt.truncate("1d"))
    of_record = [name for name in ("calling", "called", "batch", "row") if name in hops.columns]
    gone = [pl.lit(None, hops.schema[name]).alias(name) for name in of_record]
    return told, hops.with_columns(gone)
