"""hoptrace clocks show."""

from __future__ import annotations

from dataclasses import asdict

import click

from hoptrace.cli import show
from hoptrace.cli.options import example, json_option, the_workspace, workspace_option


@click.group()
@workspace_option
def clocks() -> None:
    """The carriers' clocks.

    How far each runs fast or slow is learned from the records.
    """


@clocks.command("show", epilog=example("hoptrace clocks show"))
@json_option
@workspace_option
def show_(as_json: bool) -> None:
    """Show the newest clock table.

    Seconds fast (minus: slow), their spread, and the matched pairs that they rest on.
    """
    with the_workspace() as workspace:
        table = workspace.catalog.clocks.latest_clocks()
    if as_json:
        show.as_json(asdict(table))
        return
    click.echo(f"Clock table {table.version}, learned at lake version {table.lake_version}.")
    rows = [(row.carrier_id, f"{row.offset:+.3f}", f"{row.spread:.3f}", row.matches) for row in table.rows]
    show.table(("Carrier", "Seconds fast", "Spread", "Pairs"), rows)
