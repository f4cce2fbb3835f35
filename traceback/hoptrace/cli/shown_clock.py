"""What a carrier should know of its clock after a submit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hoptrace.cli import show

if TYPE_CHECKING:
    from hoptrace.catalog.clocks import ClockRow, ClockTable, ShiftRow
    from hoptrace.model.receipts import Receipt

WORTH_A_WORD = 10.0
"""Seconds: a clock that is off by less is not worth a word; it is taken off all the same."""

HOUR = 3600.0
QUARTER = 900.0

ODD = 180.0
"""Seconds that a clock may be off beside its whole or quarter hours."""

MOST_NAMED = 5
"""Batches that a sentence names."""


@dataclass(frozen=True, slots=True)
class BatchClock:
    """A batch's `hours_off` (plus: fast; 0: none) and a sentence on its times, None where there is nothing to say."""

    batch: str
    hours_off: float
    clock_note: str | None


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
    hours = quarters_off(row.offset)
    return told if not hours else f"{told} It is {_in_hours(hours)}: look {_what_to_look_at(hours)}"


def batch_clocks(receipts: Sequence[Receipt], table: ClockTable) -> list[BatchClock]:
    """What the newest table tells of each batch just submitted, in order: its carrier's clock and its own shift."""
    clocks = {row.carrier_id: row for row in table.rows}
    shifts = {row.batch: row for row in table.shifts}
    return [_batch_clock(each, clocks.get(each.carrier), shifts.get(each.batch)) for each in receipts]


def submit_notes(receipts: Sequence[Receipt], table: ClockTable) -> list[str]:
    """The sentences under the receipts: batches that are hours off, together where alike, and clocks far off."""
    groups: dict[tuple[str, float], list[str]] = {}
    others: list[str] = []
    for each, clock in zip(receipts, batch_clocks(receipts, table), strict=True):
        if clock.hours_off:
            groups.setdefault((each.carrier, clock.hours_off), []).append(each.batch)
        elif clock.clock_note is not None:
            others.append(clock.clock_note)
    count = len({each.batch for each in receipts})
    told = [_hours_note(*group, list(dict.fromkeys(batches)), count) for group, batches in groups.items()]
    return [*told, *dict.fromkeys(others)]


def quarters_off(seconds: float) -> float:
    """The whole or quarter hours that a clock is off by; 0 where it is off by something else or by nothing."""
    quarters = round(seconds / QUARTER)
    return quarters / 4 if abs(seconds - quarters * QUARTER) <= ODD else 0.0


def _batch_clock(receipt: Receipt, clock: ClockRow | None, shift: ShiftRow | None) -> BatchClock:
    off = (clock.offset if clock else 0.0) + (shift.shift if shift else 0.0)
    hours = quarters_off(off) if receipt.statements else 0.0
    if hours:
        return BatchClock(receipt.batch, hours, _hours_note(receipt.carrier, hours, [receipt.batch], 0))
    if shift is not None and abs(off) >= WORTH_A_WORD:
        return BatchClock(receipt.batch, 0.0, _odd_note(shift, off))
    return BatchClock(receipt.batch, 0.0, clock_note(clock) if clock and shift is None else None)


def _hours_note(carrier: str, hours: float, batches: Sequence[str], of: int) -> str:
    way = "fast" if hours > 0 else "slow"
    more = len(batches) - MOST_NAMED
    named = ", ".join(batches[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    if len(batches) == 1:
        who = f"batch {named} runs"
    elif len(batches) == of:
        who = f"all {of} batches just submitted ({named}) run"
    else:
        who = f"{len(batches)} of the batches just submitted ({named}) run"
    return (
        f"Note: {who} {_in_hours(hours)} {way} against the records of {carrier}'s neighbours. "
        f"This is taken off when tracing. Look {_what_to_look_at(hours)}"
    )


def _odd_note(shift: ShiftRow, off: float) -> str:
    way = "fast" if off > 0 else "slow"
    return (
        f"Note: batch {shift.batch} runs {abs(off):,.1f} s {way} against the records of {shift.carrier_id}'s "
        "neighbours. This is taken off when tracing."
    )


def _what_to_look_at(hours: float) -> str:
    side = "east" if hours > 0 else "west"
    return (
        "whether --timezone or the directory's timezone is right for times that are written without a zone: "
        f"{_amount(hours)} further {side} would fit."
    )


def _in_hours(hours: float) -> str:
    return _amount(hours) if hours % 1 else _amount(hours).replace(" hour", " whole hour")


def _amount(hours: float) -> str:
    return f"{abs(hours):g} hour" + ("" if abs(hours) == 1 else "s")
