"""hoptrace demo."""

from __future__ import annotations

from pathlib import Path

import click

from hoptrace.cli import show
from hoptrace.cli.options import example


@click.command(epilog=example("hoptrace demo --out demo-output"))
@click.option(
    "--out",
    default=Path("demo-output"),
    show_default=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where the network, the workspace and the reports go.",
)
def demo(out: Path) -> None:
    """Do all of it on a simulated network.

    Submits the network's files, traces a campaign, checks the answers and writes the reports.
    """
    from hoptrace.demo import run_demo

    click.get_current_context().exit(run_demo(out, show.console()))
