"""hoptrace lake info."""

from __future__ import annotations

import click

from hoptrace.cli import show
from hoptrace.cli.options import example, json_option, the_workspace, workspace_option


@click.group()
@workspace_option
def lake() -> None:
    """The accepted records."""


@lake.command(epilog=example("hoptrace lake info"))
@json_option
@workspace_option
def info(as_json: bool) -> None:
    """How much the lake holds, and of what time."""
    with the_workspace() as workspace:
        told = workspace.lake.view().info()
    if as_json:
        show.as_json(told)
    else:
        show.facts(told.items())
