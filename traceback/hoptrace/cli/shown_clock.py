"""What a carrier should know of its clock after a submit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoptrace.cli import show

if TYPE_CHECKING:
    from hoptrace.catalog.clocks import ClockRow

WORTH_A_WORD = 10.0
"""Seconds: a clock that is off by less is not worth a word; it is taken off all the same."""

HOUR = 3600.0


def clock_note(row: ClockRow) -> str | None:
    """A sentence on a clock that is far off, None for one that keeps good time."""
    if abs(row.offset) < WORTH_A_WORD:
        return None
    pairs = show.count(row.matches, "matched pair")
    way = "fast" if row.offset > 0 else "slow"
    told = (
        f"Note: {row.carrier_id}'s times run {abs(row.offset):,.1f} s {way} against its neighbours' ({pairs}). "
        "This is taken off when tracing."
    )
    hours = round(row.offset / HOUR)
    if hours and abs(row.offset - hours * HOUR) < 180.0:
        plural = "s" if abs(hours) > 1 else ""
        told += f" It is {abs(hours)} whole hour{plural}: look whether --timezone or the directory's timezone is right."
    return told
