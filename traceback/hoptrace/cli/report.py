"""hoptrace report trace."""

from __future__ import annotations

import click


@click.group()
def report() -> None:
    """Reports to read, to print and to hand on."""
