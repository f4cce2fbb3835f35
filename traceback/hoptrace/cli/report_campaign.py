"""hoptrace report campaign."""

from __future__ import annotations

from pathlib import Path

import click

from hoptrace.cli.options import example, json_option, the_workspace, workspace_option
from hoptrace.cli.report_form import How, check_place, form_options, profile_of, which_options, write


@click.command(
    epilog=example(
        "hoptrace report campaign --campaign robocall-1 --out campaign.html",
        "hoptrace report campaign --results results.jsonl --out campaign.pdf --paper letter",
        "hoptrace report campaign --campaign robocall-1 --out tables.zip --profile public",
        "hoptrace report campaign --campaign robocall-1 --out routes.svg",
    )
)
@click.argument("call_refs", nargs=-1, metavar="[CALL_REF]...")
@which_options
@form_options("html", "pdf", "json", "csv", "graphml", "svg")
@json_option
@workspace_option
def campaign(
    call_refs: tuple[str, ...], results: Path | None, campaign_name: str | None, *, how: How, as_json: bool
) -> None:
    """Report what many traced calls have in common.

    Routes, shared carriers, originators, points of entry, caller ids, signatures, and what is open and why. The calls
    are those of a results file, of a campaign, or the CALL_REFs.
    """
    from hoptrace.reports.of_many import Which
    from hoptrace.reports.of_many import campaign as report

    check_place(how, results)
    with the_workspace() as workspace:
        profile = profile_of(workspace, how)
        told = report(workspace, Which(results, campaign_name, call_refs), profile, how.language)
        write(told, how, as_json)
