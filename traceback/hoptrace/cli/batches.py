"""hoptrace batches list | show | rejected."""

from __future__ import annotations

from pathlib import Path

import click

from hoptrace.cli import show
from hoptrace.cli.options import example, json_option, the_workspace, workspace_option
from hoptrace.cli.shown_receipt import show_receipt


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
        receipts = [receipt for receipt in list_batches(workspace) if carrier in (None, receipt.carrier)]
    if as_json:
        show.as_json([receipt.as_dict() for receipt in receipts])
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
    if as_json:
        show.as_json(receipt.as_dict())
    else:
        show_receipt(receipt)


@batches.command(epilog=example("hoptrace batches rejected BATCH --out to-mend.csv"))
@click.argument("batch")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the rows out, to be mended.")
@json_option
@workspace_option
def rejected(batch: str, out: Path | None, as_json: bool) -> None:
    """The rejected rows of a batch, with line numbers and every reason."""
    from hoptrace.intake.submit import rejected_rows, write_rejected

    with the_workspace() as workspace:
        rows = rejected_rows(workspace, batch)
        if out is not None:
            write_rejected(workspace, batch, out)
    if as_json:
        show.as_json([{"row": r.row, "reasons": list(r.reasons), "raw": _text(r.raw)} for r in rows])
    elif out is not None:
        click.echo(f"Wrote {len(rows):,} rows to {out}: mend them and submit the file again.")
    else:
        show.table(("Row", "Reasons", "As written"), [(r.row, "; ".join(r.reasons), _text(r.raw)) for r in rows])


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="backslashreplace")
