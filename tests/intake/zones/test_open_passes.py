"""Chunks with calls whose local time came twice: what is settled moves as a whole, and nothing else moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from hoptrace.intake.open_passes import with_passes
from hoptrace.intake.reading import Chunk, Zone
from hoptrace.model.statements import RAW_CALLS, ROWS

CHANGE = datetime(2026, 11, 1, 6, tzinfo=UTC)
ZONE = Zone("America/New_York", "given")


def chunk(*calls: tuple[float, float | None, int | None]) -> Chunk:
    """Calls in the order of their rows: minutes from the change as read, minutes to the end, `may_be_later`."""
    rows = [
        {
            "call": n,
            "file": 0,
            "row": n + 1,
            "start_time": CHANGE + timedelta(minutes=at),
            "end_time": None if end is None else CHANGE + timedelta(minutes=at + end),
            "called_number": "+13125550187",
            "may_be_later": later,
        }
        for n, (at, end, later) in enumerate(calls)
    ]
    return Chunk(pl.DataFrame(rows, schema=RAW_CALLS), ROWS.to_frame(), ZONE)


def minutes(told: Chunk, name: str) -> list[float | None]:
    return [None if each is None else (each - CHANGE).total_seconds() / 60 for each in told.calls[name]]


def test_a_chunk_without_open_times_stays_as_it_is() -> None:
    told = chunk((-90, 1, None), (-80, None, None))
    assert with_passes(told) is told


def test_the_end_moves_with_its_start_and_a_time_behind_the_hour_stays() -> None:
    told = with_passes(
        chunk((-70, 1, None), (-40, 2, 3600), (-10, 2, 3600), (-50, 2, 3600), (-15, 75, 3600), (70, 1, None))
    )
    assert minutes(told, "start_time") == [-70, -40, -10, 10, 45, 70]
    assert minutes(told, "end_time") == [-69, -38, -8, 12, 60, 71]
    assert told.calls["may_be_later"].null_count() == 6
    assert [text for _, text in told.flags] == [
        "times in the hour that America/New_York repeats as summer time ends, settled by the order of the rows: 4"
    ]


def test_what_contradicts_itself_in_other_rows_is_left_to_others() -> None:
    told = with_passes(chunk((-200, -5, None), (-30, 1, 3600)))
    assert minutes(told, "end_time") == [-205, -29]
    assert told.calls["may_be_later"].to_list() == [None, 3600]


def test_files_are_sequences_of_their_own() -> None:
    one = chunk((-70, 1, None), (-10, 1, 3600), (-50, 1, 3600), (70, 1, None))
    calls = one.calls.with_columns(file=pl.Series([0, 0, 1, 1], dtype=pl.Int32))
    told = with_passes(Chunk(calls, one.rows, one.zone))
    assert told.calls["may_be_later"].drop_nulls().to_list() == [3600, 3600]
