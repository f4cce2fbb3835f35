"""hoptrace init."""

from __future__ import annotations

import click

from hoptrace.cli import show
from hoptrace.cli.options import example, json_option, workspace_option, workspace_path


@click.command(epilog=example("hoptrace init --workspace case-2026-11 --home-country US"))
@click.option(
    "--home-country",
    default="US",
    show_default=True,
    metavar="CC",
    help="ISO 3166-1 alpha-2; calls from other countries have their point of entry here.",
)
@click.option("--catalog-url", metavar="URL", help="Keep the catalog in PostgreSQL: postgresql://USER@HOST/NAME.")
@json_option
@workspace_option
def init(home_country: str, catalog_url: str | None, as_json: bool) -> None:
    """Make a new workspace.

    That is a folder which holds settings, catalog and records.
    """
    from hoptrace.workspace import init_workspace

    with init_workspace(workspace_path(), home_country=home_country, catalog_url=catalog_url) as workspace:
        made = {"workspace": str(workspace.path), "home_country": workspace.settings.home_country}
    if as_json:
        show.as_json(made)
    else:
        click.echo(f"Made the workspace {made['workspace']} (home country {made['home_country']}).")
        click.echo("Next: hoptrace carriers load carriers.csv")
