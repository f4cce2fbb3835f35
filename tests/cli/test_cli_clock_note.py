from __future__ import annotations

from hoptrace.catalog.clocks import ClockRow, ClockTable, ShiftRow
from hoptrace.cli.shown_clock import batch_clocks, clock_note, submit_notes
from hoptrace.model.receipts import Receipt


def note(offset: float) -> str:
    return clock_note(ClockRow("alpha", offset, 0.1, 219)) or ""


def receipt(batch: str, statements: int = 100) -> Receipt:
    return Receipt(
        *(f"{batch}.csv", "d1", batch, "alpha", "canonical", "UTC (written)", None, None),
        rows=statements,
        accepted=statements,
        duplicates=0,
        skipped=0,
        rejected={},
        statements=statements,
        unknown_trunks={},
    )


def table(offset: float, **shifts: float) -> ClockTable:
    rows = tuple(ShiftRow(batch, "alpha", shift, 40) for batch, shift in shifts.items())
    return ClockTable(1, 1, (ClockRow("alpha", offset, 0.1, 219), ClockRow("bravo", 500.0, 0.1, 219)), rows)


def test_a_clock_that_keeps_good_time_is_not_worth_a_word() -> None:
    assert note(0.4) == note(-9.0) == ""


def test_a_clock_that_is_off_is_told() -> None:
    assert "143.0 s fast" in note(143.03) and "219 matched pairs" in note(143.03)
    assert "whole hour" not in note(143.03)


def test_whole_hours_hint_at_the_zone() -> None:
    assert "1 whole hour:" in note(3601.2) and "--timezone" in note(3601.2)
    assert "5 whole hours:" in note(-17_990.0) and "slow" in note(-17_990.0)
    assert "5.75 hours:" in note(20_700.0)


def test_a_batch_that_is_off_by_itself_is_named_with_the_zone_that_would_fit() -> None:
    receipts = [receipt("a1"), receipt("a2")]
    good, bad = batch_clocks(receipts, table(0.3, a2=-18_000.0))
    assert (good.hours_off, good.clock_note) == (0.0, None)
    assert bad.hours_off == -5.0
    (told,) = submit_notes(receipts, table(0.3, a2=-18_000.0))
    assert told == bad.clock_note
    assert "a2 runs 5 whole hours slow" in told and "--timezone" in told and "5 hours further west" in told


def test_all_files_off_are_told_once() -> None:
    receipts = [receipt(f"a{number}") for number in range(8)]
    assert {each.hours_off for each in batch_clocks(receipts, table(3_630.0))} == {1.0}
    (told,) = submit_notes(receipts, table(3_630.0))
    assert "all 8 batches" in told and "a4 and 3 more" in told and "1 hour further east" in told


def test_a_shift_that_sets_a_batch_right_again_is_no_error() -> None:
    wrong, right = batch_clocks([receipt("a1"), receipt("a2")], table(-28_800.1, a2=28_800.0))
    assert (wrong.hours_off, right.hours_off, right.clock_note) == (-8.0, 0.0, None)


def test_odd_seconds_are_told_without_a_zone() -> None:
    (clock,) = batch_clocks([receipt("a1")], table(0.0, a1=1_300.5))
    assert clock.hours_off == 0.0
    assert "1,300.5 s fast" in (clock.clock_note or "") and "timezone" not in (clock.clock_note or "")


def test_an_empty_batch_and_an_unknown_clock_are_not_off() -> None:
    assert batch_clocks([receipt("a1", statements=0)], table(3_600.0))[0].hours_off == 0.0
    assert submit_notes([receipt("a1")], ClockTable()) == []


def test_a_clock_of_odd_seconds_is_told_once_for_all_batches() -> None:
    assert submit_notes([receipt("a1"), receipt("a2")], table(143.0)) == [note(143.0)]
