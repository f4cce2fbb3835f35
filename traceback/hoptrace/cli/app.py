"""The group of all commands, and `main`, which the installed `hoptrace` calls."""

from __future__ import annotations

import click

from hoptrace import __version__
from hoptrace.cli.batches import batches
from hoptrace.cli.carriers import carriers
from hoptrace.cli.certificates import certificates
from hoptrace.cli.clocks import clocks
from hoptrace.cli.demo import demo
from hoptrace.cli.failure import FailingGroup, remember_debug
from hoptrace.cli.init import init
from hoptrace.cli.lake import lake
from hoptrace.cli.options import remember_workspace
from hoptrace.cli.report import report
from hoptrace.cli.simulate import simulate
from hoptrace.cli.submit import submit
from hoptrace.cli.trace import trace

COMMANDS = (init, carriers, certificates, submit, batches, lake, clocks, trace, report, simulate, demo)
"""All commands, in the order in which a workspace meets them."""


@click.group(cls=FailingGroup, commands=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--workspace",
    envvar="HOPTRACE_WORKSPACE",
    show_envvar=True,
    metavar="DIR",
    expose_value=False,
    callback=remember_workspace,
    help="The workspace to use; also accepted after the command.  [default: ./hoptrace-workspace]",
)
@click.option(
    "--debug",
    envvar="HOPTRACE_DEBUG",
    show_envvar=True,
    is_flag=True,
    expose_value=False,
    callback=remember_debug,
    help="Show the Python traceback of an error.",
)
@click.version_option(__version__, prog_name="hoptrace")
def hoptrace() -> None:
    """Trace a phone call back to where it began, from the carriers' own call-detail records.

    Exit codes: 0 done; 1 an input was refused and nothing was taken in; 2 wrong usage; 3 taken in, but some rows were
    rejected; 4 no such thing.
    """


def main() -> None:
    """Run the command line and leave with its exit code."""
    hoptrace(prog_name="hoptrace")
