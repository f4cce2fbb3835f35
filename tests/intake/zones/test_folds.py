"""The hour that a zone repeats, settled by the sequence of rows: what was true comes back, or is said to be open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptrace.intake.fold_rows import FoldRow, settled_rows
from hoptrace.intake.folds import fold_days

ENDS = {
    "America/New_York": datetime(2026, 11, 1, 6, tzinfo=UTC),
    "America/Chicago": datetime(2026, 11, 1, 7, tzinfo=UTC),
    "Europe/London": datetime(2026, 10, 25, 1, tzinfo=UTC),
    "Europe/Berlin": datetime(2026, 10, 25, 1, tzinfo=UTC),
    "America/St_Johns": datetime(2026, 11, 1, 4, 30, tzinfo=UTC),
    "Pacific/Auckland": datetime(2026, 4, 4, 14, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 4, 4, 15, tzinfo=UTC),
    "America/Sao_Paulo": datetime(2018, 2, 18, 2, tzinfo=UTC),
}
"""Zones, each with a moment at which its clocks were put back; one by half an hour, one at midnight."""

Row = tuple[datetime, float]


def local(time: datetime, zone: str) -> datetime:
    return time.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def told(rows: Sequence[Row], zone: str, ids: Sequence[int] | None = None) -> list[bool | None]:
    """Whether each row is of the second pass, as the sequence tells: None where open or not repeated at all."""
    given_ids = ids or [None] * len(rows)
    written = [
        FoldRow(at, local(start, zone), talk=talk, id=number)
        for at, ((start, talk), number) in enumerate(zip(rows, given_ids, strict=True))
    ]
    passes = dict(settled_rows(written, zone).passes.iter_rows())
    return [passes.get(at) for at in range(len(rows))]


def truth(rows: Sequence[Row], zone: str) -> list[bool | None]:
    """The same as it was; None outside of the repeated hour."""
    tz, found = ZoneInfo(zone), list[bool | None]()
    for start, _ in rows:
        wall = start.astimezone(tz)
        twice = wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()
        found.append(bool(wall.fold) if twice else None)
    return found


@st.composite
def busy_files(draw: st.DrawFn) -> tuple[str, list[Row]]:
    """Calls in order of start over the end of summer time, one at least every few minutes."""
    zone = draw(st.sampled_from(sorted(ENDS)))
    waits = draw(st.lists(st.integers(1, 240), min_size=130, max_size=160))
    talks = draw(st.lists(st.sampled_from([0.0, 4.0, 61.0, 900.0, 4000.0]), min_size=160, max_size=160))
    time, rows = ENDS[zone] - timedelta(hours=2, minutes=20), list[Row]()
    for wait, talk in zip([*waits, *[120] * 160], [*talks, *talks], strict=False):
        time += timedelta(seconds=wait)
        rows.append((time, talk))
        if time > ENDS[zone] + timedelta(hours=2):
            break
    return zone, rows


@given(busy_files())
@settings(max_examples=60, deadline=None)
def test_a_file_in_order_of_start_gives_back_the_true_times(file: tuple[str, list[Row]]) -> None:
    zone, rows = file
    assert told(rows, zone) == truth(rows, zone)


@given(busy_files())
@settings(max_examples=30, deadline=None)
def test_so_does_one_in_order_of_end_and_one_turned_round(file: tuple[str, list[Row]]) -> None:
    zone, rows = file
    ended = sorted(rows, key=lambda row: row[0] + timedelta(seconds=row[1]))
    assert told(ended, zone) == truth(ended, zone)
    assert told(ended[::-1], zone) == truth(ended[::-1], zone)


@given(busy_files())
@settings(max_examples=30, deadline=None)
def test_ids_that_count_up_settle_a_file_that_is_sorted_by_the_written_time(file: tuple[str, list[Row]]) -> None:
    zone, rows = file
    ids = list(range(7_000, 7_000 + len(rows)))
    mixed = sorted(zip(rows, ids, strict=True), key=lambda pair: local(pair[0][0], zone))
    shown, numbers = [row for row, _ in mixed], [number for _, number in mixed]
    assert told(shown, zone, numbers) == truth(shown, zone)
    wrong = [second for second, true in zip(told(shown, zone), truth(shown, zone), strict=True) if second and not true]
    assert not wrong  # without ids nothing is claimed


@given(st.sampled_from(sorted(ENDS)), st.lists(st.integers(-9_000, 9_000), min_size=1, max_size=12), st.booleans())
@settings(max_examples=100, deadline=None)
def test_of_few_rows_none_is_settled_wrongly(zone: str, seconds: list[int], newest_first: bool) -> None:
    rows = [(ENDS[zone] + timedelta(seconds=each), 0.0) for each in sorted(seconds, reverse=newest_first)]
    for second, true in zip(told(rows, zone), truth(rows, zone), strict=True):
        assert second is None or second is true


def test_what_no_order_tells_stays_open_and_is_said() -> None:
    rows = [FoldRow(1, datetime(2026, 11, 1, 0, 30)), FoldRow(2, datetime(2026, 11, 1, 1, 10))]  # noqa: DTZ001
    told = settled_rows(rows, "America/Chicago")
    assert told.passes.rows() == [(2, None)]
    assert told.flags == (
        "times in the hour that America/Chicago repeats as summer time ends, kept with both times, "
        "as the order of the rows allows both: 1",
    )


def test_rows_in_no_order_of_time_are_said_to_be_so() -> None:
    minutes = [0, 300, 20, 280, 40, 260, 75, 230, 80, 200, 100, 170]
    rows = [FoldRow(at, datetime(2026, 10, 31, 23) + timedelta(minutes=m)) for at, m in enumerate(minutes)]  # noqa: DTZ001
    told = settled_rows(rows, "America/Chicago")
    assert told.flags[-1].endswith("kept with both times, as the rows stand in no order of time: 1")


@pytest.mark.parametrize(
    ("start", "answer", "end", "talk", "second"),
    [
        ("01:59:58", "01:00:03", None, None, False),  # answered in the second pass, on an earlier clock time
        ("01:50:00", "01:50:05", "01:20:00", 1795.0, False),  # ended so
        ("01:10:00", "01:10:05", "01:20:00", 4195.0, False),  # an hour more was spoken than the clock shows
        ("01:50:00", "01:50:05", "02:05:00", 895.0, True),  # else an hour would have gone by with nothing
        ("01:50:00", "01:50:05", "02:05:00", 4495.0, False),
        ("01:50:00", None, "02:00:30", 0.0, True),  # nobody lets it ring for over an hour
        ("01:10:00", "01:10:05", "01:20:00", 595.0, None),
    ],
)
def test_what_a_row_says_of_itself(
    start: str, answer: str | None, end: str | None, talk: float | None, second: bool | None
) -> None:
    def at(text: str | None) -> datetime | None:
        return None if text is None else datetime.fromisoformat(f"2026-11-01 {text}")

    begun = at(start)
    assert begun is not None
    told = settled_rows([FoldRow(1, begun, at(answer), at(end), talk)], "America/Chicago")
    assert told.passes.rows() == [(1, second)]


def test_epochs_of_some_rows_settle_their_neighbours() -> None:
    """Of three rows only the first of the second pass has an epoch: what stands behind it is of the second pass."""
    first = datetime(2026, 11, 1, 1, 5)  # noqa: DTZ001
    epoch = datetime(2026, 11, 1, 7, 10, tzinfo=UTC).timestamp()
    rows = [
        FoldRow(1, first),
        FoldRow(2, first + timedelta(minutes=5), epoch=epoch),
        FoldRow(3, first + timedelta(minutes=10)),
    ]
    filler = [FoldRow(10 + n, datetime(2026, 11, 1, 2) + timedelta(minutes=n)) for n in range(12)]  # noqa: DTZ001
    assert settled_rows([*rows, *filler], "America/Chicago").passes.rows() == [(1, None), (2, True), (3, True)]


def test_the_days_on_which_a_zone_repeats_a_time() -> None:
    days = pl.Series([datetime(2026, 10, 31), datetime(2026, 11, 1), datetime(2026, 3, 8)]).dt.date()  # noqa: DTZ001
    assert fold_days("America/Chicago", days).to_list() == [datetime(2026, 11, 1).date()]  # noqa: DTZ001
    assert fold_days("Asia/Tokyo", days).to_list() == []


MOMENTS = st.one_of(
    st.datetimes(datetime(2026, 10, 30), datetime(2026, 11, 3)),  # noqa: DTZ001
    st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)),  # noqa: DTZ001
    st.datetimes(datetime(2026, 10, 30), datetime(2026, 11, 3), timezones=st.just(UTC)),  # noqa: DTZ001
)
SOUP = st.builds(
    FoldRow,
    st.integers(1, 10**9),
    MOMENTS,
    st.none() | MOMENTS,
    st.none() | MOMENTS,
    st.none() | st.floats(),
    st.none() | st.floats(),
    st.none() | st.integers(0, 10**18),
)


@given(st.lists(SOUP, max_size=12, unique_by=lambda row: row.row), st.sampled_from(sorted(ENDS)))
@settings(max_examples=150, deadline=None)
def test_whatever_rows_say_every_repeated_time_is_settled_or_counted(rows: list[FoldRow], zone: str) -> None:
    told = settled_rows(rows, zone)
    twice = [row.row for row in rows if row.start.tzinfo is None and truth_of(row.start, zone)]
    assert sorted(told.passes["row"].to_list()) == sorted(twice)
    assert sum(int(flag.rpartition(": ")[2].replace(",", "")) for flag in told.flags) == len(twice)


def truth_of(wall: datetime, zone: str) -> bool:
    """Whether the zone has this local time twice."""
    first, second = (wall.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1))
    return second > first
