"""Whose records cover a moment, and what is read for it, on the carriers' own clocks."""

from __future__ import annotations

import random

import polars as pl
import pytest

from hoptrace.engines.spans import COVERAGE_MARGIN, FAR, Covering, to_read
from hoptrace.linking.learned import CLOCKS, DAY, SHIFTS, Learned, clock_of

AT = 1_793_600_000.0
HOUR = 3600.0
NOTHING = Learned.nothing()


def carriers_of(covering: Covering, moments, margin=COVERAGE_MARGIN) -> pl.DataFrame:
    """(`call`, `carrier`): who covers each of these moments."""
    told = covering.at(moments, margin)
    found = told.stretches.join(told.carriers, on="stretch").select("call", "carrier").sort("call", "carrier")
    sets = [(call, carrier) for call, carriers in enumerate(told.sets()) for carrier in sorted(carriers)]
    assert found.rows() == sets
    return found


def carriers_covering(moments, batches, learned, margin=COVERAGE_MARGIN):
    return carriers_of(Covering(batches, learned), moments, margin)


def covered(at: float, spans, learned: Learned = NOTHING, **more) -> set[str]:
    """Carriers covering `at` seconds after AT; `spans`: (carrier, batch, first, last), seconds after AT."""
    batches = [(carrier, batch, AT + first, AT + last) for carrier, batch, first, last in spans]
    return set(carriers_covering([AT + at], batches, learned, **more)["carrier"])


def days(carrier: str, numbers, first: float = 0.0, last: float = 86_000.0):
    """A file a day, from `first` to `last` seconds of it."""
    return [(carrier, f"{carrier}-{n}", n * DAY + first, n * DAY + last) for n in numbers]


def shifts(**by: float) -> pl.DataFrame:
    rows = [(batch.replace("_", "-"), batch.split("_")[0], shift, 9) for batch, shift in by.items()]
    return pl.DataFrame(rows, schema=SHIFTS, orient="row")


@pytest.mark.parametrize(("at", "expected"), [(-121, set()), (-119, {"a"}), (500, {"a"}), (1119, {"a"}), (1121, set())])
def test_a_file_covers_its_records_and_a_margin_around_them(at, expected):
    assert covered(at, [("a", "a-1", 0.0, 1000.0)]) == expected
    assert COVERAGE_MARGIN == 120.0


def test_a_wider_margin_tells_who_is_about():
    assert covered(5 * HOUR, [("a", "a-1", 0.0, 10.0)]) == set()
    assert covered(5 * HOUR, [("a", "a-1", 0.0, 10.0)], margin=12 * HOUR) == {"a"}


def test_each_call_is_told_of_its_own_time():
    batches = [
        ("a", "a-1", AT, AT + 1000.0),
        ("b", "b-1", AT + 900.0, AT + 5000.0),
        ("b", "b-2", AT + 950.0, AT + 990.0),
    ]
    found = carriers_covering([AT, AT + 960.0, AT + 4000.0, AT + 9000.0], batches, NOTHING)
    assert found.rows() == [(0, "a"), (1, "a"), (1, "b"), (2, "b")]
    assert carriers_covering([], batches, NOTHING).is_empty()
    assert carriers_covering([AT], [], NOTHING).is_empty()


def test_the_usual_pause_between_daily_files_is_covered():
    spans = days("a", range(5), 300.0, 85_900.0)  # 800 s a night without a call
    assert covered(2 * DAY - 100.0, spans) == {"a"}


def test_a_missing_file_in_the_middle_is_not_covered():
    spans = days("a", [0, 1, 2, 4, 5, 6], 300.0, 85_900.0)
    assert covered(3.5 * DAY, spans) == set()
    assert covered(2.5 * DAY, spans) == covered(4.5 * DAY, spans) == {"a"}
    assert covered(3 * DAY - 300.0 + 86_000.0 - DAY, spans) == {"a"}


def test_many_tiny_files_cover_the_time_between_them_and_no_long_pause():
    """A file an upload every few minutes of a small carrier: each has one call or two."""
    spans = [("a", f"a-{n}", n * 400.0, n * 400.0 + 20.0) for n in range(50)]
    assert covered(210.0, spans) == {"a"}
    broken = [span for span in spans if not 4000.0 < span[2] < 12_000.0]
    assert covered(8000.0, broken) == set()
    assert covered(2210.0, broken) == {"a"}


def test_two_files_do_not_make_a_pause_of_hours_a_usual_one():
    spans = [("a", "a-1", 0.0, 600.0), ("a", "a-2", 4 * HOUR, 4 * HOUR + 600.0)]
    assert covered(2 * HOUR, spans) == set()


def test_one_carriers_pauses_are_nothing_to_another():
    spans = [("a", f"a-{n}", n * 400.0, n * 400.0 + 20.0) for n in range(50)] + [("b", "b-1", 0.0, 10.0)]
    assert covered(10_210.0, spans) == {"a"}


def test_a_file_within_a_longer_one_shortens_nothing():
    spans = [("a", "a-1", 0.0, 5000.0), ("a", "a-2", 100.0, 200.0), ("a", "a-3", 4900.0, 9000.0)]
    for at in (150.0, 3000.0, 8900.0):
        assert covered(at, spans) == {"a"}


def test_clocks_are_counted_in():
    fast = Learned(clock_of({"a": 5 * HOUR}), SHIFTS.to_frame())
    spans = [("a", "a-1", 5 * HOUR, 5 * HOUR + 1000.0)]
    assert covered(500.0, spans, fast) == {"a"}
    assert covered(5 * HOUR + 500.0, spans, fast) == set()


def test_drift_is_counted_in():
    row = ("a", 0.0, 0.1, 9, 60.0, AT, 0.0, False, None)
    drifting = Learned(pl.DataFrame([row], schema=CLOCKS, orient="row"), SHIFTS.to_frame())
    spans = [("a", "a-1", 30 * DAY, 30 * DAY + 100.0)]
    assert covered(30 * DAY - 1800.0, spans, drifting) == {"a"}
    assert covered(30 * DAY + 100.0, spans, drifting) == set()


def test_a_shifted_file_covers_the_time_that_it_means():
    spans = [*days("a", [0, 1, 3, 4]), ("a", "a-2", 2 * DAY + 5 * HOUR, 2 * DAY + 5 * HOUR + 86_000.0)]
    learned = Learned(CLOCKS.to_frame(), shifts(a_2=5 * HOUR))
    assert covered(2 * DAY + 60.0, spans, learned) == {"a"}
    alone = [span for span in spans if span[1] == "a-2"]
    assert covered(2 * DAY + 60.0, alone, learned) == {"a"}
    assert covered(2 * DAY + 60.0, alone) == set()


def test_a_clock_that_was_set_covers_the_time_that_it_means_on_either_side():
    steps = {"steps": [["a", AT + 5_000.0, 400.0], ["a", AT + 9_000.0, -300.0]]}
    learned = Learned(clock_of({"a": 0.0}), shifts(a_2=HOUR), steps)
    before, after = [("a", "a-1", 1_000.0, 7_000.0)], [("a", "a-2", 20_000.0 + HOUR, 30_000.0 + HOUR)]
    end, begin = 6_600.0 + COVERAGE_MARGIN, 20_300.0 - COVERAGE_MARGIN
    assert [covered(at, before, learned) for at in (1_000.0, end - 1, end + 1)] == [{"a"}, {"a"}, set()]
    assert [covered(at, after, learned) for at in (begin - 1, begin + 1, 30_400.0)] == [set(), {"a"}, {"a"}]


def test_what_expired_is_covered_no_more():
    """A carrier's records were removed by the days that it wrote: its clock decides which time that is."""
    spans = [*days("a", [0, 1, 2]), *days("b", [0, 1, 2])]
    expired = Covering(spans, Learned(clock_of({"a": 5 * HOUR}), SHIFTS.to_frame()), DAY)
    for at, carriers in (
        (DAY - 6 * HOUR, set()),
        (DAY - 4 * HOUR, {"a"}),
        (DAY - 1.0, {"a"}),
        (DAY, {"a", "b"}),
        (2 * DAY, {"a", "b"}),
    ):
        assert set(carriers_of(expired, [at])["carrier"]) == carriers
    many = carriers_of(expired, [DAY - 4 * HOUR, DAY + 60.0])
    assert many.rows() == [(0, "a"), (1, "a"), (1, "b")]


def read(learned: Learned, window: float = 60.0) -> list[tuple[float, float]]:
    """The spans read for one call at AT, in seconds after AT."""
    wanted = pl.DataFrame({"key": [1], "at": [AT], "window": [window]})
    spans = to_read(wanted, learned).select(pl.col("from_time", "to_time").dt.epoch("us") / 1e6 - AT)
    return sorted(spans.rows())


def test_the_window_is_read_where_all_clocks_are_right():
    assert read(NOTHING) == [pytest.approx((-61.0, 61.0))]


def test_the_window_grows_by_clocks_that_are_a_little_off():
    (span,) = read(Learned(clock_of({"a": 30.0, "b": -20.0}), SHIFTS.to_frame()))
    assert span == pytest.approx((-81.0, 91.0))


def test_a_clock_that_is_hours_off_gets_a_span_of_its_own():
    near, far = read(Learned(clock_of({"a": 5 * HOUR, "b": 2.0}), SHIFTS.to_frame()))
    assert near == pytest.approx((-61.0, 63.0))
    assert far == pytest.approx((5 * HOUR - 61.0, 5 * HOUR + 61.0))


def test_clocks_that_lie_within_reach_of_each_other_share_a_span():
    together = clock_of({"a": FAR - 10.0, "b": 2 * FAR - 30.0})
    assert read(Learned(together, SHIFTS.to_frame())) == [pytest.approx((-61.0, 2 * FAR - 30.0 + 61.0))]


def test_shifted_files_are_read_where_their_times_were_written():
    """Beside the carrier's clock where one is known, and of carriers whose clock is not."""
    known = Learned(clock_of({"a": 40.0}), shifts(a_2=5 * HOUR))
    assert read(known)[1] == pytest.approx((5 * HOUR + 40.0 - 61.0, 5 * HOUR + 40.0 + 61.0))
    unknown = Learned(CLOCKS.to_frame(), shifts(z_1=-HOUR))
    assert read(unknown)[0] == pytest.approx((-HOUR - 61.0, -HOUR + 61.0))


def test_no_calls_read_nothing():
    wanted = pl.DataFrame(schema={"key": pl.Int64, "at": pl.Float64, "window": pl.Float64})
    assert to_read(wanted, NOTHING).is_empty()


def test_many_calls_are_covered_as_each_one_is_alone():
    chance = random.Random(5)
    batches = [
        (f"c{n % 7}", f"b{n}", start := chance.uniform(0, 1e5), start + chance.uniform(0, 9e3)) for n in range(60)
    ]
    covering = Covering(batches, Learned.nothing())
    ends = [time for _, _, first, last in batches for time in (first - COVERAGE_MARGIN, last + COVERAGE_MARGIN)]
    moments = [*ends, *(chance.uniform(-1e3, 1.2e5) for _ in range(300)), *ends[:5]]
    together, alone = covering.at(moments).sets(), [covering.at([moment]).sets()[0] for moment in moments]
    assert together == alone
    rows = carriers_of(covering, moments)
    assert rows.rows() == [(call, carrier) for call, told in enumerate(alone) for carrier in sorted(told)]
    assert len({id(told) for told in together}) <= len(set(together)) + 2 * len(batches)
