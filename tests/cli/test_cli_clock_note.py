from __future__ import annotations

from hoptrace.catalog.clocks import ClockRow
from hoptrace.cli.shown_clock import clock_note


def note(offset: float) -> str:
    return clock_note(ClockRow("alpha", offset, 0.1, 219)) or ""


def test_a_clock_that_keeps_good_time_is_not_worth_a_word() -> None:
    assert note(0.4) == note(-9.0) == ""


def test_a_clock_that_is_off_is_told() -> None:
    assert "143.0 s fast" in note(143.03) and "219 matched pairs" in note(143.03)
    assert "whole hour" not in note(143.03)


def test_whole_hours_hint_at_the_zone() -> None:
    assert "1 whole hour:" in note(3601.2) and "--timezone" in note(3601.2)
    assert "5 whole hours:" in note(-17_990.0) and "slow" in note(-17_990.0)
