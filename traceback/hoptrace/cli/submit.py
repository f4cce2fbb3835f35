"""hoptrace submit."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from hoptrace.cli import show
from hoptrace.cli.options import example, json_option, the_workspace, workspace_option
from hoptrace.cli.progress import progress
from hoptrace.cli.shown_clock import batch_clocks, submit_notes
from hoptrace.cli.shown_receipt import show_receipts
from hoptrace.memory import keep_used_blocks, keep_used_memory

SOME_REJECTED = 3


@click.command(
    epilog=example(
        "hoptrace submit Master.csv --carrier alpha",
        "hoptrace submit acc_*.log --carrier beta --format beta.toml --timezone America/Chicago",
    )
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--carrier", required=True, metavar="ID", help="Whose records these are.")
@click.option(
    "--format",
    "format_name",
    default="auto",
    show_default=True,
    metavar="NAME|PROFILE.toml",
    help="auto; canonical, canonical_json, asterisk, asterisk_cel, acc_flatstore, acc_syslog, acc_json, "
    "acc_table_json, acc_sqlite, acc_dump, yate, freeswitch_json, freeswitch_xml, freeswitch_csv, acme, acme_measured, "
    "ribbon_act, audiocodes, radius, cisco_cube, broadworks_csv, broadworks_xml, cgrates_json, telnyx_json, "
    "twilio_json, 3gpp, 3cx_v20; by profiles 3cx, 3cx_report, bandwidth, cgrates, cucm, didww, netsapiens, "
    "netsapiens_v1, sansay, telnyx, twilio, vos3000 and those of the carrier (hoptrace profile list); "
    "or a file with a profile, also of format delimited, fixed or keyvalue.",
)
@click.option("--timezone", metavar="ZONE", help="Time zone of times written without one: America/Chicago, +02:00.")
@json_option
@workspace_option
def submit(files: tuple[Path, ...], carrier: str, format_name: str, timezone: str | None, as_json: bool) -> None:
    """Take in a carrier's files.

    Prints a receipt for each, or one account of many files, and which batches' times are hours off; leaves with 3 when
    some rows were rejected.
    """
    keep_used_memory()
    keep_used_blocks()
    from hoptrace.engines.learning import learn_after
    from hoptrace.intake.submit import submit as submit_files

    with the_workspace() as workspace, progress("Reading") as report:
        receipts = submit_files(workspace, files, carrier, format=format_name, timezone=timezone, progress=report)
        new = [receipt.rows for receipt in receipts if not receipt.already_submitted]
        if new:
            learn_after(workspace, sum(new))
        table = workspace.catalog.clocks.latest_clocks()
    if as_json:
        clocks = batch_clocks(receipts, table)
        show.as_json([{**each.as_dict(), **asdict(clock)} for each, clock in zip(receipts, clocks, strict=True)])
    else:
        show_receipts(receipts)
        for note in submit_notes(receipts, table):
            click.echo(note)
    if any(receipt.rejected for receipt in receipts):
        click.get_current_context().exit(SOME_REJECTED)
