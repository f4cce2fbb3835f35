"""hoptrace certificates load | list."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hoptrace.cli import show
from hoptrace.cli.options import example, json_option, the_workspace, workspace_option

if TYPE_CHECKING:
    from hoptrace.model.certificates import StoredCertificate


@click.group()
@workspace_option
def certificates() -> None:
    """Certificates of STIR/SHAKEN signers.

    With them the signatures of Identity headers are checked. They are taken from files; nothing is ever fetched.
    """


@certificates.command(
    epilog=example(
        "hoptrace certificates load root.pem --anchor",
        "hoptrace certificates load alpha.pem --url https://certificates.example.net/alpha.pem",
    )
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--url", metavar="URL", help="The x5u URL that the file was fetched from.")
@click.option("--urls", type=click.Path(path_type=Path), metavar="FILE", help="CSV with columns file and url.")
@click.option("--anchor", is_flag=True, help="They are trust anchors: CAs whose certificates are trusted.")
@json_option
@workspace_option
def load(files: tuple[Path, ...], url: str | None, urls: Path | None, anchor: bool, as_json: bool) -> None:
    """Load certificates from PEM files.

    A file holds one certificate, or a chain that begins with the signer's.
    """
    with the_workspace() as workspace:
        loaded = workspace.catalog.certificates.load_certificates(files, url=url, urls_csv=urls, anchor=anchor)
    if as_json:
        show.as_json(asdict(loaded))
    else:
        show.facts(asdict(loaded).items())


@certificates.command("list", epilog=example("hoptrace certificates list"))
@json_option
@workspace_option
def list_(as_json: bool) -> None:
    """All certificates at hand."""
    with the_workspace() as workspace:
        known = workspace.catalog.certificates.list()
    if as_json:
        show.as_json([_plain(each) for each in known])
        return
    columns = ("Subject", "SPC", "Valid from", "Valid to", "Kind", "URL")
    rows = [
        (facts.subject, ", ".join(facts.spcs) or None, facts.not_before, facts.not_after, _kind(each), each.url)
        for each in known
        for facts in (each.facts,)
    ]
    show.table(columns, rows)


def _kind(stored: StoredCertificate) -> str:
    if stored.anchor:
        return "anchor"
    return "CA" if stored.facts.ca else "signer"


def _plain(stored: StoredCertificate) -> dict[str, Any]:
    return {**asdict(stored.facts), "kind": _kind(stored), "url": stored.url, "version": stored.version}
