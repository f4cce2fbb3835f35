"""hoptrace lake info | tidy | expire."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from hoptrace.cli import show
from hoptrace.cli.options import example, json_option, the_workspace, workspace_option
from hoptrace.cli.progress import progress
from hoptrace.memory import keep_used_memory

if TYPE_CHECKING:
    from hoptrace.engines.retention import Cared

DAYS_OF = {"d": 1, "w": 7}

grace_option = click.option(
    "--grace",
    "grace_hours",
    type=click.IntRange(min=0),
    default=24,
    show_default=True,
    metavar="HOURS",
    help="Delete files not needed for this long; give 0 only while nobody else reads.",
)


class _Age(click.ParamType[date]):
    """90d or 13w: the first day (UTC) that is still young enough."""

    name = "AGE"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day; click shows the error."""
        if isinstance(value, date):
            return value
        found = re.fullmatch(r"(\d{1,5})([dw])", value.strip())
        if found is None or not int(found[1]):
            self.fail(f"{value!r} is not an age; write days or weeks, such as 90d or 13w.", param, ctx)
        return datetime.now(UTC).date() - timedelta(days=int(found[1]) * DAYS_OF[found[2]])


@click.group()
@workspace_option
def lake() -> None:
    """The accepted records: how they lie, and how long they are kept."""


@lake.command(epilog=example("hoptrace lake info"))
@json_option
@workspace_option
def info(as_json: bool) -> None:
    """How much the lake holds, of what time, and how well each day lies."""
    from hoptrace.engines.retention import lake_info

    with the_workspace() as workspace:
        told = lake_info(workspace)
    if as_json:
        show.as_json(told)
        return
    show.facts((name, value) for name, value in told.items() if name != "partitions")
    if told["partitions"]:
        click.echo()
        columns = ("Day", "Index", "Files", "Rows", "Bytes", "Health")
        names = ("day", "index", "files", "rows", "bytes", "health")
        show.table(columns, [[part[name] for name in names] for part in told["partitions"]])


@lake.command(epilog=example("hoptrace lake tidy", "hoptrace lake tidy --grace 0"))
@grace_option
@json_option
@workspace_option
def tidy(grace_hours: int, as_json: bool) -> None:
    """Do all merging that is due now, and delete files that are needed no more.

    Submits do it by and by themselves; afterwards every look-up is as quick as it can be. No answer changes.
    """
    keep_used_memory()
    from hoptrace.engines.retention import tidy_lake

    with the_workspace() as workspace, progress("Merging") as report:
        done = tidy_lake(workspace, grace_hours=grace_hours, progress=report)
    if as_json:
        show.as_json(_plain(done))
        return
    assert done.tidied is not None
    if done.tidied.steps:
        steps, files = show.count(done.tidied.steps, "merge"), show.count(done.tidied.files, "file")
        click.echo(f"Did {steps} of {files}: the lake has {done.tidied.fewer:,} fewer now.")
    else:
        click.echo("There is nothing to merge.")
    _show_vacuumed(done)


@lake.command(
    epilog=example(
        "hoptrace lake expire --older-than 90d --dry-run",
        "hoptrace lake expire --older-than 90d --results-older-than 730d",
    )
)
@click.option(
    "--older-than", "before", type=_Age(), required=True, metavar="AGE", help="How long records are kept: 90d or 13w."
)
@click.option(
    "--results-older-than",
    "results_before",
    type=_Age(),
    metavar="AGE",
    help="Remove stored results of traces as well that were made longer ago.  [default: they stay]",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@grace_option
@json_option
@workspace_option
def expire(before: date, results_before: date | None, dry_run: bool, grace_hours: int, as_json: bool) -> None:
    """Remove records of days (UTC) that were kept long enough.

    Records that a stored result cites are held and stay readable. Batches, receipts and rejected rows stay.
    """
    from hoptrace.engines.retention import expire_lake

    with the_workspace() as workspace, progress("Expiring") as report:
        done = expire_lake(
            workspace,
            before,
            results_before=results_before,
            dry_run=dry_run,
            grace_hours=grace_hours,
            progress=report,
        )
    if as_json:
        show.as_json(_plain(done) | {"dry_run": dry_run})
        return
    _show_expired(done, dry_run)
    if not dry_run:
        _show_vacuumed(done)


def _show_expired(done: Cared, dry_run: bool) -> None:
    assert done.expired is not None
    told, would = done.expired, "Would remove" if dry_run else "Removed"
    if done.results is not None:
        click.echo(f"{would} {show.count(done.results, 'stored result')}.")
    if told.files:
        days = show.count(told.days, "day")
        click.echo(f"{would} {show.count(told.statements, 'statement')} of {days} before {told.before}.")
    else:
        click.echo(f"There is nothing to remove from the days before {told.before}.")
    if done.kept_files:
        click.echo(f"{would} {show.count(done.kept_files, 'submitted file')}.")
    if told.held:
        click.echo(f"Held {show.count(told.held, 'statement')} that stored results cite.")


def _show_vacuumed(done: Cared) -> None:
    gone = done.vacuumed
    if gone.files:
        click.echo(f"Deleted {show.count(gone.files, 'file')} that nothing needs any more, {gone.bytes:,} bytes.")


def _plain(done: Cared) -> dict[str, Any]:
    return {name: value for name, value in asdict(done).items() if value is not None}
