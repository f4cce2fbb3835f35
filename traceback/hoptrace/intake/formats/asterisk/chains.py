"""Rows of one Asterisk in order of time, each with its chain: the rows of one channel during one call."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import polars as pl

from hoptrace.intake.formats.asterisk.fields import or_told
from hoptrace.intake.formats.asterisk.names import SYMBOLIC

LOCAL = "(?i)^local/"
"""What the names of Local channels begin with."""

_GAP = 3_000_000


def with_chains(cdrs: pl.DataFrame) -> pl.DataFrame:
    """What pairing looks at of rows (`cdrs_of`, numbered by `at`), in order of time.

    Adds `pos`, the place in that order; `chain`, the `pos` of the first row of the same chain; `attempt`, whether the
    row tells of a channel that was dialled; `answered`; `closing`, what a Hangup that dialled nobody was asked for;
    `numbered`, whether its called number is no place in the dial plan; `half`, whether its channel is the `;2` half of
    a Local channel.
    """
    newest_first = cdrs.height > 1 and cdrs["start"][0] > cdrs["start"][-1]
    told = _with_counts(cdrs.select(_told()), cdrs["sequence"])
    ordered = told.sort("start", "counted", "at", descending=[False, False, newest_first])
    numbered = ordered.hstack([pl.int_range(told.height, dtype=pl.Int64, eager=True).alias("pos"), _keys(ordered)])
    return numbered.with_columns(_CHAIN)


_CHAIN = pl.col("pos").min().over("key").alias("chain")


@cache
def _told() -> list[pl.Expr]:
    app, local = pl.col("lastapp").str.to_lowercase(), pl.col("channel").str.contains(LOCAL)
    attempt = pl.col("downstream").is_not_null() | (app == "dial").fill_null(value=False)
    hangup = (app == "hangup").fill_null(value=False)
    return [
        *map(pl.col, ("at", "row", "start", "end", "uniqueid", "channel", "dstchannel", "linkedid", "lastdata")),
        # The number that Asterisk gave to a row within a second.
        pl.col("sequence").str.extract("^([0-9]{1,9})$").cast(pl.Int64).alias("counted"),
        attempt.alias("attempt"),
        (pl.col("disposition").str.to_uppercase() == "ANSWERED").fill_null(value=False).alias("answered"),
        pl.when(hangup & ~attempt).then("lastdata").alias("closing"),
        (~pl.col("called_number").is_in(sorted(SYMBOLIC))).fill_null(value=True).alias("numbered"),
        (local & pl.col("channel").str.ends_with(";2")).fill_null(value=False).alias("half"),
    ]


def _with_counts(told: pl.DataFrame, sequences: pl.Series) -> pl.DataFrame:
    """`counted` is 0 where a row has no such number."""
    known = told["counted"]
    counted = or_told(sequences, known, lambda text: int(text) if text.isdecimal() and len(text) < 10 else None)
    if not counted.null_count():
        return told if counted is known else told.with_columns(counted=counted)
    if counted.null_count() == counted.len():
        return told.with_columns(counted=pl.lit(0, pl.Int64))
    return told.with_columns(counted=counted.fill_null(0))


def _keys(ordered: pl.DataFrame) -> pl.Series:
    """What the rows of a chain share: their uniqueid, else their channel's name without a gap in time."""
    ids = ordered["uniqueid"]
    if not ids.null_count():
        return ids.alias("key")
    without = ids.is_null()
    columns = ordered.filter(without).select("channel", "row", "start", pl.coalesce("end", "start"))
    return ids.scatter(without.arg_true(), pl.Series(list(_channel_keys(columns)), dtype=pl.String)).alias("key")


def _channel_keys(rows: pl.DataFrame) -> Iterator[str]:
    """Counters in channel names begin again after a restart, so a gap in time begins another call."""
    latest: dict[str, tuple[str, int]] = {}
    for channel, row, begin, end in rows.iter_rows():
        if channel is None:
            yield f"row {row}"
            continue
        known = latest.get(channel)
        if known is None or begin - known[1] > _GAP:
            known = (f"{channel} row {row}", end)
        latest[channel] = (known[0], max(known[1], end))
        yield known[0]
