"""The options that say how a report is told: --language, --paper, --asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from datetime import datetime

    from hoptrace.reports import Paper

Command = Callable[..., Any]


def language_option(command: Command) -> Command:
    """--language."""
    about = "The language of the report, such as en or th."
    return click.option("--language", default="en", show_default=True, metavar="CODE", help=about)(command)


def asked_option(command: Command) -> Command:
    """--asked."""
    about = "When the next carrier is asked, RFC 3339: the report says by when its answer is due."
    return click.option("--asked", metavar="TIME", help=about)(command)


def telling_options(command: Command) -> Command:
    """--language, --paper and --asked, given to the command together as `how`."""

    @language_option
    @click.option(
        "--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True, help="Paper size of a PDF."
    )
    @asked_option
    @wraps(command)
    def with_how(*arguments: Any, language: str, paper: Paper, asked: str | None, **options: Any) -> Any:
        """The command with what the options say as `how`."""
        from hoptrace.reports.of_workspace import How

        return command(*arguments, how=How(language, paper, moment_asked(asked)), **options)

    return with_how


def moment_asked(text: str | None) -> datetime | None:
    """The moment that --asked names; raises UsageError where it is none."""
    from datetime import UTC, datetime

    from hoptrace.engines.calls import moment

    return None if text is None else datetime.fromtimestamp(moment(text), UTC)
