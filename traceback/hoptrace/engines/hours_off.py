"""Whether the times of a file of calls are whole or half hours off, as some of its calls tell.

Of a file that is right a few calls are looked up, at their times. Only where hardly any has a record there are records
looked for hours away.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from hoptrace.engines.ground import Ground
from hoptrace.engines.spans import to_read
from hoptrace.linking.clocks.repeated_hours import any_twice, both_readings
from hoptrace.linking.members import comparable
from hoptrace.tracing.hours_off import (
    AT_ITS_TIME,
    AWAY,
    LEAST_LOOKED_AT,
    MOST_THERE,
    HoursOff,
    at_their_time,
    hours_off,
)

MOST_LOOKED_AT = 100
"""Calls of a file that are looked at."""

TAKEN = 1_000
"""Calls from which these are chosen: of one caller to one number only one is."""

TOGETHER = 20
"""Calls whose records are read together."""

MOST_ROWS = 200_000
"""Records that are looked at, whoever is called so often; no further call is looked at after that."""


def hours_off_of(reported: pl.DataFrame, ground: Ground) -> HoursOff | None:
    """How many hours the times of these calls (CALLS, in the order of the lake) are off; None where they are not."""
    sample = _sample(reported)
    if sample.height < LEAST_LOOKED_AT or _are_there(sample, ground):
        return None
    looked_at = list(_looked_at(sample, ground))
    return hours_off(pl.concat(away for _, away in looked_at), sum(calls for calls, _ in looked_at))


def _sample(reported: pl.DataFrame) -> pl.DataFrame:
    """Calls from all over the file that tell their caller, one of each caller to each number; `call` numbers them.

    Who withheld the number, or is an extension, may be anybody: another one's records say nothing of these calls.
    """
    told = _spread(reported.filter(pl.col("calling") > 0), TAKEN)
    pairs = told.unique(["called", "calling"], keep="first", maintain_order=True)
    return _spread(pairs, MOST_LOOKED_AT).select("at", "called", "calling").with_row_index("call")


def _spread(rows: pl.DataFrame, most: int) -> pl.DataFrame:
    """Not more than so many rows, evenly spread."""
    return rows.gather_every(-(-rows.height // most)) if rows.height > most else rows


def _are_there(sample: pl.DataFrame, ground: Ground) -> bool:
    """Whether calls have records at their times; no more of them are looked up than it takes."""
    there = 0
    for some in sample.iter_slices(TOGETHER):
        there += at_their_time(_away(some, _read(some, AT_ITS_TIME, ground)))
        if there > MOST_THERE * sample.height:
            return True
    return False


def _looked_at(sample: pl.DataFrame, ground: Ground) -> Iterator[tuple[int, pl.DataFrame]]:
    """How many calls were looked at together, and how far their records are away, until too many were read."""
    rows = 0
    for some in sample.iter_slices(TOGETHER):
        read = _read(some, AWAY, ground)
        yield some.height, _away(some, read).filter(pl.col("away").abs() <= AWAY)
        rows += read.height
        if rows > MOST_ROWS:
            return


def _read(calls: pl.DataFrame, reach: float, ground: Ground) -> pl.DataFrame:
    """The records of the called numbers within `reach` s, as they are compared; at both times if theirs came twice."""
    wanted = calls.select("at", key="called", window=pl.lit(reach))
    read = ground.view.statements(to_read(wanted, ground.learned))
    return comparable(both_readings(read) if any_twice(read) else read, ground.learned)


def _away(calls: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """The seconds (`away`) from each `call` to each record of both its numbers."""
    ways = [(called, calling) for called in ("called", "sent") for calling in ("calling", "sent_calling")]
    told = pl.concat(facts.select("start", called=called, calling=calling) for called, calling in ways).unique()
    return calls.join(told, on=["called", "calling"]).select("call", away=pl.col("start") - pl.col("at"))
