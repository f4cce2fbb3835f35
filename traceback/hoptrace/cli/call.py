"""The options that describe one reported call, shared by `trace` and `report trace`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hoptrace.cli.options import Command, with_options

if TYPE_CHECKING:
    from hoptrace.engines.local import Replay
    from hoptrace.model.verdicts import ReportedCall, TraceResult
    from hoptrace.workspace import Workspace

_OPTIONS = (
    click.option("--called", metavar="NUMBER", help="The number that was called."),
    click.option("--at", metavar="TIME", help="When the called party saw the call, such as 2026-11-02T14:30:00-05:00."),
    click.option("--calling", metavar="NUMBER", help="The number that was shown as the caller."),
    click.option("--terminating", metavar="ID", help="The carrier that delivered the call."),
    click.option("--ref", metavar="REF", help="A name by which to find the trace again.  [default: NUMBER@TIME]"),
)


def one_call_options(command: Command) -> Command:
    """Add --called, --at, --calling, --terminating and --ref to a command."""
    return with_options(command, _OPTIONS)


def reported_call(
    called: str | None, at: str | None, calling: str | None, terminating: str | None, ref: str | None
) -> ReportedCall | None:
    """The call that these options describe; None where number or time is missing."""
    from hoptrace.model.verdicts import ReportedCall

    if not called or not at:
        return None
    return ReportedCall(
        call_ref=ref or f"{called}@{at}",
        start_time=at,
        called_number=called,
        calling_number=calling,
        terminating_carrier=terminating,
    )


def trace_one(workspace: Workspace, call: ReportedCall, replay: Replay | None = None) -> TraceResult:
    """Trace the call and store the result; where nothing can be stored, say so on stderr.

    Raises UnknownCarrier where the terminating carrier is none of the directory: a slip of the pen, most likely.
    """
    from hoptrace.engines import local

    if call.terminating_carrier:
        workspace.catalog.directory.carrier(call.terminating_carrier)
    stored = workspace.catalog.writable
    (result,) = (local.trace if stored else local.results)(workspace, [call], replay=replay)
    if not stored:
        click.echo("Note: the workspace cannot be written to, so this result is not stored in it.", err=True)
    return result
