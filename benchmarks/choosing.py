"""The options by which both programs choose their worlds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from worlds import SCENARIOS, SOURCES

Command = Callable[..., Any]


def world_options(command: Command) -> Command:
    """Give a command the options `source`, `seeds`, `first_seed`, `only`, `size` and `jobs`."""
    options = (
        click.option("--source", type=click.Choice([*SOURCES, "both"]), default="both", show_default=True),
        click.option("--seeds", default=5, show_default=True, help="How many worlds of each scenario."),
        click.option("--first-seed", default=1, show_default=True, help="Their first seed."),
        click.option(
            "--only", multiple=True, type=click.Choice(SCENARIOS), help="Only this scenario; may be repeated."
        ),
        click.option("--size", default=1.0, show_default=True, help="Share of a full world's calls, for a quick look."),
        click.option("--jobs", default=2, show_default=True, help="Worlds at a time."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def sources_of(source: str) -> tuple[str, ...]:
    """The sources that an option's value means."""
    return SOURCES if source == "both" else (source,)
