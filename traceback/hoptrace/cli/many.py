"""hoptrace trace --calls: all calls of a file, on this machine or on a cluster."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hoptrace.cli import show
from hoptrace.cli.options import file_option, the_workspace, with_options
from hoptrace.cli.progress import progress
from hoptrace.cli.shown_clocks import TIME, reports_off
from hoptrace.cores import cores, take_share
from hoptrace.engines.amounts import whole_parts
from hoptrace.memory import keep_used_blocks, keep_used_memory

if TYPE_CHECKING:
    from hoptrace.engines.local import Replay

LOCAL = "local"

_OPTIONS = (
    click.option("--calls", type=click.Path(path_type=Path), metavar="FILE", help="Trace all calls of a calls.csv."),
    file_option("--out", about="Where the results go, one JSON object a line; FILE.zst is compressed."),
    click.option("--engine", metavar="URL", help="With --calls: the URL of a Spark master.  [default: this machine]"),
    click.option("--workers", type=click.IntRange(1), metavar="N", help="With --calls: processes.  [default: cores]"),
)


@dataclass(frozen=True, slots=True)
class Many:
    """What was asked of a file of calls; None where it was not."""

    calls: Path | None
    out: Path | None
    engine: str | None
    workers: int | None

    @property
    def asked(self) -> dict[str, object]:
        """The options that were given."""
        told = {"calls": self.calls, "out": self.out, "engine": self.engine, "workers": self.workers}
        return {name: value for name, value in told.items() if value is not None}


def many_calls_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --calls, --out, --engine and --workers to a command, which gets them together as `many`."""

    @functools.wraps(command)
    def bundled(calls: Path | None, out: Path | None, engine: str | None, workers: int | None, **others: Any) -> object:
        """The command with what the options say as `many`."""
        return command(many=Many(calls, out, engine, workers), **others)

    return with_options(bundled, _OPTIONS)


def trace_many(many: Many, replay: Replay | None, as_json: bool) -> None:
    """Trace a file of calls and say how many of each verdict there are."""
    keep_used_memory()
    keep_used_blocks()
    if many.calls is not None and many.engine in (None, LOCAL):
        take_share(min(many.workers or cores(), whole_parts(many.calls)))
    from hoptrace.intake.collecting import collection_paused

    with collection_paused():  # what is loaded holds no reference cycles to search for
        from hoptrace.engines.batch import How, trace_file

    if many.calls is None or many.out is None:
        raise click.UsageError("A file of calls needs both --calls FILE and --out FILE.")
    if many.engine not in (None, LOCAL) and many.workers is not None:
        raise click.UsageError("--workers is for this machine; a cluster has its own executors.")
    how = How(many.engine or LOCAL, many.workers)
    with the_workspace() as workspace, progress("Tracing") as report:
        summary = trace_file(workspace, many.calls, many.out, progress=report, replay=replay, how=how)
    _notes(summary, many.calls)
    if as_json:
        show.as_json(summary)
    else:
        show.table(("Verdict", "Calls"), summary["verdicts"].items())
        click.echo(f"Wrote {show.count(summary['calls'], 'result')} to {many.out}")


def _notes(summary: dict[str, Any], calls: Path) -> None:
    if summary["taken_up"]:
        parts = show.count(summary["taken_up"], "finished part")
        click.echo(f"Note: this run was interrupted before; {parts} of it taken over.", err=True)
    if summary["thrown_away"]:
        click.echo("Note: finished parts of another run (other calls, records or settings) were discarded.", err=True)
    if outside := summary["outside"]:
        first, last = (outside[name].strftime(TIME) for name in ("first_time", "last_time"))
        then = show.count(outside["calls"], "call")
        click.echo(
            f"Note: {then} outside the time of all records on file, {first} to {last}: check day and zone.", err=True
        )
    if off := summary["hours_off"]:
        click.echo(f"Note: {_hours_off(off, calls)}", err=True)
    for written, times in summary["report_times"].items():
        told = reports_off(written, times["late"], times["off"])
        click.echo(f"Note: {told}; the calls were traced by that (hoptrace clocks show).", err=True)
    for carrier, count in summary["unknown_terminating"].items():
        named = f"the terminating carrier {show.plain(carrier)} of {show.count(count, 'call')} in {calls}"
        click.echo(f"Note: the directory does not have {named}.", err=True)


def _hours_off(off: dict[str, Any], calls: Path) -> str:
    """That times are whole or half hours off, and what to do."""
    hours, way = abs(off["hours"]), "later" if off["hours"] > 0 else "earlier"
    amount = f"{hours:g} {'hour' if hours == 1 else 'hours'}"
    return (
        f"of {show.count(off['of'], 'call')} looked at, {off['calls']} have no record at their time, but one with "
        f"both their numbers {amount} {way}. If {calls} is in another time zone than it says, correct it ({amount} "
        f"{way}) and trace it again; else check the zone in which the records were submitted. No answer was changed by "
        "this."
    )
