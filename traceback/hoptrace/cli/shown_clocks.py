"""A clock table on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from hoptrace.cli import show
from hoptrace.cli.shown_clock import HOUR, quarters_off
from hoptrace.linking.kinds import HANDED_ON

if TYPE_CHECKING:
    from hoptrace.catalog.clocks import ClockRow, ClockTable

MINUTE = 60.0
TIME = "%Y-%m-%dT%H:%M:%SZ"

CLOCK_COLUMNS = ("Carrier", "Hours fast", "And seconds", "Drift s/day", "Spread s", "Pairs", "Habits")
STEP_COLUMNS = ("Carrier", "Set at, as it writes the time", "Seconds beyond its clock from then")
SHIFT_COLUMNS = ("Batch", "Carrier", "Hours beyond its clock", "Hours fast in all", "Pairs")


def show_clocks(table: ClockTable) -> None:
    """Print the carriers' clocks, and under them those that were set and the batches that are off by themselves."""
    click.echo(f"Clock table {table.version}, learned at lake version {table.lake_version}.")
    if moment := moment_of(table):
        click.echo(f"The offsets are those at {moment:{TIME}}; each clock moves on by its drift every day.")
    if (handed_on := handed_on_of(table)) != HANDED_ON:
        click.echo(f"A handoff takes {handed_on:g} s in this network; {HANDED_ON:g} s is usual.")
    for written, (late, off) in sorted(table.weights.get("reports", {}).items()):
        click.echo(f"By calls that were traced, {reports_off(written, late, off)}.")
    delays = {carrier: late for carrier, late, _ in table.weights.get("delays", []) if late}
    show.table(CLOCK_COLUMNS, [_clock(row, delays.get(row.carrier_id, 0.0)) for row in table.rows])
    if "steps" in table.weights:
        _show_steps(table.weights)
    if table.shifts:
        clocks = {row.carrier_id: row for row in table.rows}
        rows = [
            (
                *(row.batch, row.carrier_id, _hours(row.shift)),
                *(_hours(row.shift + offset_of(clocks.get(row.carrier_id))), row.matches),
            )
            for row in table.shifts
        ]
        click.echo()
        show.table(SHIFT_COLUMNS, rows, title="Batches that are off by themselves")


def _show_steps(weights: Mapping[str, Any]) -> None:
    """Print the clocks that were set, and of which two carriers nobody tells whose it was."""
    others = dict(weights.get("set_either", []))
    rows = [
        (
            f"{who} or {others[who]}" if who in others else who,
            *(f"{datetime.fromtimestamp(at, UTC):{TIME}}", f"{seconds:+10.3f}"),
        )
        for who, at, seconds in weights["steps"]
    ]
    click.echo()
    show.table(STEP_COLUMNS, rows, title="Clocks that were set while records were written")
    for who, other in others.items():
        click.echo(f"Only {who} and {other} tell of each other's clock, so it may be either's that was set.")


def clocks_as_dict(table: ClockTable) -> dict[str, Any]:
    """A clock table for programs, with the seconds that a handoff takes as `handed_on`."""
    return asdict(table) | {"handed_on": handed_on_of(table)}


def handed_on_of(table: ClockTable) -> float:
    """Seconds that a handoff takes, by a table; the usual ones where it was not learned."""
    return float(table.weights.get("handed_on", HANDED_ON))


def reports_off(written: str, late: float, off: float) -> str:
    """How far reported times are off, of times with `seconds`, full `minutes` or `no_seconds`; 0 is as presumed."""
    kinds = {"minutes": "reported times of full minutes", "no_seconds": "reported times without seconds"}
    which = kinds.get(written, "reported times")
    told = [f"are {abs(late):.1f} s {'late' if late > 0 else 'early'} on average"] if late else []
    told += [f"may be off by {off:.1f} s"] if off else []
    return f"{which} {' and '.join(told)}"


def moment_of(table: ClockTable) -> datetime | None:
    """The moment at which a table's offsets hold; None where no clock was learned."""
    reference = max((row.reference for row in table.rows), default=0.0)
    return datetime.fromtimestamp(reference, UTC) if reference else None


def offset_of(row: ClockRow | None) -> float:
    """Seconds that a clock runs fast; 0 where it is not known."""
    return 0.0 if row is None else row.offset


def _clock(row: ClockRow, late: float) -> tuple[object, ...]:
    if not row.matches:
        return (row.carrier_id, "", "unknown", "", "", 0, habits(row, late))
    rest = row.offset - row.hours * HOUR
    hours = f"{row.hours:+g}" if row.hours else ""
    return (
        *(row.carrier_id, f"{hours:>6}", f"{rest:+10.3f}", f"{row.drift:+8.3f}", f"{row.spread:8.3f}"),
        *(row.matches, habits(row, late)),
    )


def _hours(seconds: float) -> str:
    """Seconds as hours, whole or quarter ones where they are nearly so."""
    hours = quarters_off(seconds) or round(seconds / HOUR, 2)
    return f"{hours:+g}" if abs(hours) >= 0.1 else "0"


def habits(row: ClockRow, late: float) -> str:
    """What a carrier's switch does otherwise than others, in words; `late`: seconds that it keeps calls for longer."""
    told = ["start is answer"] if row.start_is_answer else []
    if row.tick is not None:
        unit = {1.0: "second", MINUTE: "minute"}.get(row.tick)
        told.append(f"cut to the {unit}" if unit else f"cut to {row.tick:g} s")
    told += [f"hands on {late:.1f} s late"] if late else []
    return ", ".join(told)
