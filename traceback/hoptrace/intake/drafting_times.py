"""Which columns of an unknown file are a call's times and its duration: by their names, their order, how they agree."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from hoptrace.intake.drafting_columns import Column
from hoptrace.intake.drafting_names import Choice, example, hinted

TIMES = ("start_time", "answer_time", "end_time")
_AGREES_SECONDS = 2.0
_MOST = 0.9
"""The share of rows in which a duration equals the time from answer to end."""

_LEAST_VARIED = 0.3
"""The share of rows with different values from which a column of small numbers may be the length of calls."""


def time_choices(columns: Sequence[Column]) -> dict[str, Choice]:
    """Times by their names; those whose names say nothing by their order in the rows."""
    found: dict[str, Choice] = {}
    left = list(columns)
    for name in ("answer_time", "end_time", "start_time"):
        named = next((column for column in left if hinted(name, column)), None)
        if named is not None:
            found[name] = Choice(name, named, f"its name is {named.name!r}; {_times_of(named)}")
            left.remove(named)
    left.sort(key=lambda column: (-column.filled, column.read.cast(pl.Int64).mean() or 0, column.at))
    if "start_time" not in found and left:
        first = left.pop(0)
        found["start_time"] = Choice("start_time", first, f"the earliest of the times; {_times_of(first)}")
    if "start_time" in found:
        _later_times(left, found)
    return found


def _later_times(left: list[Column], found: dict[str, Choice]) -> None:
    """Of times that are never before the start: the nearest is the answer, the furthest the end."""
    start = found["start_time"].column
    later = sorted((c for c in left if _never_before(c, start)), key=lambda column: _seconds_after(column, start))
    free = [name for name in ("answer_time", "end_time") if name not in found]
    if len(later) == 1 and len(free) == 2:
        free = ["answer_time" if later[0].filled < start.filled else "end_time"]
    for name, column in zip(free, later, strict=False):
        found[name] = Choice(name, column, f"never before the start; {_times_of(column)}")


def _seconds_after(column: Column, start: Column) -> float:
    after = (column.read - start.read).dt.total_seconds().mean()
    return float(after) if isinstance(after, (int, float)) else 0.0


def _times_of(column: Column) -> str:
    return f"{column.filled} of {len(column.cells)} rows have a time there, such as {example(column)}"


def _never_before(column: Column, start: Column) -> bool:
    return bool((column.read >= start.read).fill_null(value=True).all())


def duration_choice(columns: Sequence[Column], found: dict[str, Choice]) -> Choice | None:
    """The column that equals the time from answer to end; else one that is named so and holds seconds."""
    taken = {choice.column.at for choice in found.values()}
    able = [c for c in columns if c.at not in taken and c.kinds & {"seconds", "clock"} and not c.time]
    if (agreeing := _from_answer_to_end(able, found)) is not None:
        return agreeing
    named = next((column for column in able if hinted("duration", column)), None)
    if named is None:
        return None if any(column.name for column in columns) else _only_seconds(able, columns)
    read = ", read as minutes and seconds" if named.clock == "%H:%M" else ""
    return Choice("duration", named, f"its name is {named.name!r} and it holds {example(named)}{read}")


def _from_answer_to_end(able: Sequence[Column], found: dict[str, Choice]) -> Choice | None:
    if not {"answer_time", "end_time"} <= found.keys():
        return None
    talked = (found["end_time"].column.read - found["answer_time"].column.read).dt.total_seconds()
    known = talked.len() - talked.null_count()
    for column in able:
        agrees = ((column.seconds - talked).abs() <= _AGREES_SECONDS).sum()
        if known and agrees >= _MOST * known and column.distinct > 1:
            return Choice("duration", column, f"in {agrees} of {known} rows the seconds from answer to end")
    return None


def _only_seconds(able: Sequence[Column], columns: Sequence[Column]) -> Choice | None:
    """Without names: the one column of seconds that vary as the lengths of calls do.

    It holds no causes or codes, and no times of day: those stand beside a date.
    """
    after_date = {date.at + 1 for date in columns if date.date}
    spans = [c for c in able if c.at not in after_date and c.clock != "%H:%M"]
    able = [c for c in spans if not c.kinds & {"sip_code", "number", "id"}]
    vary = [c for c in able if c.distinct > _LEAST_VARIED * c.filled]
    if len(vary) != 1 or not vary[0].filled:
        return None
    return Choice("duration", vary[0], f"the only column of small numbers that vary, such as {example(vary[0])}")
