# ruff: noqa: DTZ001 - local times have no zone
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.errors import TimezoneMissing, UnknownTimezone
from hoptrace.intake.local_clock import LocalClock
from hoptrace.intake.profile import Profile, TimeRules
from hoptrace.intake.reading import Context
from hoptrace.intake.zone_measuring import Measured, measure
from hoptrace.intake.zone_resolving import resolve
from hoptrace.intake.zones import Reading, parse_zone, to_utc
from hoptrace.model.carriers import Carrier

HOUR = timedelta(hours=1)
NOON = datetime(2026, 7, 1, 12)


def context(*, directory: str = "", profile: str | None = None, given: str | None = None) -> Context:
    return Context(Carrier("oak", timezone=directory), Profile(time=TimeRules(timezone=profile)), given)


def rows(offset: timedelta, count: int, *, late: float = 0.0, start: datetime = NOON) -> list[tuple[datetime, float]]:
    moments = [start.replace(tzinfo=UTC) + i * timedelta(minutes=7) for i in range(count)]
    return [((m + offset + timedelta(seconds=late)).replace(tzinfo=None), m.timestamp()) for m in moments]


@pytest.mark.parametrize(
    ("name", "hours"), [("UTC", 0), ("z", 0), ("+05:30", 5.5), ("-0330", -3.5), ("UTC+1", 1), ("America/Chicago", -5)]
)
def test_parse_zone(name: str, hours: float) -> None:
    assert NOON.replace(tzinfo=parse_zone(name)).utcoffset() == hours * HOUR


@pytest.mark.parametrize("name", ["", "Nowhere/Town", "+25:00", "+05:75", "America", "../etc", "x\0y", "CST6"])
def test_parse_zone_refuses(name: str) -> None:
    with pytest.raises(UnknownTimezone, match="IANA"):
        parse_zone(name)


@given(st.integers(-48, 56), st.integers(1, 40), st.floats(0, 40))
def test_any_whole_quarter_is_measured(quarters: int, count: int, late: float) -> None:
    found = measure(rows(quarters * timedelta(minutes=15), count, late=late))
    assert found is not None
    assert found.offset == quarters * timedelta(minutes=15)
    assert found.agreeing == found.rows == count


def test_later_legs_do_not_move_the_measurement() -> None:
    found = measure([*rows(5 * HOUR, 26), *rows(5 * HOUR, 14, late=400)])
    assert found is not None
    assert (found.offset, found.agreeing, found.rows) == (5 * HOUR, 26, 40)


def test_what_does_not_agree_measures_nothing() -> None:
    assert measure([]) is None
    assert measure(rows(HOUR, 10, late=400)) is None
    assert measure([(NOON, 1e18)]) is None
    assert measure([pair for q in range(12) for pair in rows(q * 2 * HOUR - 12 * HOUR, 1)]) is None


def test_order_of_what_says_the_zone() -> None:
    found = measure(rows(-5 * HOUR, 9))
    everything = context(directory="Asia/Tokyo", profile="-05:00", given="America/Chicago")
    assert resolve(everything, found).zone.name == "America/Chicago"
    assert resolve(context(directory="Asia/Tokyo", profile="-05:00"), found).zone.name == "-05:00"
    assert resolve(context(directory="Asia/Tokyo"), found).zone.name == "-05:00"
    assert resolve(context(directory="Asia/Tokyo")).zone.name == "Asia/Tokyo"
    with pytest.raises(TimezoneMissing, match=r"--timezone.*carriers\.csv"):
        resolve(context())


def test_a_directory_that_agrees_with_the_file_gives_the_rules_of_summer_time() -> None:
    resolved = resolve(context(directory="America/Chicago"), measure(rows(-5 * HOUR, 9)))
    assert resolved.zone.name == "America/Chicago"
    assert "9 of 9 rows" in resolved.zone.how
    assert resolved.conflict is None


@pytest.mark.parametrize("who", [{"given": "UTC"}, {"profile": "UTC"}, {"directory": "UTC"}])
def test_a_contradiction_is_told(who: dict[str, str]) -> None:
    resolved = resolve(context(**who), measure(rows(-5 * HOUR, 9)))
    assert resolved.conflict is not None
    assert "-05:00" in resolved.conflict


def test_repeated_and_missing_hours() -> None:
    chicago = parse_zone("America/Chicago")
    assert to_utc(datetime(2026, 11, 1, 1, 30), chicago) == (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), Reading.REPEATED)
    assert to_utc(datetime(2026, 3, 8, 2, 30), chicago) == (datetime(2026, 3, 8, 8, 30, tzinfo=UTC), Reading.MISSING)
    assert to_utc(NOON, chicago)[1] is Reading.PLAIN


@given(
    zone=st.sampled_from(["America/Chicago", "Europe/Lisbon", "Australia/Lord_Howe", "Asia/Tehran", "UTC", "-05:30"]),
    day=st.sampled_from([datetime(2026, 3, 8), datetime(2026, 11, 1), datetime(2026, 4, 5), datetime(1950, 4, 1)]),
    minutes=st.integers(-2_000, 2_000),
    fold=st.integers(0, 1),
)
def test_offsets_give_what_datetimes_in_the_zone_give(zone: str, day: datetime, minutes: int, fold: int) -> None:
    tz, local = parse_zone(zone), day + timedelta(minutes=minutes, microseconds=7)
    first, second = (local.replace(tzinfo=tz, fold=each).astimezone(UTC) for each in (0, 1))
    reading = {True: Reading.REPEATED, False: Reading.MISSING}[second > first] if second != first else Reading.PLAIN
    assert to_utc(local.replace(fold=fold), tz) == (first, reading)


def test_a_clock_counts_what_was_odd_and_lets_an_epoch_settle_it() -> None:
    clock = LocalClock.of(context(directory="America/Chicago"))
    local = datetime(2026, 11, 1, 1, 30)
    second = datetime(2026, 11, 1, 7, 30, tzinfo=UTC)
    assert clock.to_utc(local, second.timestamp() - 2) == second
    assert clock.flags() == ()
    assert clock.to_utc(local) == second - HOUR
    clock.to_utc(datetime(2026, 3, 8, 2, 30))
    assert len(clock.flags()) == 1
    assert clock.may_be_later(second - HOUR) == 3600
    assert clock.may_be_later(second) is None
    assert all(text.endswith(": 1") for text in clock.flags())


def test_a_measured_file_over_the_change_of_summer_time_reads_both_sides_right() -> None:
    pairs = [*rows(-5 * HOUR, 20, start=datetime(2026, 10, 30)), *rows(-6 * HOUR, 12, start=datetime(2026, 11, 3))]
    found = measure(pairs)
    assert found == Measured(-5 * HOUR, (-6 * HOUR,), pairs[0][0], 32, 32, "uniqueid")
    clock = LocalClock.of(context(), found)
    assert all(clock.to_utc(local, epoch).timestamp() == epoch for local, epoch in pairs)


def test_a_directory_that_contradicts_a_file_over_the_change_of_summer_time_moves_none_of_its_sides() -> None:
    pairs = [*rows(-5 * HOUR, 20, start=datetime(2026, 10, 30)), *rows(-6 * HOUR, 12, start=datetime(2026, 11, 3))]
    clock = LocalClock.of(context(directory="Europe/London"), measure(pairs))
    assert clock.resolved.conflict is not None
    assert all(clock.to_utc(local, epoch).timestamp() == epoch for local, epoch in pairs)


def test_an_offset_that_was_measured_in_a_repeated_hour_is_one_of_the_zone_s_two() -> None:
    # The first time with the winter's offset is 01:01 in the second pass.
    pairs = [
        *rows(-5 * HOUR, 2, start=datetime(2026, 11, 1, 6)),
        *rows(-6 * HOUR, 5, start=datetime(2026, 11, 1, 7, 1)),
    ]
    for who in ({"given": "America/Chicago"}, {"directory": "America/Chicago"}):
        clock = LocalClock.of(context(**who), measure(pairs))
        assert clock.resolved.conflict is None
        assert all(clock.to_utc(local, epoch).timestamp() == epoch for local, epoch in pairs)
