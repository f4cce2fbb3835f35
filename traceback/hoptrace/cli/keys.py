"""hoptrace keys show | make | export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hoptrace.cli import show
from hoptrace.cli.options import example, file_option, json_option, the_workspace, workspace_option

if TYPE_CHECKING:
    from hoptrace.evidence.keys import PublicKey


@click.group()
@workspace_option
def keys() -> None:
    """The workspace's key, which signs evidence packages.

    The private half never leaves the workspace's folder. Tell the fingerprint to those who get packages by another way
    than the packages.
    """


@keys.command(epilog=example("hoptrace keys make"))
@json_option
@workspace_option
def make(as_json: bool) -> None:
    """Make the key, an Ed25519 pair; a key that is there is never replaced."""
    from hoptrace.evidence.keys import make_key

    with the_workspace() as workspace:
        key = make_key(workspace.path).public
    _show(key, as_json)


@keys.command("show", epilog=example("hoptrace keys show"))
@json_option
@workspace_option
def show_(as_json: bool) -> None:
    """The public key and its fingerprint."""
    from hoptrace.evidence.keys import load_key

    with the_workspace() as workspace:
        key = load_key(workspace.path).public
    _show(key, as_json)


@keys.command(epilog=example("hoptrace keys export --out hoptrace-key.pem"))
@file_option("--out", required=True, about="Where the key goes.")
@json_option
@workspace_option
def export(out: Path, as_json: bool) -> None:
    """Write the public key to a file, to be given to those who check packages."""
    from hoptrace.evidence.keys import load_key
    from hoptrace.output import check_place, whole_file

    check_place(out)
    with the_workspace() as workspace:
        key = load_key(workspace.path).public
    with whole_file(out) as stream:
        stream.write(key.pem)
    if as_json:
        show.as_json(key.as_dict() | {"out": str(out)})
    else:
        click.echo(f"Wrote {out}")


def _show(key: PublicKey, as_json: bool) -> None:
    if as_json:
        show.as_json(key.as_dict())
        return
    show.facts([("Algorithm", "Ed25519"), ("Fingerprint", key.fingerprint)])
    click.echo(key.pem.decode(), nl=False)
