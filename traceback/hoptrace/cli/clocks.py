"""hoptrace clocks [show | history | learn]."""

from __future__ import annotations

from dataclasses import asdict

import click

from hoptrace.cli import show
from hoptrace.cli.options import example, json_option, the_workspace, workspace_option
from hoptrace.cli.shown_clocks import TIME, clocks_as_dict, show_clocks


@click.group(invoke_without_command=True)
@json_option
@workspace_option
@click.pass_context
def clocks(ctx: click.Context, as_json: bool) -> None:
    """The carriers' clocks and habits.

    How far each runs fast or slow is learned from the records. Without a command: the newest table.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(show_, version=None, as_json=as_json)
    elif as_json:
        raise click.UsageError(f"Write --json after {ctx.invoked_subcommand}.")


@clocks.command("show", epilog=example("hoptrace clocks show", "hoptrace clocks show --version 3 --json"))
@click.option("--version", type=click.IntRange(min=1), metavar="N", help="An older table, by the number in a result.")
@json_option
@workspace_option
def show_(version: int | None, as_json: bool) -> None:
    """Show a clock table.

    Each carrier's clock: seconds fast (minus: slow), drift, spread, the matched pairs that they rest on, habits of the
    switch; and batches that are off by themselves.
    """
    from hoptrace.errors import NotFound

    with the_workspace() as workspace:
        stored = workspace.catalog.clocks
        table = stored.latest_clocks() if version is None else stored.clocks(version)
    if version is not None and table.version != version:
        raise NotFound(f"There is no clock table {version}. See which there are: hoptrace clocks history")
    if as_json:
        show.as_json(clocks_as_dict(table))
    else:
        show_clocks(table)


@clocks.command(epilog=example("hoptrace clocks history"))
@json_option
@workspace_option
def history(as_json: bool) -> None:
    """All clock tables, newest first.

    A trace names the one that it used.
    """
    with the_workspace() as workspace:
        heads = workspace.catalog.clocks.versions()
    if as_json:
        show.as_json([asdict(head) for head in heads])
        return
    rows = [
        (each.version, each.lake_version, f"{each.created_at:{TIME}}", each.carriers, each.shifts) for each in heads
    ]
    show.table(("Table", "Lake version", "Learned", "Carriers", "Batches off by themselves"), rows)


@clocks.command(epilog=example("hoptrace clocks learn"))
@json_option
@workspace_option
def learn(as_json: bool) -> None:
    """Learn the clocks anew now, from all records at hand.

    `submit` does so after each take-in. Where nothing new is found the newest table stays.
    """
    from hoptrace.engines.learning import learn_clocks

    with the_workspace() as workspace:
        before = workspace.catalog.clocks.latest_clocks().version
        table = workspace.catalog.clocks.clocks(learn_clocks(workspace))
    if as_json:
        show.as_json(clocks_as_dict(table))
        return
    click.echo("A new table was learned." if table.version != before else "Nothing new was found.")
    show_clocks(table)
