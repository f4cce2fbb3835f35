"""hoptrace report what-if."""

from __future__ import annotations

from pathlib import Path

import click

from hoptrace.cli.options import example, json_option, the_workspace, workspace_option
from hoptrace.cli.report_form import How, check_place, form_options, profile_of, which_options, write


@click.command(
    "what-if",
    epilog=example(
        "hoptrace report what-if --out what-if.html",
        "hoptrace report what-if --campaign robocall-1 --out what-if.pdf",
    ),
)
@which_options
@form_options("html", "pdf", "json", "csv", "svg")
@json_option
@workspace_option
def what_if(*, results: Path | None, campaign_name: str | None, how: How, as_json: bool) -> None:
    """Report whose records would move most open traces on.

    A ranking of the carriers at which open trails end because they have submitted no records of the time.
    """
    from hoptrace.reports.of_many import Which
    from hoptrace.reports.of_many import what_if as report

    check_place(how, results)
    with the_workspace() as workspace:
        profile = profile_of(workspace, how)
        write(report(workspace, Which(results, campaign_name), profile, how.language), how, as_json)
