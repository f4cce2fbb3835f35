"""Times read by their places are those that the expressions for every spelling read."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hoptrace.intake.formats.canonical.stamps import read_stamps
from hoptrace.intake.formats.canonical.times import read_any
from hoptrace.model.statements import TIME


def two(first: int, last: int) -> st.SearchStrategy[str]:
    return st.integers(first, last).map("{:02d}".format)


@st.composite
def columns(draw: st.DrawFn) -> list[str | None]:
    """Times with one number of digits, in and out of the calendar, now and then with a character that is none of it."""
    digits = draw(st.integers(0, 10))
    fraction = st.text("0123456789", min_size=digits, max_size=digits).map(lambda text: f".{text}" if text else "")
    clock = st.tuples(two(0, 24), two(0, 60), two(0, 60)).map(":".join)
    date = st.tuples(st.sampled_from(["1999", "2000", "2023", "2024", "2100"]), two(0, 13), two(0, 32)).map("-".join)
    times = draw(
        st.lists(st.none() | st.tuples(date, clock, fraction).map(lambda each: f"{each[0]}T{each[1]}{each[2]}Z"))
    )
    told = [place for place, time in enumerate(times) if time is not None]
    if told and draw(st.booleans()):
        place, character = draw(st.sampled_from(told)), draw(st.sampled_from("x :-.TZ0é"))
        text = times[place] or ""
        at = draw(st.integers(0, len(text) - 1))
        times[place] = text[:at] + character + text[at + 1 :]
    return times


@settings(deadline=None)
@given(columns())
@example(["0000-01-01T00:00:00Z", "1999-01-01T00:00:00Z"])
def test_they_agree(times: list[str | None]) -> None:
    text = pl.Series("text", times, dtype=pl.String)
    length = len((text.first(ignore_nulls=True) or "").encode())
    stamps = read_stamps(text, length)
    if stamps is not None:
        told = read_any(text)
        # As numbers: no datetime of Python is of the year 0.
        assert stamps.cast(TIME).to_physical().to_list() == told["read"].to_physical().to_list()
        assert told["shape"].drop_nulls().unique().to_list() == [2]


@pytest.mark.parametrize("digits", [0, 1, 3, 6, 9])
def test_sound_times_are_read(digits: int) -> None:
    ends = f".{'123456789'[:digits]}Z" if digits else "Z"
    text = pl.Series("text", [f"2024-02-29T23:59:59{ends}", None, f"2026-01-01T00:00:00{ends}"])
    stamps = read_stamps(text, 19 + len(ends))
    assert stamps is not None
    assert stamps.to_list()[1] is None
    assert stamps.cast(TIME).to_list() == read_any(text)["read"].to_list()


@pytest.mark.parametrize(
    "time",
    [
        "2023-02-29T00:00:00Z",
        "2024-00-01T00:00:00Z",
        "2024-01-00T00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:60Z",
        "2024-01-01 00:00:00Z",
        "2024-01-01T00:00:0xZ",
        "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00.1234567890Z",
    ],
)
def test_what_is_no_such_time_is_left_to_the_expressions(time: str) -> None:
    assert read_stamps(pl.Series("text", [time]), len(time)) is None
