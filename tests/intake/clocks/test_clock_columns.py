"""Columns of times that begin with the clock: each is read as it is read by itself, and receipts say the same."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptrace.errors import TimezoneMissing
from hoptrace.intake.formats.clocks.columns import ClockColumns, look_like_times, micros_of, moment_of
from hoptrace.intake.formats.clocks.times import ClockTimes, looks_like_time
from hoptrace.intake.formats.resaved import Signs
from hoptrace.intake.reading import Context
from hoptrace.model.arrays import Int64s
from hoptrace.model.carriers import Carrier

CLOCKS = st.sampled_from(["15:54:56.868", "01:30:00.001", "01:59:59.999", "02:30:00.000", "00:00:00.000", "23:59:59.5"])
ODD_CLOCKS = st.sampled_from(
    ["*15:54:56.868", ".1:30:00", "24:00:00.000", "15:60:00.000", "15:54:56.86x", "", "é5:54:56.868"]
)
WORDS = st.sampled_from(["", "EST ", "CST ", "MST ", "GMT-05:00 ", "IST ", "XYZ "])
DAYS = st.sampled_from(
    ["NOV 05 2023", "MAR 12 2023", "Mon JUL 3 2023", "FEB 30 2023", "DEC 18 1999", " DEC 18 2023", "x"]
)
TIMES = st.builds(lambda clock, word, day: f"{clock} {word}{day}", CLOCKS | ODD_CLOCKS, WORDS, DAYS) | st.none()
ROWS = st.lists(st.tuples(TIMES, TIMES, st.sampled_from([None, "CST", "GMT-05:00", "Eastern"])), max_size=30)
CONTEXTS = st.builds(
    lambda zone, own, country: Context(Carrier("oak", country=country, timezone=own), timezone=zone),
    st.sampled_from(["America/Chicago", "UTC", "+05:30", None]),
    st.sampled_from(["America/Regina", "Australia/Lord_Howe"]),
    st.sampled_from(["US", None]),
)


def one_by_one(
    times: ClockTimes, rows: list[tuple[str | None, str | None, str | None]]
) -> list[tuple[int | None, ...]]:
    read: list[tuple[int | None, ...]] = []
    for first, second, zone in rows:
        begun = times.read(first or "", zone or "")
        later = times.read(second or "", zone or "", begun.at) if begun is not None else None
        stamps = [(None, None) if each is None else (micros_of(each.at), each.tick) for each in (begun, later)]
        read.append((*stamps[0], *stamps[1]))
    return read


def by_columns(
    times: ClockTimes, rows: list[tuple[str | None, str | None, str | None]]
) -> list[tuple[int | None, ...]]:
    told = pl.DataFrame(rows, dict.fromkeys(("first", "second", "zone"), pl.String), orient="row")
    place, columns = pl.int_range(0, 2 * told.height, 2, eager=True), ClockColumns(times)
    first = columns.read(told["first"], told["zone"], None, place)
    begun = first["at"].is_not_null()
    second = columns.read(
        told["second"].filter(begun), told["zone"].filter(begun), first["at"].filter(begun), place.filter(begun) + 1
    )
    columns.settle()
    later = iter(second.rows())
    return [(*stamp, *(next(later) if stamp[0] is not None else (None, None))) for stamp in first.iter_rows()]


@settings(max_examples=200, deadline=None)
@given(ROWS, CONTEXTS)
def test_columns_are_read_as_their_times_are(
    rows: list[tuple[str | None, str | None, str | None]], context: Context
) -> None:
    single, together = ClockTimes(context), ClockTimes(context)
    expected = one_by_one(single, rows)
    assert by_columns(together, rows) == expected
    assert (together.zone, together.flags()) == (single.zone, single.flags())
    assert set(together.open_moments) == set(single.open_moments)


def test_a_column_without_a_zone_needs_one() -> None:
    columns = ClockColumns(ClockTimes(Context(Carrier("oak"))))
    texts, place = pl.Series(["15:54:56.868 DEC 18 2023"]), pl.Series([0])
    with pytest.raises(TimezoneMissing, match="--timezone"):
        columns.read(texts, pl.Series([None], dtype=pl.String), None, place)


@given(st.lists(TIMES.filter(lambda text: text is not None), min_size=1, max_size=20))
def test_what_looks_like_a_time_does_so_in_a_column(texts: list[str]) -> None:
    ends: Int64s = pl.Series([len(text.encode()) + 1 for text in texts]).cum_sum().to_numpy()
    begin: Int64s = pl.Series([0, *(ends[:-1].tolist())]).to_numpy()
    found = look_like_times("".join(f"{text}|" for text in texts).encode(), begin, ends - 1)
    assert found.tolist() == [looks_like_time(text.strip()) for text in texts]


NUMBERS = st.sampled_from(
    [None, "1.31256E+10", "1E5", "1e11", "1.2E+5", "1.2e+111", "+12025550134", "00442079460123", "442079460123", "7"]
)


@given(st.lists(st.tuples(st.integers(0, 3), NUMBERS, NUMBERS), max_size=20), st.booleans())
def test_signs_of_a_spreadsheet_are_the_same_by_columns(
    rows: list[tuple[int, str | None, str | None]], explicit: bool
) -> None:
    single, together = Signs(explicit), Signs(explicit)
    starts = [1_700_000_040_000_000 + 60_000_000 * minute + 1_000 * (minute == 3) for minute, _, _ in rows]
    for start, (_, *numbers) in zip(starts, rows, strict=True):
        single.look(moment_of(start), numbers)
    columns = [pl.Series([row[at] for row in rows], dtype=pl.String) for at in (1, 2)]
    together.look_at(pl.Series(starts, dtype=pl.Int64), columns)
    assert together == single
