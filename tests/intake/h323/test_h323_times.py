"""Times of voice gateways: the usual spelling is read at once, all others as before, and what is none is none."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.intake.formats.h323.times import parse_stamp


@given(st.times(), st.sampled_from(["", "*", "."]), st.integers(0, 6))
def test_every_clock_is_read_to_its_last_digit(clock: time, mark: str, digits: int) -> None:
    fraction = f".{clock:%f}"[: digits + 1] if digits else ""
    stamp = parse_stamp(f"{mark}{clock:%H:%M:%S}{fraction} GMT+4 Mon Mar 2 2026")
    kept = int(f"{clock:%f}"[:digits].ljust(6, "0")) if digits else 0
    assert stamp is not None
    assert stamp.local == datetime.combine(date(2026, 3, 2), clock.replace(microsecond=kept))
    # A clock that is not set tells no more than seconds, however many digits it shows.
    tick = 10 ** (6 if mark else 6 - digits)
    assert (stamp.zone, stamp.tick, stamp.synced) == ("GMT+4", tick, not mark)


@pytest.mark.parametrize(
    "text",
    [
        *("24:00:00.000 UTC Mon Mar 2 2026", "12:60:00.000 UTC Mon Mar 2 2026", "12:00:60.000 UTC Mon Mar 2 2026"),
        *("12:00:00.00Z UTC Mon Mar 2 2026", "12:00:00,000 UTC Mon Mar 2 2026", "12-00-00.000 UTC Mon Mar 2 2026"),
        *("12:00:00.000UTC Mon Mar 2 2026", "12:00:00.000 UTC Mon Feb 30 2026", "12:00:00.000 UTC Mon Mar 2 1999"),
        *("", "*", "12:00:00.000", "UTC Mon Mar 2 2026", "12:00:00.000 UTC Mon Mar 2 2026" + " " * 100),
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert parse_stamp(text) is None
