"""hoptrace batches list | show | rejected | withdraw | cited."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from hoptrace.cli import show
from hoptrace.cli.options import example, file_option, json_option, the_workspace, workspace_option
from hoptrace.cli.shown_batches import batch_as_dict, how_expired, show_batches, show_withdrawn, withdrawn_words
from hoptrace.cli.shown_receipt import show_receipt
from hoptrace.memory import keep_used_memory


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
    from hoptrace.intake.batches import stored_batches

    with the_workspace() as workspace:
        stored = stored_batches(workspace, carrier)
        expired = workspace.lake.view().expired_before
    if as_json:
        show.as_json([batch_as_dict(batch, expired) for batch in stored])
    else:
        show_batches(stored)


@batches.command("show", epilog=example("hoptrace batches show BATCH"))
@click.argument("batch")
@json_option
@workspace_option
def show_(batch: str, as_json: bool) -> None:
    """The receipt of one batch."""
    with the_workspace() as workspace:
        stored = workspace.catalog.batches.show(batch)
        expired = workspace.lake.view().expired_before
    if as_json:
        show.as_json(batch_as_dict(stored, expired))
        return
    show_receipt(stored.receipt)
    if stored.withdrawn is not None:
        click.echo(withdrawn_words(stored.withdrawn))
    if how_expired(stored.receipt, expired) is not None:
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


@batches.command(epilog=example('hoptrace batches withdraw BATCH --reason "submitted for another carrier"'))
@click.argument("names", nargs=-1, required=True, metavar="BATCH...")
@click.option("--reason", required=True, metavar="TEXT", help="Why; the batches are shown with it.")
@json_option
@workspace_option
def withdraw(names: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Let what batches say count no more, in traces, reports and learning.

    For a file that was submitted for the wrong carrier, or that a carrier takes back. Nothing is deleted: results made
    before can be replayed. The files can be submitted again.
    """
    keep_used_memory()
    from hoptrace.engines.withdrawing import withdraw as withdraw_batches

    with the_workspace() as workspace:
        done = withdraw_batches(workspace, names, reason)
    if as_json:
        show.as_json(asdict(done))
    else:
        show_withdrawn(done)


@batches.command(epilog=example("hoptrace batches cited BATCH --out again.csv"))
@click.argument("names", nargs=-1, required=True, metavar="BATCH...")
@file_option("--out", about="The calls, to be traced again (calls.csv).", required=True)
@json_option
@workspace_option
def cited(names: tuple[str, ...], out: Path, as_json: bool) -> None:
    """Write the calls whose newest stored results rest on records of batches.

    For the calls to be traced again after a withdrawal, or to see before what it would touch.
    """
    from hoptrace.engines.withdrawing import write_citing

    with the_workspace() as workspace:
        found = write_citing(workspace, names, out)
    if as_json:
        show.as_json({**asdict(found), "out": str(out)})
        return
    click.echo(f"Wrote {show.count(found.calls, 'call')} to {out}")
    if found.left_out:
        click.echo(
            f"Left out {show.count(found.left_out, 'call')}: the stored results do not tell how they were reported. "
            "Trace them again from where you have them."
        )


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="backslashreplace")
