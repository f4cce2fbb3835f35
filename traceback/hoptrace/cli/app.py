"""The group of all commands, and `run`, which runs them."""

from __future__ import annotations

import gc
import sys
from typing import Any

import click

from hoptrace import __version__
from hoptrace.cli.failure import FailingGroup, remember_debug
from hoptrace.cli.on_demand import OnDemand
from hoptrace.cli.options import remember_workspace
from hoptrace.cores import without_blas_threads

COMMANDS = (
    *("init", "carriers", "certificates", "profile", "submit", "batches", "lake", "clocks", "calls"),
    *("trace", "report", "keys", "verify", "simulate", "demo"),
)
"""All commands, in the order in which a workspace meets them; each in the module of its name."""


@click.group(
    cls=FailingGroup,
    commands=OnDemand("hoptrace.cli", COMMANDS),
    context_settings={"help_option_names": ["-h", "--help"]},
)
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


def run() -> None:
    """Run the command line and leave with its exit code."""
    reconfigure: Any = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:  # names of files may hold bytes that are no text
        reconfigure(errors="backslashreplace")
    without_blas_threads()
    try:
        hoptrace(prog_name="hoptrace")
    finally:
        # The interpreter is about to search all that was loaded for cycles, twice, only to leave then.
        gc.freeze()
