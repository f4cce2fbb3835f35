"""A receipt on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from hoptrace.cli import show

if TYPE_CHECKING:
    from hoptrace.model.receipts import Receipt


MOST_SHOWN = 12
"""Of more files than this only those are shown one by one that a person should look at."""


def show_receipts(receipts: Sequence[Receipt]) -> None:
    """Print what became of the files: each of a few; of many the sum, and those with something to look at."""
    if len(receipts) <= MOST_SHOWN:
        for receipt in receipts:
            show_receipt(receipt)
        return
    odd = [receipt for receipt in receipts if receipt.rejected or receipt.unknown_trunks or receipt.flags]
    for receipt in odd[:MOST_SHOWN]:
        show_receipt(receipt)
    again = sum(receipt.already_submitted for receipt in receipts)
    show.facts(
        [
            (
                "Files",
                f"{len(receipts):,}" + (f", {again:,} submitted before: nothing was added" if again else ""),
            ),
            ("With notes", f"{len(odd):,}" + (f", the first {MOST_SHOWN} above" if len(odd) > MOST_SHOWN else "")),
            ("Calls from", min((r.first_time for r in receipts if r.first_time), default=None)),
            ("Calls to", max((r.last_time for r in receipts if r.last_time), default=None)),
        ]
    )
    show.table(("What became of the rows", "Rows"), _sums(receipts))
    click.echo("Each file's receipt: hoptrace batches list, then hoptrace batches show BATCH; or submit with --json.")


def _sums(receipts: Sequence[Receipt]) -> list[tuple[str, int]]:
    statements = show.count(sum(receipt.statements for receipt in receipts), "statement")
    return [
        (f"accepted, as {statements}", sum(receipt.accepted for receipt in receipts)),
        ("duplicates", sum(receipt.duplicates for receipt in receipts)),
        ("skipped: they carry no call", sum(receipt.skipped for receipt in receipts)),
        ("rejected", sum(sum(receipt.rejected.values()) for receipt in receipts)),
        ("in all", sum(receipt.rows for receipt in receipts)),
    ]


def show_receipt(receipt: Receipt) -> None:
    """Print what became of one file."""
    show.facts(
        [
            ("File", receipt.file),
            ("Batch", receipt.batch + (" (submitted before: nothing was added)" if receipt.already_submitted else "")),
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
        if receipt.accepted == receipt.duplicates == 0:
            click.echo(
                f"No row became a call: is {receipt.format} the right format? "
                f"See: hoptrace profile detect {receipt.file}"
            )
    click.echo()


def _accounts(receipt: Receipt) -> list[tuple[str, int]]:
    return [
        (f"accepted, as {show.count(receipt.statements, 'statement')}", receipt.accepted),
        ("duplicates", receipt.duplicates),
        ("skipped: they carry no call", receipt.skipped),
        *((f"rejected: {reason}", rows) for reason, rows in receipt.rejected.items()),
        ("in all", receipt.rows),
    ]


def _show_counts(title: str, counts: dict[str, int]) -> None:
    if counts:
        show.table((title, "Rows"), counts.items())
