"""Stored batches on the terminal: which there are, what became of them since, and how they are withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from hoptrace.cli import show
from hoptrace.model.times import rfc3339

if TYPE_CHECKING:
    from datetime import date

    from hoptrace.catalog.batches import StoredBatch, Withdrawal
    from hoptrace.engines.withdrawing import Withdrawn
    from hoptrace.model.receipts import Receipt

MOST_SHOWN = 12
"""Of more calls or batches than this only the first are named."""


def how_expired(receipt: Receipt, expired_before: date | None) -> str | None:
    """Whether a batch's statements were removed since by `lake expire`: "wholly", "partly" or None.

    Those that stored results cite are held all the same.
    """
    first, last = (receipt.first_time or "")[:10], (receipt.last_time or "")[:10]
    if expired_before is None or not first or first >= expired_before.isoformat():
        return None
    return "wholly" if last < expired_before.isoformat() else "partly"


def show_batches(stored: Sequence[StoredBatch]) -> None:
    """Print a row for each batch; when it was withdrawn only where one of them was."""
    columns = ["Batch", "Carrier", "Format", "Rows", "Accepted", "Rejected", "Calls from", "Calls to", "File"]
    rows = [_row(batch.receipt) for batch in stored]
    if any(batch.withdrawn for batch in stored):
        columns.append("Withdrawn")
        rows = [(*row, _withdrawn_cell(batch.withdrawn)) for row, batch in zip(rows, stored, strict=True)]
    show.table(columns, rows)


def _row(r: Receipt) -> tuple[object, ...]:
    rejected = sum(r.rejected.values())
    return (r.batch, r.carrier, r.format, r.rows, r.accepted, rejected, r.first_time, r.last_time, r.file)


def _withdrawn_cell(withdrawn: Withdrawal | None) -> str | None:
    return None if withdrawn is None else f"{withdrawn.at:%Y-%m-%d %H:%M}: {withdrawn.reason}"


def batch_as_dict(stored: StoredBatch, expired_before: date | None) -> dict[str, Any]:
    """A batch for programs: its receipt, how it is `expired`, and when, from which version and why `withdrawn`."""
    told: dict[str, Any] = {"expired": how_expired(stored.receipt, expired_before), "withdrawn": None}
    gone = stored.withdrawn
    if gone is not None:
        told["withdrawn"] = {"at": rfc3339(gone.at), "lake_version": gone.lake_version, "reason": gone.reason}
    return stored.receipt.as_dict() | told


def withdrawn_words(withdrawn: Withdrawal) -> str:
    """That a batch counts no more, since when and why."""
    return (
        f"Withdrawn at {withdrawn.at:%Y-%m-%d %H:%M} UTC: {show.plain(withdrawn.reason)}. From version "
        f"{withdrawn.lake_version} of the lake on nothing rests on this batch; its file can be submitted again."
    )


def show_withdrawn(done: Withdrawn) -> None:
    """Print what counts no more, which calls to trace again, and which files to submit again."""
    click.echo(
        f"Withdrew {_named(done.batches, 'batch', 'batches')}: from version {done.lake_version} of the lake on nothing "
        f"rests on what they say. The clocks were learned anew (clock table {done.clock_version})."
    )
    if done.cited:
        click.echo(
            f"The stored results of {_named(done.cited_by, 'call', 'calls', done.cited)} rest on them, and their "
            "reports say so. Trace these calls again: "
            f"hoptrace batches cited {' '.join(done.batches)} --out again.csv, then "
            "hoptrace trace --calls again.csv --out again.jsonl"
        )
    if done.had_duplicates:
        click.echo(
            f"{_named(done.had_duplicates, 'later batch', 'later batches')} left out rows that had been submitted "
            "before, perhaps in what was withdrawn. Submit these files again: only what is missing is added."
        )


def _named(names: Sequence[str], one: str, several: str, count: int | None = None) -> str:
    """So many things in words, with the first of their names."""
    number = len(names) if count is None else count
    shown = ", ".join(show.plain(name) for name in names[:MOST_SHOWN])
    more = f" and {number - MOST_SHOWN:,} more" if number > MOST_SHOWN else ""
    return f"{number:,} {one if number == 1 else several} ({shown}{more})"
