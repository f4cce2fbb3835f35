"""How long Asterisk's calls lasted: `billsec`, or the time from answer to end where it is none or contradicts that."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import polars as pl

from hoptrace.intake.distinct import of_each

_LONGEST_CALL = 7 * 86_400
_SECOND, _MINUTE = 1_000_000, 60_000_000
_ROUNDED = 2 * _SECOND


class Talk(NamedTuple):
    """`seconds` of each call (Float64). How many durations contradict the times, which count, and are left out."""

    seconds: pl.Series
    contradicting: int
    left_out: int

    def flags(self) -> Iterator[str]:
        """What the receipt should say of them."""
        if self.contradicting:
            yield f"durations that contradict answer and end, which count: {self.contradicting}"
        if self.left_out:
            yield f"durations out of range, left out: {self.left_out}"


def durations(texts: pl.Series) -> pl.Series:
    """Seconds of conversation as written; null where they cannot be."""
    return of_each(texts, _seconds, {"seconds": pl.Float64})["seconds"]


def _seconds(text: str) -> tuple[float | None]:
    try:
        seconds = float(text)
    except ValueError:
        return (None,)
    return (seconds if 0 <= seconds <= _LONGEST_CALL else None,)


def talk_of(told: pl.DataFrame) -> Talk:
    """How long calls lasted that were `answered`, by `talk` and the times in UTC.

    `told`: `out_duration` as written and `talk`, the seconds that it stands for; `answer` and `out_end` as written,
    `utc_answer`, `utc_end`, and `unsure` where one of these may be an hour off.
    """
    found = told.select(_compared())
    worked, odd = found["worked"], found["odd"]
    seconds = told["talk"]
    if worked.any():
        spans = [span / _SECOND for span in found["span"].filter(worked).to_list()]
        seconds = seconds.scatter(worked.arg_true(), spans)
    return Talk(seconds, int((worked & odd).sum()), int((odd & ~worked).sum()))


@cache
def _compared() -> list[pl.Expr]:
    """`span`, from answer to end; `worked`: it counts; `odd`: another duration is written, or one that cannot be."""
    answer, end, talk = pl.col("utc_answer"), pl.col("utc_end"), pl.col("talk")
    span = end - answer
    # Where a spreadsheet took the seconds away, each of the two times is up to a minute too early.
    whole = (answer % _MINUTE == 0) & (end % _MINUTE == 0)
    # In a zone with a change of summer time that the switch's clock did not make, the times as written agree.
    gap = pl.min_horizontal((talk * _SECOND - each).abs() for each in (span, pl.col("out_end") - pl.col("answer")))
    apart = gap > pl.when(whole).then(_MINUTE + _ROUNDED).otherwise(_ROUNDED)
    usable = pl.col("answered") & ~pl.col("unsure") & span.is_between(0, _LONGEST_CALL * _SECOND).fill_null(value=False)
    contradicts = usable & apart.fill_null(value=False)
    impossible = pl.col("answered") & talk.is_null() & pl.col("out_duration").is_not_null()
    return [
        span.alias("span"),
        (contradicts | (usable & talk.is_null())).alias("worked"),
        (contradicts | impossible).alias("odd"),
    ]
