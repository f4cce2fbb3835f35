"""hoptrace report regulator."""

from __future__ import annotations

from pathlib import Path

import click

from hoptrace.cli.options import example, json_option, the_workspace, workspace_option
from hoptrace.cli.report_form import How, check_place, form_options, profile_of, which_options, write


@click.command(
    epilog=example(
        "hoptrace report regulator --period 2026-Q4 --out tables.zip",
        "hoptrace report regulator --period 2026 --profile public --out 2026.html",
        "hoptrace report regulator --period 2026 --requests requests.csv --out 2026.pdf",
        "hoptrace report regulator --period 2026-Q4 --table transparency --out transparency.csv",
    )
)
@click.option("--period", required=True, metavar="PERIOD", help="A year, a quarter or a month: 2026, 2026-Q4, 2026-11.")
@click.option(
    "--requests",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Requests to carriers: a CSV with carrier_id, outcome (answered, refused, no_answer), reason and times.",
)
@which_options
@form_options("html", "pdf", "json", "csv", "svg")
@json_option
@workspace_option
def regulator(
    period: str, *, results: Path | None, campaign_name: str | None, requests: Path | None, how: How, as_json: bool
) -> None:
    """Write a period's tables for a regulator.

    Key figures, what TRACED Act section 13(d) asks for, and one row for each traced call and carrier.
    """
    from hoptrace.reports.of_many import Which
    from hoptrace.reports.of_many import regulator as report

    check_place(how, results, requests)
    with the_workspace() as workspace:
        profile = profile_of(workspace, how)
        told = report(workspace, period, Which(results, campaign_name), profile, requests, how.language)
        write(told, how, as_json)
