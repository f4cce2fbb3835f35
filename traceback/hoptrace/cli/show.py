"""What a command prints: tables and JSON on stdout, progress on stderr where that is a terminal."""

from __future__ import annotations

import json
import math
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

MOST_FOLDED = 4
"""Columns up to which a table is folded where the terminal is narrow; wider ones become blocks of lines."""

GAP = 2
"""Columns between two columns of a table."""

WIDTH_OF_A_FILE = 200
"""Columns of a table that goes into a file or a pipe, where there is no terminal to fit."""


def as_json(value: Any) -> None:
    """Print a value as indented JSON; times and paths as text."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_as_text))


def as_json_line(value: Any) -> None:
    """Print a value as one line of JSON, so that results can be gathered in a .jsonl file."""
    click.echo(json.dumps(value, ensure_ascii=False, default=_as_text))


def console() -> Console:
    """A console on stdout that takes text as it is: no markup, no colouring of numbers."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else WIDTH_OF_A_FILE
    return Console(width=width, markup=False, highlight=False, emoji=False)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """Print rows under their column names; numbers stand at the right."""
    shown = [list(row) for row in rows]
    cells = [[plain(value) for value in row] for row in shown]
    numbers = [
        bool(shown) and all(isinstance(row[at], int | float | None) for row in shown) for at in range(len(columns))
    ]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    fits = sum(widths) + GAP * len(widths) <= screen_width()
    if fits and all(text.isascii() for row in cells for text in row):
        _draw(columns, cells, title, [width if right else -width for width, right in zip(widths, numbers, strict=True)])
    elif fits or len(columns) <= MOST_FOLDED:
        _fold(columns, cells, title, numbers)
    else:
        _blocks(columns, shown, title)


def _draw(columns: Sequence[str], cells: list[list[str]], title: str | None, widths: list[int]) -> None:
    """The usual table, which needs no library: it fits, and each letter is as wide as the next. Left is negative."""
    if title is not None:
        click.secho(title, italic=True)
    for number, line in enumerate([columns, *cells]):
        placed = (
            text.rjust(width) if width > 0 else text.ljust(-width) for text, width in zip(line, widths, strict=True)
        )
        click.secho((" " * GAP).join(placed).rstrip(), bold=number == 0)


def _fold(columns: Sequence[str], cells: list[list[str]], title: str | None, numbers: list[bool]) -> None:
    """A table whose cells are folded where the terminal is narrow, or have letters of two columns' width."""
    from rich.table import Table
    from rich.text import Text

    drawn = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, GAP, 0, 0))
    for name, is_number in zip(columns, numbers, strict=True):
        drawn.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in cells:
        drawn.add_row(*map(Text, row))
    console().print(drawn)


def screen_width() -> int:
    """How many columns there are to print on."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH_OF_A_FILE


def _blocks(columns: Sequence[str], rows: list[list[object]], title: str | None) -> None:
    """Each row as lines of name and value: what a table of many columns is on a narrow terminal."""
    if title is not None:
        click.echo(title)
    for number, row in enumerate(rows):
        if number:
            click.echo()
        facts(zip(columns, row, strict=True))


def facts(pairs: Iterable[tuple[str, object]]) -> None:
    """Print names and values, one pair a line; a value of None is left out."""
    given = [(name, value) for name, value in pairs if value is not None]
    width = max((len(name) for name, _ in given), default=0)
    for name, value in given:
        click.echo(f"{name:<{width}}  {plain(value)}")


def count(number: int, thing: str) -> str:
    """A number of things in words: 1 row, 2 rows."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def share(value: float) -> str:
    """A confidence with two digits, never more than it is: only what is certain is 1.00."""
    return f"{math.floor(value * 100 + 1e-9) / 100:.2f}"


def plain(value: object) -> str:
    """A value as text that a terminal cannot take for a command: control characters are written out."""
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return _as_text(value)
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
