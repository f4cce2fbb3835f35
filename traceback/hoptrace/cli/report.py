"""hoptrace report trace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from hoptrace.cli import show
from hoptrace.cli.call import one_call_options, reported_call, trace_one
from hoptrace.cli.options import example, file_option, json_option, the_workspace, workspace_option
from hoptrace.cli.package import package
from hoptrace.cli.report_campaign import campaign
from hoptrace.cli.report_carrier import carrier
from hoptrace.cli.report_form import profile_option
from hoptrace.cli.report_regulator import regulator
from hoptrace.cli.report_what_if import what_if
from hoptrace.cli.telling import telling_options

if TYPE_CHECKING:
    from hoptrace.model.verdicts import TraceResult
    from hoptrace.reports import ReportFormat
    from hoptrace.reports.of_workspace import How
    from hoptrace.workspace import Workspace

FORMATS = ("html", "json", "csv", "pdf", "svg", "graphml")


@click.group()
@workspace_option
def report() -> None:
    """Reports to read, print and hand on."""


for each in (campaign, carrier, regulator, what_if, package):
    report.add_command(each)


@report.command(
    epilog=example(
        "hoptrace report trace c17 --out c17.html",
        "hoptrace report trace --called +12025550143 --at 2026-11-02T14:30:00-05:00 --out call.pdf",
    )
)
@click.argument("call_ref", required=False)
@one_call_options
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMATS),
    help="[default: by the extension of FILE; html if it has none]",
)
@file_option("--out", required=True, about="Where the report goes.")
@profile_option
@telling_options
@json_option
@workspace_option
def trace(
    call_ref: str | None,
    format_name: str | None,
    out: Path,
    as_json: bool,
    *,
    profile: str,
    how: How,
    **one_call: str | None,
) -> None:
    """Write the report of one trace.

    CALL_REF names a call that was traced before; --called and --at trace one now.
    """
    from hoptrace.reports.of_workspace import report as write
    from hoptrace.reports.profiles import read_profile

    if (call_ref is None) == (not any(one_call.values())):
        raise click.UsageError("Say which call: either CALL_REF, or --called NUMBER --at TIME.")
    chosen = format_name or _format_of(out)
    with the_workspace() as workspace:
        subject = call_ref if call_ref is not None else _trace_now(workspace, **one_call)
        reader = read_profile(profile, customers_allowed=workspace.settings.regulator_sees_customers)
        written = write(workspace, subject, out, cast("ReportFormat", chosen), how, reader)
    if as_json:
        show.as_json({"report": str(written), "format": chosen})
    else:
        click.echo(f"Wrote {written}")


def _format_of(out: Path) -> str:
    ending = {"": "html", "htm": "html"}.get(out.suffix.lstrip(".").lower(), out.suffix.lstrip(".").lower())
    if ending not in FORMATS:
        raise click.UsageError(f"No report is written as {out.suffix}. Choose --format {'|'.join(FORMATS)}.")
    return ending


def _trace_now(workspace: Workspace, **one_call: str | None) -> TraceResult:
    call = reported_call(**one_call)
    if call is None:
        raise click.UsageError("--called NUMBER needs --at TIME.")
    return trace_one(workspace, call)
