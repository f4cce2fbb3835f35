"""hoptrace verify."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hoptrace.cli import show
from hoptrace.cli.options import example, json_option

if TYPE_CHECKING:
    from hoptrace.evidence.verifying import Verified

MOST_SHOWN = 20
"""Calls that are named one by one."""


@click.command(epilog=example("hoptrace verify case.zip", "hoptrace verify case.zip --key hoptrace-key.pem"))
@click.argument("package", type=click.Path(path_type=Path), metavar="PACKAGE")
@click.option("--key", type=click.Path(path_type=Path), metavar="FILE", help="The public key that must have signed it.")
@click.option("--fingerprint", metavar="HEX", help="The fingerprint of that key, as hoptrace keys show gives it.")
@json_option
def verify(package: Path, key: Path | None, fingerprint: str | None, as_json: bool) -> None:
    """Check an evidence package; needs no workspace.

    Every byte is held against what was signed, and the calls are traced again from the package alone. Leaves with 0
    where it is sound and with 1 where it is not.
    """
    from hoptrace.evidence.verifying import signer_of
    from hoptrace.evidence.verifying import verify as check

    if key is not None and fingerprint is not None:
        raise click.UsageError("Give either --key or --fingerprint.")
    found = check(package, signer_of(key) if key is not None else fingerprint)
    if as_json:
        show.as_json(found.as_dict())
    else:
        _show(found, asked=key is not None or fingerprint is not None)
    if not found.sound:
        raise click.exceptions.Exit(1)


def _show(found: Verified, *, asked: bool) -> None:
    for problem in found.problems:
        click.echo(f"{show.plain(problem.file)}: {show.plain(problem.what)}")
    for note in found.notes:
        click.echo(show.plain(note))
    if not found.sound:
        click.echo(f"{show.plain(found.file)} is NOT sound.")
        return
    show.facts([("Made", found.created), ("By", f"hoptrace {found.made_by}"), ("Signed by the key", found.signer)])
    if not asked:
        click.echo("Compare this fingerprint with the one that the sender gave you, or check it with --fingerprint HEX")
    replayed = found.replayed or ()
    for each in replayed[:MOST_SHOWN]:
        same = "the same result" if each.same_bytes else "the same verdict"
        click.echo(f"Call {show.plain(each.call_ref)} traced again: {show.plain(each.verdict)}, {same}")
    if len(replayed) > MOST_SHOWN:
        click.echo(f"and {show.count(len(replayed) - MOST_SHOWN, 'more call')}, each with the same verdict")
    click.echo(f"{show.plain(found.file)} is sound: {show.count(found.files, 'file')} checked.")
