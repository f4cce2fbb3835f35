"""A call's start in one batch and its end in another: one statement when they are looked up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hoptrace.lake.lake import Lake

A = 12025550100
END = datetime(2026, 5, 1, 0, 1, tzinfo=UTC)
START = {"record_id": "S1", "called": A, "calling": 12025550143}
STOP = {**START, "duration": 30.0, "end_time": END}


def batches(view, wanted) -> list[str]:
    return view.statements(wanted)["batch"].to_list()


@pytest.mark.parametrize("order", [("start", "stop"), ("stop", "start")])
def test_the_statement_with_an_end_stands_for_both(lake: Lake, make, spans, order: tuple[str, str]) -> None:
    """In whichever order they come; the version before the second shows the first alone."""
    said = {"start": START, "stop": STOP}
    lake.append([make(said[order[0]], batch=order[0])], "c1")
    before = lake.version()
    lake.append([make({**said[order[1]], "fingerprint": 7}, batch=order[1])], "c2")
    wanted = spans((A, 0, 9))
    assert batches(lake.view(), wanted) == ["stop"]
    assert batches(lake.view(before), wanted) == [order[0]]
    assert lake.view().scan().collect().height == 2  # nothing is taken out of the lake
    assert lake.view().placed_by(spans((12025550143, 0, 9)))["batch"].to_list() == ["stop"]


@pytest.mark.parametrize(
    "other",
    [
        {"record_id": "S2"},
        {"record_id": "S10"},
        {"record_id": None},
        {"carrier": "bravo"},
        {"at": 1},
        {"called": A + 1},
        {"duration": None, "end_time": None},
    ],
)
def test_what_may_be_another_call_is_left_alone(lake: Lake, make, spans, other: dict[str, object]) -> None:
    lake.append([make(START, batch="start"), make({**STOP, "fingerprint": 7, **other}, batch="stop")], "c1")
    assert sorted(batches(lake.view(), spans((A, 0, 9), (A + 1, 0, 9)))) == ["start", "stop"]


def test_attempts_of_one_batch_are_left_alone(lake: Lake, make, spans) -> None:
    lake.append([make(START, STOP, batch="b")], "c1")
    assert batches(lake.view(), spans((A, 0, 9))) == ["b", "b"]


def test_a_second_leg_may_come_with_the_end(lake: Lake, make, spans) -> None:
    lake.append([make(START, batch="start")], "c1")
    lake.append([make({**STOP, "record_id": "S1/S2", "fingerprint": 7}, batch="stop")], "c2")
    assert batches(lake.view(), spans((A, 0, 9))) == ["stop"]


def test_an_unanswered_end_counts_as_one(lake: Lake, make, spans) -> None:
    lake.append([make(START, batch="start"), make({**START, "duration": 0.0, "fingerprint": 7}, batch="stop")], "c1")
    assert batches(lake.view(), spans((A, 0, 9))) == ["stop"]
    assert END - timedelta(minutes=1) == lake.view().statements(spans((A, 0, 9)))["start_time"][0]
