"""Reported calls that left no record, counted by the end that the reports name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest

from hoptrace.engines import evenly
from hoptrace.engines.unrecorded import count_ends
from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.linking.trust.rivalled import Rivals
from hoptrace.model.numbers import WITHHELD_KEY
from hoptrace.tracing.plain.answers import all_meant, reports_of
from hoptrace.tracing.reported import Reported

RIVALLED = Trust(rivals={("orig", "c"): Rivals(0.3, {})})
BEGIN = datetime(2026, 11, 2, 15, 0, 0, tzinfo=UTC).timestamp()
CALLERS = [12005550101, 12005550102]


def number(n: int) -> str:
    return f"+1312555{100 + n:04d}"


@pytest.fixture
def reports(world):
    """A hundred reports of calls ten minutes apart, to two ends; of those to `quiet` every fourth left a record."""
    world.trust = RIVALLED
    told = []
    for n in range(100):
        end = "quiet" if n % 2 else "loud"
        at, called = 600.0 * n, 13125550100 + n
        if end == "loud" or n % 8 == 1:
            world.say("orig", at, downstream=end, called_number=number(n), calling_number="+12005550101")
        told.append(Reported(BEGIN + at + 1.0, called, CALLERS[0], end))
    return all_meant(reports_of(told), world.habits)


def test_each_end_has_its_reports_and_those_that_left_no_record(world, reports):
    assert count_ends(world.ground(), reports) == {"loud": (50, 0), "quiet": (50, 37)}


TO_QUIET = pl.col("terminating") == "quiet"


@pytest.mark.parametrize(("caller", "lost"), [(CALLERS[1], 50), (WITHHELD_KEY, 37), (None, 37)])
def test_a_record_with_another_caller_is_of_another_call(world, reports, caller, lost):
    others = reports.with_columns(calling=pl.when(TO_QUIET).then(pl.lit(caller, pl.Int64)).otherwise("calling"))
    assert count_ends(world.ground(), others) == {"loud": (50, 0), "quiet": (50, lost)}


def test_a_record_of_another_time_is_of_another_call(world, reports):
    later = reports.with_columns(pl.col("at") + pl.when(TO_QUIET).then(120.0).otherwise(0.0))
    assert count_ends(world.ground(), later)["quiet"] == (50, 50)
    assert count_ends(world.ground(), later.with_columns(close=pl.lit(90.0)))["quiet"] == (50, 37)


def test_a_file_of_which_hardly_a_call_has_a_record_tells_nothing(world, reports):
    assert count_ends(world.ground(), reports.with_columns(pl.col("at") + 1800.0)) is None


def test_of_a_time_of_which_nobody_has_records_nothing_is_counted(world, reports):
    years = 3 * 365 * 86_400.0
    both = pl.concat([reports, reports.with_columns(pl.col("at") + years)])
    assert count_ends(world.ground(), both) == {"loud": (50, 0), "quiet": (50, 37)}
    assert count_ends(world.ground(), both.tail(140)) is None


def test_nothing_is_counted_where_nothing_hangs_on_it(world, reports):
    ground = world.ground()
    unrivalled = replace(ground, around=replace(ground.around, trust=Trust()))
    assert count_ends(unrivalled, reports) is None
    assert count_ends(ground, reports.head(59)) is None
    assert count_ends(ground, reports.with_columns(terminating=pl.lit(None, pl.String))) is None


def test_of_a_large_file_some_are_looked_at(world, reports, monkeypatch):
    monkeypatch.setattr(evenly, "SIDE_BY_SIDE", 10)
    monkeypatch.setattr(evenly, "MOST", 80)
    counted = count_ends(world.ground(), reports)
    assert sum(of for of, _ in counted.values()) == 80


def test_a_call_that_is_reported_again_and_again_counts_once(world, reports):
    again = pl.concat([reports, *[reports.head(1).with_columns(pl.col("at") + late) for late in (0.0, 0.1)] * 100])
    assert count_ends(world.ground(), again) == {"loud": (50, 0), "quiet": (50, 37)}
