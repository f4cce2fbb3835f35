"""The options that say how and for whom a report is written, shared by the reports over many traces."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from hoptrace.cli import show
from hoptrace.cli.options import Command, file_option, with_options
from hoptrace.cli.telling import language_option
from hoptrace.output import is_stdout

if TYPE_CHECKING:
    from hoptrace.reports.many.summary import SummaryReport
    from hoptrace.reports.profiles import Profile
    from hoptrace.workspace import Workspace

ENDINGS = {each: each for each in ("html", "pdf", "json", "csv", "graphml", "svg")}
OTHER_ENDINGS = {"": "html", "htm": "html", "zip": "csv"}

_OUT_HELP = "Where the report goes; CSV tables into a .zip or a folder."
_FORMAT_HELP = "[default: by the extension of FILE; html if it has none]"
PROFILE_HELP = "For whom: investigator, regulator, carrier:ID or public.  [default: investigator]"

profile_option = click.option("--profile", default="investigator", metavar="READER", help=PROFILE_HELP)
paper_option = click.option(
    "--paper", type=click.Choice(("a4", "letter")), default="a4", show_default=True, help="Paper size of a PDF."
)


def which_options(command: Command) -> Command:
    """Add --results and --campaign to a command: which traced calls are meant; without them all that are stored."""
    campaign = click.option("--campaign", "campaign_name", metavar="NAME", help="Only calls of this campaign.")
    results = click.option(
        "--results",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Results of trace --calls.  [default: those stored in the workspace]",
    )
    return results(campaign(command))


@dataclass(frozen=True, slots=True)
class How:
    """How a report is to be written, and for whom."""

    out: Path
    format: str
    profile: str
    paper: str
    table: str | None
    language: str


def form_options(*formats: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add --out, --format, --profile, --paper, --language, --table to a command, which gets them together as `how`."""
    options = (
        file_option("--out", required=True, about=_OUT_HELP),
        click.option("--format", "format_name", type=click.Choice(formats), help=_FORMAT_HELP),
        profile_option,
        paper_option,
        language_option,
        click.option("--table", metavar="NAME", help="With CSV: only this table, into FILE."),
    )

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        """The command with the options."""

        @functools.wraps(command)
        def bundled(
            out: Path,
            format_name: str | None,
            profile: str,
            paper: str,
            table: str | None,
            language: str,
            **others: Any,
        ) -> object:
            """The command with what the options say as `how`."""
            chosen = format_name or format_of(out, formats)
            _check_table(table, chosen, out)
            return command(how=How(out, chosen, profile, paper, table, language), **others)

        return with_options(bundled, options)

    return add


def _check_table(table: str | None, format_name: str, out: Path) -> None:
    """Raise UsageError where one table is asked of what is no table, or several would go into one file."""
    if table is not None and format_name != "csv":
        raise click.UsageError("--table goes with --format csv.")
    if format_name == "csv" and table is None and (out.suffix.lower() == ".csv" or is_stdout(out)):
        raise click.UsageError(
            "This report has several tables. Give --out a .zip file or a folder, or say which table with --table NAME."
        )


def format_of(out: Path, formats: tuple[str, ...]) -> str:
    """The format that a file's ending tells; raises click's UsageError where none is written so."""
    format_name = (ENDINGS | OTHER_ENDINGS).get(out.suffix.lstrip(".").lower())
    if format_name not in formats:
        raise click.UsageError(f"No such report is written as {out.suffix}. Choose --format {'|'.join(formats)}.")
    return format_name


def profile_of(workspace: Workspace, how: How) -> Profile:
    """For whom the report is; raises UsageError where the profile is none."""
    from hoptrace.reports.profiles import read_profile

    return read_profile(how.profile, customers_allowed=workspace.settings.regulator_sees_customers)


def check_place(how: How, *read: Path | None) -> None:
    """Raise StorageFailed or UsageError before long work, not after it: no such place, no such language.

    Nor may it be the place of a file that is `read`.
    """
    from hoptrace import output
    from hoptrace.reports.wording.language import language

    language(how.language)

    if how.format != "csv" or how.table is not None or how.out.suffix.lower() == ".zip":
        output.check_place(how.out, *read)


def write(report: SummaryReport, how: How, as_json: bool) -> None:
    """Write the report and say where it is."""
    from hoptrace.reports.summary_files import Form, write_summary

    form = Form(cast("Any", how.format), cast("Any", how.paper), how.table)
    written = write_summary(report, how.out, form)
    if as_json:
        show.as_json({"report": str(written), "format": how.format, "profile": report.profile})
    else:
        click.echo(f"Wrote {written}")
