"""hoptrace trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hoptrace.cli import show
from hoptrace.cli.call import one_call_options, reported_call, trace_one
from hoptrace.cli.forward import forward_options, trace_number
from hoptrace.cli.many import Many, many_calls_options, trace_many
from hoptrace.cli.options import example, json_option, the_workspace, workspace_option
from hoptrace.cli.shown_trace import show_trace

if TYPE_CHECKING:
    from hoptrace.engines.local import Replay
    from hoptrace.model.verdicts import ReportedCall, TraceResult
    from hoptrace.workspace import Workspace


class _Versions(click.ParamType["Replay"]):
    """LAKE:CLOCK or LAKE:CLOCK:CERTIFICATES, version numbers."""

    name = "LAKE:CLOCK[:CERTIFICATES]"

    def convert(self, value: str | Replay, param: click.Parameter | None, ctx: click.Context | None) -> Replay:
        """The numbers; click shows the error."""
        if isinstance(value, tuple):
            return value
        parts = value.split(":")
        if len(parts) not in (2, 3) or not all(part.isdecimal() for part in parts):
            self.fail(f"{value!r} is not LAKE:CLOCK, two version numbers such as 12:3, or three: 12:3:7.", param, ctx)
        lake, clock, certificates = (int(part) for part in [*parts, "0"][:3])
        return lake, clock, certificates


@click.command(
    epilog=example(
        "hoptrace trace --called +12025550143 --at 2026-11-02T14:30:00-05:00",
        "hoptrace trace --calls calls.csv --out results.jsonl",
        "hoptrace trace --calls calls.csv --out results.jsonl --engine spark://203.0.113.5:7077",
        "hoptrace trace --forward +12025550143",
    )
)
@one_call_options
@many_calls_options
@forward_options
@click.option(
    "--replay",
    type=_Versions(),
    metavar="LAKE:CLOCK[:CERTIFICATES]",
    help="Trace with these versions, as a result names them.",
)
@json_option
@workspace_option
def trace(
    replay: Replay | None,
    as_json: bool,
    *,
    forward: str | None,
    days: float | None,
    many: Many,
    **one_call: str | None,
) -> None:
    """Trace calls back to where they began, or a number forward to the carrier that serves it.

    One call (--called, --at), all calls of a file (--calls, --out), or one number (--forward).
    """
    if forward is not None:
        trace_number(forward, days, {**many.asked, "replay": replay, **one_call}, as_json)
        return
    if days is not None:
        raise click.UsageError("--days goes with --forward NUMBER.")
    call = reported_call(**one_call)
    if not many.asked and call is not None:
        _trace_one(call, replay, as_json)
    elif many.calls is not None and many.out is not None and not any(one_call.values()):
        trace_many(many, replay, as_json)
    else:
        raise click.UsageError("Say which call: either --called NUMBER --at TIME, or --calls FILE --out FILE.")


def _trace_one(call: ReportedCall, replay: Replay | None, as_json: bool) -> None:
    from hoptrace.intake.collecting import collection_paused

    # What a trace loads stays until the end: each search for cycles in it would find nothing.
    with collection_paused(), the_workspace() as workspace:
        result = trace_one(workspace, call, replay)
        if replay is not None:
            _note_withdrawn(workspace, result)
    if as_json:
        show.as_json_line(result.as_dict())
    else:
        show_trace(result)


def _note_withdrawn(workspace: Workspace, result: TraceResult) -> None:
    """Say on stderr which batches a replayed result rests on that were withdrawn since; the result stays as it was."""
    from hoptrace.engines.rested_on import withdrawn_since

    for gone in withdrawn_since(workspace, result):
        click.echo(
            f"Note: batch {gone.batch} of {gone.carrier}, on which this result rests, was withdrawn since: "
            f"{show.plain(gone.reason)}. Trace the call without --replay before you use it.",
            err=True,
        )
