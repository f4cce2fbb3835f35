"""Statements that were made again more fully count once, and calls that only look alike stay calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from hoptrace.linking.restated import without_restated
from hoptrace.model.statements import STATEMENTS

START = datetime(2026, 11, 2, 15, tzinfo=UTC)
BEGUN = {"carrier": "oak", "start_time": START, "called": 13125550187, "called_number": "+13125550187"} | {
    "calling_number": "+12025550143",
    "upstream": "birch",
    "outcome": "answered",
    "call_id": "a@203.0.113.1",
}
ENDED = BEGUN | {
    "answer_time": START,
    "end_time": START + timedelta(seconds=30),
    "duration": 30.0,
    "release_code": "16",
}


def frame(*statements: dict[str, Any]) -> pl.DataFrame:
    rows = [{"batch": f"b{n}", "row": 1, **statement} for n, statement in enumerate(statements)]
    return pl.DataFrame(rows, schema=STATEMENTS, infer_schema_length=None)


def kept(*statements: dict[str, Any]) -> list[str]:
    return without_restated(frame(*statements))["batch"].to_list()


def test_of_a_call_that_went_on_when_its_file_was_submitted_the_fuller_statement_counts() -> None:
    assert kept(BEGUN, ENDED) == ["b1"]
    assert kept(ENDED, BEGUN) == ["b0"]
    assert kept(BEGUN | {"outcome": "unknown"}, ENDED) == ["b1"]


def test_a_cut_text_is_less_than_the_whole_one() -> None:
    assert kept(ENDED | {"release_code": "Term: Can"}, ENDED | {"release_code": "Term: Cancel"}) == ["b1"]
    assert kept(ENDED | {"record_id": "17.1"}, ENDED | {"record_id": "17.1/4"}) == ["b1"]


@pytest.mark.parametrize(
    "other",
    [
        {"upstream": "cedar"},
        {"calling_number": "+12025550199"},
        {"call_id": "b@203.0.113.1"},
        {"duration": 31.0},
        {"outcome": "failed"},
        {"start_time": START + timedelta(seconds=1)},
        {"carrier": "cedar"},
        {"downstream": "elm"},
    ],
)
def test_who_says_something_else_stays(other: dict[str, Any]) -> None:
    assert kept(ENDED | {"downstream": "fir"}, ENDED | {"downstream": "fir"} | other) == ["b0", "b1"]


SHARP = ENDED | {"downstream": "fir", "start_time": START + timedelta(seconds=7, milliseconds=294)}


@pytest.mark.parametrize("batch", ["b0", "b1"])
def test_a_row_that_an_export_numbered_anew_counts_once(batch: str) -> None:
    again = {"record_id": "000761", "batch": batch, "row": 2}
    for told in (SHARP | {"record_id": "000760"}, SHARP | {"record_id": "000760", "call_id": None}):
        assert kept(told, told | again, told | {"downstream": "elm"}) == ["b0", "b2"]
    assert kept(SHARP | {"record_id": "17.1"}, SHARP | {"record_id": "17.1/4"}) == ["b1"]


def test_calls_to_the_minute_may_be_written_alike_unless_they_have_call_ids() -> None:
    numbered = [{"record_id": str(number)} for number in range(3)]
    assert kept(*(ENDED | {"call_id": None} | each for each in numbered)) == ["b0", "b1", "b2"]
    assert kept(*(ENDED | each for each in numbered)) == ["b0"]


@pytest.mark.parametrize(
    "other",
    [
        {"duration": 31.0},
        {"release_code": "17"},
        {"answer_time": None},
        {"downstream_trunk": "TG-2"},
        {"call_id": "b"},
        {"identity": "x.y.z"},
    ],
)
def test_rows_that_differ_in_more_than_their_numbers_are_two(other: dict[str, Any]) -> None:
    assert kept(SHARP | {"record_id": "1"}, SHARP | {"record_id": "2"} | other) == ["b0", "b1"]


@pytest.mark.parametrize(
    ("seconds", "record_id", "downstream", "kept_ones"),
    [
        (0.2, "A5", "TG-1", ["b1"]),
        (0.2, "A4", "TG-1", ["b1"]),
        (0.2, "A", "TG-1", ["b0", "b1"]),
        (0.2, "A5", "TG-2", ["b0", "b1"]),
        (90.0, "A5", "TG-1", ["b0", "b1"]),
    ],
)
def test_one_leg_of_a_call_whose_both_legs_came_later(
    seconds: float, record_id: str, downstream: str, kept_ones: list[str]
) -> None:
    leg = {"carrier": "oak", "called": 13125550187, "outcome": "busy", "start_time": START + timedelta(seconds=seconds)}
    whole = ENDED | {"record_id": "A4/A5", "downstream_trunk": "TG-1", "upstream_trunk": "TG-9"}
    assert kept(leg | {"record_id": record_id, "downstream_trunk": downstream}, whole) == kept_ones


def test_alike_statements_of_one_batch_are_calls_of_their_own() -> None:
    both = frame(BEGUN, ENDED).with_columns(batch=pl.lit("b0"), row=pl.Series([1, 2]))
    assert without_restated(both).height == 2


def test_a_terminating_carrier_whose_file_grew_is_not_ambiguous(world) -> None:
    world.chain("a", "b", "c")
    half = {"answer_time": None, "end_time": None, "duration": None}
    world.say("c", 0.2, upstream="b", batch="c-2", **half)
    found = world.trace()
    assert (str(found.verdict), found.path) == ("originator_identified", ("c", "b", "a"))
    assert [record.batch for record in found.hops[0].records] == ["c-1"]


def test_one_record_of_two_back_ends_counts_once(world) -> None:
    """Row 15: the same record id, as another back end or the other node of a cluster writes it."""
    world.say("oak", 0.0, record_id="1780000000.17", duration=20.0, downstream_trunk="TG")
    world.say("oak", 0.6, record_id="1780000000.17", duration=21.0, batch="oak-2")
    assert without_restated(world.frame())["batch"].to_list() == ["oak-1"]
    assert without_restated(world.frame().reverse())["batch"].to_list() == ["oak-1"]


@pytest.mark.parametrize(
    "facts",
    [
        {"record_id": "1780000000.18"},
        {"downstream_trunk": "OTHER"},  # an attempt over another route
        {"release_code": "503"},
        {"calling_number": "+12025550199"},
        {"batch": "oak-1"},  # forks in one file share an id
    ],
)
def test_records_that_differ_in_more_than_rounding_both_count(world, facts: dict[str, str]) -> None:
    usual = {"record_id": "1780000000.17", "downstream_trunk": "TG", "release_code": "16"}
    world.say("oak", 0.0, **usual)
    world.say("oak", 0.6, **{**usual, "batch": "oak-2", **facts})
    assert without_restated(world.frame()).height == 2


def test_a_counter_that_begins_again_is_another_record(world) -> None:
    world.say("oak", 0.0, record_id="17")
    world.say("oak", 60.0, record_id="17", batch="oak-2")
    assert without_restated(world.frame()).height == 2
