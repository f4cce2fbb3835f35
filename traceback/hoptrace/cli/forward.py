"""hoptrace trace --forward: which carrier serves a number."""

from __future__ import annotations

from collections.abc import Mapping

import click

from hoptrace.cli import show
from hoptrace.cli.options import Command, the_workspace, with_options
from hoptrace.cli.shown_forward import show_forward

_OPTIONS = (
    click.option(
        "--forward",
        metavar="NUMBER",
        help="Find the carrier that serves this number; with --at only around that time.",
    ),
    click.option(
        "--days", type=float, metavar="N", help="With --forward --at: this many days before and after.  [default: 30]"
    ),
)


def forward_options(command: Command) -> Command:
    """Add --forward and --days to a command."""
    return with_options(command, _OPTIONS)


def trace_number(number: str, days: float | None, others: Mapping[str, object], as_json: bool) -> None:
    """Trace a number forward and print the result; of the command's `others` (options) only `at` may be set."""
    if any(value is not None for name, value in others.items() if name != "at"):
        raise click.UsageError("--forward NUMBER goes with --at TIME, --days N and --json only.")
    from hoptrace.engines.forward import trace_forward

    at = others.get("at")
    with the_workspace() as workspace:
        result = trace_forward(workspace, number, None if at is None else str(at), days)
    if as_json:
        show.as_json_line(result.as_dict())
    else:
        show_forward(result)
