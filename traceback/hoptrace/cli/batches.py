"""hoptrace batches list | show | rejected."""

from __future__ import annotations

from pathlib import Path

import click

from hoptrace.cli import show
from hoptrace.cli.options import example, file_option, json_option, the_workspace, workspace_option
from hoptrace.cli.shown_receipt import how_expired, show_receipt


@click.group()
@workspace_option
def batches() -> None:
    """What was submitted, and what was rejected."""


@batches.command("list", epilog=example("hoptrace batches list"))
@click.option("--carrier", metavar="ID", help="Only this carrier's.")
@json_option
@workspace_option
def list_(carrier: str | None, as_json: bool) -> None:
    """All batches, in the order in which they came in."""
    from hoptrace.intake.submit import list_batches

    with the_workspace() as workspace:
        receipts = list_batches(workspace, carrier)
        expired = workspace.lake.view().expired_before
    if as_json:
        show.as_json([receipt.as_dict() | {"expired": how_expired(receipt, expired)} for receipt in receipts])
        return
    columns = ("Batch", "Carrier", "Format", "Rows", "Accepted", "Rejected", "Calls from", "Calls to", "File")
    show.table(
        columns,
        [
            (
                r.batch,
                r.carrier,
                r.format,
                r.rows,
                r.accepted,
                sum(r.rejected.values()),
                r.first_time,
                r.last_time,
                r.file,
            )
            for r in receipts
        ],
    )


@batches.command("show", epilog=example("hoptrace batches show BATCH"))
@click.argument("batch")
@json_option
@workspace_option
def show_(batch: str, as_json: bool) -> None:
    """The receipt of one batch."""
    from hoptrace.intake.submit import show_batch

    with the_workspace() as workspace:
        receipt = show_batch(workspace, batch)
        expired = workspace.lake.view().expired_before
    how = how_expired(receipt, expired)
    if as_json:
        show.as_json(receipt.as_dict() | {"expired": how})
        return
    show_receipt(receipt)
    if how is not None:
        click.echo(f"The calls before {expired} are no longer kept, except those that stored results cite.")


@batches.command(
    epilog=example(
        "hoptrace batches rejected BATCH --out to-mend.csv",
        "hoptrace batches rejected BATCH --reasons reasons.csv",
    )
)
@click.argument("batch")
@file_option("--out", about="Write the rows as they were, to be corrected.")
@file_option("--reasons", about="Write row number, reasons and text as CSV.")
@json_option
@workspace_option
def rejected(batch: str, out: Path | None, reasons: Path | None, as_json: bool) -> None:
    """The rejected rows of a batch, with line numbers and every reason."""
    from hoptrace.intake.submit import rejected_rows, write_reasons, write_rejected

    with the_workspace() as workspace:
        rows = rejected_rows(workspace, batch)
        if out is not None:
            write_rejected(workspace, batch, out)
        if reasons is not None:
            write_reasons(workspace, batch, reasons)
    if as_json:
        show.as_json([{"row": r.row, "reasons": list(r.reasons), "raw": _text(r.raw)} for r in rows])
    elif out is None and reasons is None:
        show.table(("Row", "Reasons", "As written"), [(r.row, "; ".join(r.reasons), _text(r.raw)) for r in rows])
    else:
        for path in filter(None, (out, reasons)):
            click.echo(f"Wrote {show.count(len(rows), 'rejected row')} to {path}")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="backslashreplace")
