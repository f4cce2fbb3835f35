"""Rows of one Asterisk in order of time, each with its chain: the rows of one channel during one call."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from hoptrace.intake.formats.asterisk_fields import quick_or_told

_GAP = 3_000_000


def with_chains(cdrs: pl.DataFrame) -> pl.DataFrame:
    """What pairing looks at of rows (`cdrs_of`, numbered by `at`), in order of time.

    Adds `pos`, the place in that order; `chain`, the `pos` of the first row of the same chain; `attempt`, whether the
    row tells of a channel that was dialled; `answered`.
    """
    newest_first = cdrs.height > 1 and cdrs["start"][0] > cdrs["start"][-1]
    app = pl.col("lastapp").str.to_lowercase()
    told = cdrs.select(
        *("at", "row", "start", "end", "uniqueid", "channel", "dstchannel", "linkedid", "lastdata", "called_number"),
        counted=_counted(cdrs["sequence"]).fill_null(0),
        attempt=pl.col("downstream").is_not_null() | (app == "dial").fill_null(value=False),
        hangup=(app == "hangup").fill_null(value=False),
        answered=(pl.col("disposition").str.to_uppercase() == "ANSWERED").fill_null(value=False),
    )
    ordered = told.sort("start", "counted", -pl.col("at") if newest_first else pl.col("at"))
    numbered = ordered.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("pos"))
    return numbered.with_columns(chain=pl.col("pos").min().over(_keys(ordered)))


def _counted(sequences: pl.Series) -> pl.Series:
    """The number that Asterisk gave to a row within a second, 0 where there is none."""
    usual = pl.col(sequences.name).str.extract("^([0-9]{1,9})$").cast(pl.Int64)
    return quick_or_told(sequences, usual, lambda text: int(text) if text.isdecimal() and len(text) < 10 else None)


def _keys(ordered: pl.DataFrame) -> pl.Series:
    """What the rows of a chain share: their uniqueid, else their channel's name without a gap in time."""
    ids = ordered["uniqueid"]
    if not ids.null_count():
        return ids
    without = ids.is_null()
    columns = ordered.filter(without).select("channel", "row", "start", pl.coalesce("end", "start"))
    return ids.scatter(without.arg_true(), pl.Series(list(_channel_keys(columns)), dtype=pl.String))


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
