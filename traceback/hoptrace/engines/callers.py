"""Shared callers: whether a caller id is used from elsewhere too, where nothing ties a record to the reported end.

Where the lowest record on file was handed to a carrier without records, only numbers and time say that it is the
reported call. That is enough for a caller id of one subscriber's, not for one that several campaigns show to the same
people.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.engines.spans import to_read
from hoptrace.linking.members import comparable
from hoptrace.linking.trust import LEAST_LOSS
from hoptrace.tracing.trails import Ending, detached

if TYPE_CHECKING:
    from hoptrace.engines.gathering import Ground
    from hoptrace.tracing.kernel import Judged

CALLERS_WINDOW = 3600.0
"""Seconds around a call in which other calls of its caller id are looked at."""

SAME_CALL = 3.0
"""Seconds beyond ticks and clocks' spreads within which two records are of one call."""

LEAST_ELSEWHERE = 2
"""Called numbers that the caller id reached from elsewhere, from which it is shared: one may be a forwarded call."""

FEW = 0.5
"""Share of carriers taking part below which a trail need not go to an end that the report leaves open."""

ROWS_LOST = 3.0
"""Times as many as the originator's lost rows explain."""

ASKED = pl.Schema({"call": pl.Int64, "key": pl.Int64, "at": pl.Float64, "window": pl.Float64, "origin": pl.String})


def shared_callers(judged: Sequence[Judged], ground: Ground) -> dict[int, int]:
    """By call: how many numbers its caller id called that its originator has no record of; only where that matters."""
    asked = pl.DataFrame([row for one in judged for row in _asked(one)], schema=ASKED, orient="row")
    if asked.is_empty():
        return {}
    facts = comparable(ground.view.placed_by(to_read(asked, ground.learned)), ground.learned)
    seen = facts.select("sid", "carrier", "customer", "called", "start", "tick", "spread", key="calling")
    near = asked.join(seen, on="key").filter((pl.col("start") - pl.col("at")).abs() <= pl.col("window"))
    own = near.filter((pl.col("carrier") == pl.col("origin")) & pl.col("customer").is_not_null())
    others = near.filter(pl.col("carrier") != pl.col("origin"))
    met = others.join(own, on=["call", "called"], suffix="_own")
    apart = (pl.col("start") - pl.col("start_own")).abs() - pl.col("tick") - pl.col("tick_own")
    of_origin = met.filter(apart <= SAME_CALL + 3 * (pl.col("spread") + pl.col("spread_own"))).select("call", "sid")
    elsewhere = others.join(of_origin, on=["call", "sid"], how="anti")
    counts = elsewhere.group_by("call", "origin").agg(pl.col("called").n_unique())
    counts = counts.join(own.group_by("call").agg(own=pl.len()), on="call", how="left")
    lost = pl.col("origin").replace_strict(ground.around.trust.lost, default=LEAST_LOSS, return_dtype=pl.Float64)
    usual = pl.max_horizontal(pl.lit(LEAST_ELSEWHERE), ROWS_LOST * lost * pl.col("own").fill_null(0))
    return dict(counts.filter(pl.col("called") >= usual).select("call", "called").iter_rows())


def _asked(one: Judged) -> list[tuple[int, int, float, float, str]]:
    best, reported = one.judgement.best, one.case.reported
    if best is None or best.trail.ending is not Ending.CUSTOMER or not detached(best.trail, one.case, FEW):
        return []
    last = one.case.facts[best.trail.last_statement]
    if last.calling is None or last.calling < 0:
        return []
    return [(one.call, last.calling, reported.at, CALLERS_WINDOW, last.carrier)]
