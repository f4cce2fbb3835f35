"""hoptrace trace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hoptrace.cli import show
from hoptrace.cli.call import check_terminating, one_call_options, reported_call
from hoptrace.cli.forward import forward_options, trace_number
from hoptrace.cli.options import example, json_option, the_workspace, workspace_option
from hoptrace.cli.progress import progress
from hoptrace.cli.shown_trace import show_trace

if TYPE_CHECKING:
    from hoptrace.engines.local import Replay
    from hoptrace.model.verdicts import ReportedCall


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
        "hoptrace trace --forward +12025550143",
    )
)
@one_call_options
@click.option("--calls", type=click.Path(path_type=Path), metavar="FILE", help="Trace all calls of a calls.csv.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Where the results go, one JSON a line.")
@forward_options
@click.option(
    "--replay",
    type=_Versions(),
    metavar="LAKE:CLOCK[:CERTIFICATES]",
    help="Trace as at these versions, which each result names.",
)
@json_option
@workspace_option
def trace(
    calls: Path | None,
    out: Path | None,
    replay: Replay | None,
    as_json: bool,
    *,
    forward: str | None,
    days: float | None,
    **one_call: str | None,
) -> None:
    """Trace calls back to where they began, or a number forward to the carrier that serves it.

    One call (--called, --at), all calls of a file (--calls, --out), or one number (--forward).
    """
    if forward is not None:
        trace_number(forward, days, {"calls": calls, "out": out, "replay": replay, **one_call}, as_json)
        return
    if days is not None:
        raise click.UsageError("--days goes with --forward NUMBER.")
    call = reported_call(**one_call)
    if calls is None and out is None and call is not None:
        _trace_one(call, replay, as_json)
    elif calls is not None and out is not None and not any(one_call.values()):
        _trace_file(calls, out, replay, as_json)
    else:
        raise click.UsageError("Say which call: either --called NUMBER --at TIME, or --calls FILE --out FILE.")


def _trace_one(call: ReportedCall, replay: Replay | None, as_json: bool) -> None:
    from hoptrace.engines.local import trace as trace_calls

    with the_workspace() as workspace:
        check_terminating(workspace, call)
        (result,) = trace_calls(workspace, [call], replay=replay)
    if as_json:
        show.as_json_line(result.as_dict())
    else:
        show_trace(result)


def _trace_file(calls: Path, out: Path, replay: Replay | None, as_json: bool) -> None:
    from hoptrace.engines.local import trace_file

    with the_workspace() as workspace, progress("Tracing") as report:
        summary = trace_file(workspace, calls, out, progress=report, replay=replay)
    for carrier, count in summary["unknown_terminating"].items():
        named = f"{show.count(count, 'call')} of {calls} with the terminating carrier {show.plain(carrier)}"
        click.echo(f"Note: the directory has no such carrier: {named}.", err=True)
    if as_json:
        show.as_json(summary)
    else:
        show.table(("Verdict", "Calls"), summary["verdicts"].items())
        click.echo(f"Wrote {show.count(summary['calls'], 'result')} to {out}")
