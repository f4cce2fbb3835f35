"""The ledger: each row one fate, times as objects or as counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from hoptrace.intake.ledger import Ledger
from hoptrace.model.statements import RAW_CALLS, ROWS

MOMENT = datetime(2026, 3, 2, 14, 0, 1, 123_457, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(MOMENT, id="UTC"),
        pytest.param(MOMENT.astimezone(timezone(timedelta(hours=5, minutes=30))), id="another zone"),
        pytest.param(1_772_460_001_123_457, id="microseconds"),
    ],
)
def test_a_time_is_the_same_moment_however_it_comes(written: datetime | int) -> None:
    ledger = Ledger()
    ledger.row(0, 1, b"x")
    ledger.call([(0, 1)], start_time=written, answer_time=None)
    chunk = ledger.chunk()
    assert chunk.calls.schema == RAW_CALLS
    assert chunk.calls.row(0, named=True)["start_time"] == MOMENT
    assert chunk.calls["answer_time"].to_list() == chunk.calls["end_time"].to_list() == [None]


def test_years_far_away_keep_their_microseconds() -> None:
    ledger, far = Ledger(), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    ledger.row(0, 1, b"x")
    ledger.call([(0, 1)], start_time=far, end_time=datetime(1, 1, 1, tzinfo=UTC))
    call = ledger.chunk().calls.row(0, named=True)
    assert (call["start_time"], call["end_time"]) == (far, datetime(1, 1, 1, tzinfo=UTC))


def test_a_row_that_nobody_settled_is_rejected_and_the_first_row_stands_for_a_call() -> None:
    ledger = Ledger()
    for row in (1, 2, 3):
        ledger.row(0, row, b"%d" % row)
    ledger.call([(0, 2), (0, 1)], start_time=MOMENT)
    chunk = ledger.chunk()
    assert chunk.rows.schema == ROWS
    assert chunk.rows["fate"].to_list() == ["accepted", "accepted", "rejected"]
    assert chunk.rows["reasons"].to_list() == [[], [], ["row not understood"]]
    assert chunk.calls.select("call", "file", "row").row(0) == (0, 0, 2)


def test_every_row_keeps_all_its_reasons_in_their_order() -> None:
    ledger = Ledger()
    for row in range(1, 6):
        ledger.row(0, row, b"x")
    ledger.skip(0, 1)
    ledger.reject(0, 2, "b", "a")
    ledger.reject(0, 2, "c")
    ledger.call([(0, 3)], start_time=MOMENT)
    ledger.reject(0, 5)
    rows = ledger.chunk().rows
    assert rows.schema == ROWS
    assert rows["reasons"].to_list() == [[], ["b", "a", "c"], [], ["row not understood"], []]
    assert Ledger().chunk().rows.schema == ROWS
