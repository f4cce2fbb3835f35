"""hoptrace report package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hoptrace.cli import show
from hoptrace.cli.options import example, file_option, json_option, the_workspace, workspace_option
from hoptrace.cli.telling import asked_option, language_option, moment_asked

if TYPE_CHECKING:
    from hoptrace.evidence.packing import Packaged


@click.command(
    epilog=example(
        "hoptrace report package c17 --out case.zip",
        "hoptrace report package c17 c18 c19 --original cdrs/ --out case.zip",
    )
)
@click.argument("call_refs", nargs=-1, required=True, metavar="CALL_REF...")
@file_option("--out", required=True, about="Where the package goes.")
@click.option(
    "--original",
    "originals",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="A submitted file, or a folder of them, from which to take the cited rows as written.",
)
@language_option
@asked_option
@json_option
@workspace_option
def package(
    call_refs: tuple[str, ...], out: Path, originals: tuple[Path, ...], as_json: bool, **telling: str | None
) -> None:
    """Write the evidence of traced calls into one signed file.

    It holds their reports and all that they rest on, and is checked with hoptrace verify.
    """
    from hoptrace.evidence.keys import the_key
    from hoptrace.evidence.packing import Contents
    from hoptrace.evidence.packing import package as pack

    contents = Contents(originals, telling["language"] or "en", moment_asked(telling["asked"]))
    with the_workspace() as workspace:
        made = pack(workspace, call_refs, out, the_key(workspace.path), contents)
    if as_json:
        show.as_json(made.as_dict())
    else:
        _show(made)


def _show(made: Packaged) -> None:
    calls, statements = show.count(made.calls, "call"), show.count(made.statements, "statement")
    click.echo(f"Wrote {made.out}: {calls}, {statements}, {made.bytes:,} bytes")
    click.echo(f"{made.originals:,} of {show.count(made.cited, 'cited row')} with their original bytes")
    if made.without_bytes:
        names = ", ".join(map(show.plain, made.without_bytes[:5])) + (", ..." if len(made.without_bytes) > 5 else "")
        click.echo(f"Not available: {names}. Name submitted files, or their folder, with --original.")
    click.echo(f"Signed by the key {made.key}")
