"""hoptrace report carrier."""

from __future__ import annotations

from pathlib import Path

import click

from hoptrace.cli.options import example, json_option, the_workspace, workspace_option
from hoptrace.cli.report_form import How, check_place, form_options, profile_of, which_options, write


@click.command(
    epilog=example(
        "hoptrace report carrier osprey --out osprey.html",
        "hoptrace report carrier osprey --profile carrier:osprey --out osprey.pdf",
        "hoptrace report carrier osprey --until 2026-11-30 --out osprey.zip",
    )
)
@click.argument("carrier_id", metavar="CARRIER")
@which_options
@click.option("--until", metavar="DAY", help="The last day of the twelve months.  [default: that of its newest call]")
@form_options("html", "pdf", "json", "csv", "svg")
@json_option
@workspace_option
def carrier(
    carrier_id: str,
    until: str | None,
    *,
    results: Path | None,
    campaign_name: str | None,
    how: How,
    as_json: bool,
) -> None:
    """Report one carrier's part in traced calls.

    Its roles and how surely they are known, beside all of its statements at hand; over twelve months.
    """
    from hoptrace.reports.of_many import Which
    from hoptrace.reports.of_many import carrier as report

    check_place(how, results)
    with the_workspace() as workspace:
        profile = profile_of(workspace, how)
        told = report(workspace, carrier_id, Which(results, campaign_name), profile, until, how.language)
        write(told, how, as_json)
