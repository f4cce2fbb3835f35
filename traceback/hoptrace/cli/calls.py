"""hoptrace calls import."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hoptrace.cli import show
from hoptrace.cli.options import example, file_option, json_option, the_workspace, with_options, workspace_option

if TYPE_CHECKING:
    from hoptrace.intake.calls_import import Imported
    from hoptrace.intake.calls_mapping import CallsProfile

SOME_REJECTED = 3
_MAPPING = (
    click.option("--profile", type=click.Path(path_type=Path), metavar="FILE.toml", help="How columns are mapped."),
    click.option("--called-column", metavar="NAME", help="The column of the number that was called."),
    click.option("--calling-column", metavar="NAME", help="The column of the caller's number."),
    click.option(
        "--time-column", multiple=True, metavar="NAME", help="The column of the time; date and time may be two."
    ),
    click.option("--ref-column", metavar="NAME", help="The column of a unique reference.  [default: FILE-row]"),
    click.option("--campaign-column", metavar="NAME", help="The column of the campaign."),
    click.option("--time-format", metavar="FORMAT", help="How times are written, such as %m/%d/%Y %I:%M %p."),
    click.option("--timezone", metavar="ZONE", help="Time zone of times without one: America/Chicago, +02:00."),
    click.option("--terminating", metavar="ID", help="The carrier that delivered all of these calls."),
    click.option("--campaign", metavar="NAME", help="The campaign of all of these calls."),
)


def mapping_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that map columns to a command, which gets them together as `mapping`."""

    @functools.wraps(command)
    def bundled(path: Path, out: Path, as_json: bool, **mapping: Any) -> object:
        """The command with what the options say as `mapping`."""
        return command(path=path, out=out, as_json=as_json, mapping=mapping)

    return with_options(bundled, _MAPPING)


@click.group()
@workspace_option
def calls() -> None:
    """Lists of suspicious calls, to be traced."""


@calls.command(
    "import",
    epilog=example(
        "hoptrace calls import honeypot.csv --out calls.csv --called-column DID --time-column Date",
        "hoptrace calls import complaints.csv --out calls.csv",
    ),
)
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
@file_option("--out", required=True, about="The calls.csv to write.")
@mapping_options
@json_option
@workspace_option
def import_(path: Path, out: Path, as_json: bool, mapping: dict[str, Any]) -> None:
    """Make a calls.csv of a list of suspicious calls.

    FILE has the columns of calls.csv, or others that options or a profile name. Complaint files of the FTC and the FCC
    do not say who was called: who called is written to OUT with .seeds.csv, and nothing of it can be traced by itself.
    Leaves with 3 when some rows were rejected.
    """
    from hoptrace.intake.calls_import import import_calls

    with the_workspace() as workspace:
        settings = workspace.settings
        told = import_calls(path, out, settings.home_country, _profile(**mapping), settings.intake)
    if as_json:
        show.as_json(told.as_dict())
    else:
        _show(told)
    if told.rejected:
        click.get_current_context().exit(SOME_REJECTED)


def _profile(
    profile: Path | None, time_column: tuple[str, ...], time_format: str | None, timezone: str | None, **others: Any
) -> CallsProfile:
    """The profile file, if any, with what the command line says over it."""
    from hoptrace.intake.calls_mapping import CallsProfile, Columns, Fixed, Times, load_calls_profile

    base = load_calls_profile(profile) if profile is not None else CallsProfile()
    columns = {
        "called_number": others["called_column"],
        "calling_number": others["calling_column"],
        "start_time": time_column or None,
        "call_ref": others["ref_column"],
        "campaign": others["campaign_column"],
    }
    times = {"timezone": timezone, "format": time_format}
    fixed = {"terminating_carrier": others["terminating"], "campaign": others["campaign"]}
    return CallsProfile(
        name=base.name,
        columns=Columns(**{**base.columns.model_dump(), **_said(columns)}),
        time=Times(**{**base.time.model_dump(), **_said(times)}),
        fixed=Fixed(**{**base.fixed.model_dump(), **_said(fixed)}),
    )


def _said(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _show(told: Imported) -> None:
    show.facts(
        [
            ("File", told.file),
            ("Rows", told.rows),
            ("Calls", told.calls),
            ("Seeds", told.seeds),
            ("Duplicates", told.duplicates),
            ("Rejected", sum(told.rejected.values())),
            ("Written to", told.out or told.seeds_out),
        ]
    )
    for note in told.notes:
        click.echo(f"Note: {show.plain(note)}")
    for problem in told.problems:
        click.echo(show.plain(problem), err=True)
