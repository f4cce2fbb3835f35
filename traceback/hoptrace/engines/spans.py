"""Spans of time on the carriers' own clocks: what to read for a call, and whose records cover it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from hoptrace.linking.covered import Covered
from hoptrace.linking.learned import DAY, Learned
from hoptrace.model.arrays import Floats
from hoptrace.model.frames import rows_at
from hoptrace.model.statements import TIME

COVERAGE_MARGIN = 120.0
"""Seconds by which a batch's first and last record stand for the time around them."""

LONGEST_PAUSE = 1800.0
"""Seconds that a carrier of many small batches may well go without a call."""

SLACK = 1.0
"""Seconds that are read beyond what the clocks say."""

FAR = 300.0
"""Seconds between two clocks from which each gets a span of its own: reading all between them would cost more."""

Span = tuple[str, str, float, float]
"""A batch: carrier, batch, its first and last start time as written, epoch seconds."""


def to_read(wanted: pl.DataFrame, learned: Learned) -> pl.DataFrame:
    """The spans (`key`, `from_time`, `to_time`) to read for calls (`key`, `at`, `window`), as the records write time.

    Records carry their own clocks' times, so each window is widened by the clocks' offsets; a clock that is hours off
    gives a second span hours away and does not stretch the first.
    """
    at, reach = wanted["at"].to_numpy(), wanted["window"].to_numpy() + SLACK
    groups = _offsets(learned, [float(at.min()), float(at.max())] if at.size else [])
    return pl.concat(
        [
            pl.DataFrame(
                [wanted["key"], _written("from_time", at + low - reach), _written("to_time", at + high + reach)]
            )
            for low, high in groups
        ]
    )


def _written(name: str, seconds: Floats) -> pl.Series:
    return pl.Series(name, (seconds * 1e6).astype(np.int64)).cast(TIME)


def _offsets(learned: Learned, moments: Sequence[float]) -> list[tuple[float, float]]:
    """How far written times run fast at these moments, as few intervals (low, high); no clock is one of 0 s."""
    offset, drift, since = (learned.written[name].to_numpy() for name in ("offset", "drift", "reference"))
    moved = [offset + drift * (at - since) / DAY for at in set(moments)]
    fast = np.sort(np.concatenate([[0.0], learned.shifts_alone, *moved]))
    far = np.diff(fast) > FAR
    lows, highs = fast[np.r_[True, far]], fast[np.r_[far, True]]
    return list(zip(lows.tolist(), highs.tolist(), strict=True))


class Covering:
    """Whose records cover which time, worked out once from all batches and asked for any call.

    Clocks and shifts are counted in. A pause between two batches is covered as well where it is no longer than those in
    which this carrier has no calls. With `expired_before` (epoch s, as records write time) nothing earlier is covered:
    its statements were removed.
    """

    def __init__(self, batches: Sequence[Span], learned: Learned, expired_before: float | None = None) -> None:
        self._spans = _without_pauses(_on_common_clock(batches, learned, expired_before))
        self._joined: dict[float, _Joined] = {}

    def at(self, moments: Sequence[float], margin: float = COVERAGE_MARGIN) -> Covered:
        """The carriers whose records cover these moments (epoch s), `margin` s around them included.

        Nobody begins or ends within a stretch: as many spans have begun, and as many have ended, at all its moments.
        """
        if margin not in self._joined:
            self._joined[margin] = _Joined(_joined(self._spans, margin))
        return self._joined[margin].at(np.array(moments, np.float64))


class _Joined:
    """Spans (`carrier`, `first`, `last`) in which moments are looked up."""

    def __init__(self, spans: pl.DataFrame) -> None:
        self._carriers = spans["carrier"]
        self._first, self._last = (spans[name].to_numpy() for name in ("first", "last"))
        self._begun, self._ended = np.sort(self._first), np.sort(self._last)

    def at(self, moments: Floats) -> Covered:
        """The carriers whose spans hold these moments (epoch s), told once for all moments of one stretch."""
        begun = np.searchsorted(self._begun, moments, side="right")
        ended = np.searchsorted(self._ended, moments, side="left")
        _, one_of, stretch = np.unique(begun * (len(self._begun) + 1) + ended, return_index=True, return_inverse=True)
        at = moments[one_of][:, None]
        number, span = np.nonzero((at >= self._first) & (at <= self._last))
        # Spans are sorted by carrier, and those of one carrier do not meet: each is told once, in order.
        covering = pl.Series("stretch", number).to_frame().hstack([rows_at(self._carriers, span)])
        calls = pl.Series("call", np.arange(moments.size)).to_frame()
        return Covered(calls.hstack([pl.Series("stretch", stretch)]), covering)


def _joined(spans: pl.DataFrame, margin: float) -> pl.DataFrame:
    """Spans with a margin (`carrier`, `first`, `last`), those that meet joined: few, however many batches there are."""
    floor = pl.col("floor")
    wide = (
        spans.filter(floor.is_null() | (pl.col("last") >= floor))
        .select("carrier", first=pl.max_horizontal(pl.col("first") - margin, floor), last=pl.col("last") + margin)
        .sort("carrier", "first", "last")
    )
    reached = pl.col("last").cum_max().shift(1).over("carrier")
    opens = (reached.is_null() | (pl.col("first") > reached)).cast(pl.Int64).cum_sum()
    return (
        wide.with_columns(run=opens)
        .group_by("run", maintain_order=True)
        .agg(pl.col("carrier").first(), pl.col("first").min(), pl.col("last").max())
        .drop("run")
    )


def _on_common_clock(batches: Sequence[Span], learned: Learned, expired_before: float | None) -> pl.DataFrame:
    """The batches' spans (`carrier`, `first`, `last`, `floor`, epoch s), sorted by carrier and time.

    `floor` is the time before which nothing is kept any more, on the common clock as well; null where all is.
    """
    schema = {"carrier": pl.String, "batch": pl.String, "first": pl.Float64, "last": pl.Float64}
    known = (
        pl.DataFrame(list(batches), schema=schema, orient="row")
        .join(learned.clocks.select("carrier", "offset", "drift", "reference"), on="carrier", how="left")
        .join(learned.shifts.select("batch", "shift"), on="batch", how="left")
    )
    drifted = pl.col("drift") * (pl.col("first") - pl.col("reference")) / DAY
    fast = pl.col("offset").fill_null(0.0) + drifted.fill_null(0.0) + pl.col("shift").fill_null(0.0)
    set_anew = (_stepped(known, moment, learned) for moment in ("first", "last"))
    told = known.with_columns(set_anew).select(
        "carrier",
        first=pl.col("first") - fast - pl.col("first_step"),
        last=pl.col("last") - fast - pl.col("last_step"),
        floor=pl.lit(expired_before, pl.Float64) - fast - pl.col("first_step"),
    )
    return told.sort("carrier", "first", "last", "floor")


def _stepped(batches: pl.DataFrame, moment: str, learned: Learned) -> pl.Series:
    """How far each batch's clock runs fast at this moment (`first` or `last`) as it was set before."""
    written = pl.col(moment) - pl.col("shift").fill_null(0.0)
    told = batches.select("carrier", at=written).with_row_index("place").sort("at")
    steps = learned.steps.sort("since")
    found = told.join_asof(steps, left_on="at", right_on="since", by="carrier", check_sortedness=False)
    return found.sort("place")["seconds"].fill_null(0.0).alias(f"{moment}_step")


def _without_pauses(spans: pl.DataFrame) -> pl.DataFrame:
    """Spans that reach to the next one of their carrier where only a usual pause lies between."""
    pause = (pl.col("first").shift(-1) - pl.col("last")).over("carrier")
    length = (pl.col("last") - pl.col("first")).median().over("carrier")
    longest = pl.max_horizontal(length / 2, pl.lit(LONGEST_PAUSE))
    usual = pl.max_horizontal(length / 4, 5 * pl.col("pause").clip(0.0).median().over("carrier"), COVERAGE_MARGIN)
    near = pl.col("pause").is_between(0.0, pl.min_horizontal(usual, longest))
    return spans.with_columns(pause=pause).with_columns(
        last=pl.when(near).then(pl.col("last") + pl.col("pause")).otherwise("last")
    )
