"""A receipt on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hoptrace.cli import show

if TYPE_CHECKING:
    from hoptrace.model.receipts import Receipt


def show_receipt(receipt: Receipt) -> None:
    """Print what became of one file."""
    show.facts(
        [
            ("File", receipt.file),
            ("Batch", receipt.batch + (" (was in before: nothing was added)" if receipt.already_submitted else "")),
            ("Carrier", receipt.carrier),
            ("Format", receipt.format),
            ("Time zone", receipt.timezone),
            ("Calls from", receipt.first_time),
            ("Calls to", receipt.last_time),
        ]
    )
    show.table(("What became of the rows", "Rows"), _accounts(receipt))
    _show_counts("Unknown trunks (the rows are kept, their neighbour is unknown)", receipt.unknown_trunks)
    for flag in receipt.flags:
        click.echo(f"Note: {show.plain(flag)}")
    if receipt.rejected:
        click.echo(f"See the rejected rows: hoptrace batches rejected {receipt.batch}")
    click.echo()


def _accounts(receipt: Receipt) -> list[tuple[str, int]]:
    return [
        (f"accepted, as {show.count(receipt.statements, 'statement')}", receipt.accepted),
        ("duplicates", receipt.duplicates),
        ("skipped, they carry no call", receipt.skipped),
        *((f"rejected: {reason}", rows) for reason, rows in receipt.rejected.items()),
        ("in all", receipt.rows),
    ]


def _show_counts(title: str, counts: dict[str, int]) -> None:
    if counts:
        show.table((title, "Rows"), counts.items())
