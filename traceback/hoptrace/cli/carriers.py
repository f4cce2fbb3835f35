"""hoptrace carriers load | list | show | conflicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hoptrace.cli import show
from hoptrace.cli.options import example, json_option, the_workspace, workspace_option

if TYPE_CHECKING:
    from hoptrace.catalog.carriers import Directory
    from hoptrace.engines.conflicts import Conflict
    from hoptrace.model.carriers import Trunk

CONFLICTS_MEAN = (
    "These are contradictions between records and no proof of intent: ask the carrier for its switch's own records and "
    "trunk names of such calls, and the neighbours whether they submitted all of theirs."
)

MOST_SHOWN = 5
"""Trunk names that a load of the directory names."""


@click.group()
@workspace_option
def carriers() -> None:
    """The carrier directory.

    It says who is who, and what a carrier calls its neighbours.
    """


@carriers.command(epilog=example("hoptrace carriers load carriers.csv --trunks trunks.csv"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--trunks", type=click.Path(path_type=Path), metavar="FILE", help="Trunk names and addresses.")
@json_option
@workspace_option
def load(file: Path, trunks: Path | None, as_json: bool) -> None:
    """Load or update the directory.

    A carrier that carriers.csv no longer lists stays while records name it. Trunk names in records at hand are read by
    the new directory from then on.
    """
    from hoptrace.engines.learning import learn_relisted

    with the_workspace() as workspace:
        directory = workspace.catalog.directory
        before = _names(directory)
        loaded = directory.load_directory(file, trunks)
        relisted = learn_relisted(workspace) if _names(directory) != before else None
    names = [] if relisted is None else relisted.select("carrier", "trunk").unique(maintain_order=True).rows()
    if as_json:
        show.as_json(asdict(loaded) | {"relisted": [{"carrier_id": who, "trunk": trunk} for who, trunk in names]})
        return
    show.facts(asdict(loaded).items())
    if names:
        click.echo(_relisted_words(names))


def _names(directory: Directory) -> tuple[set[str], list[Trunk]]:
    """What a trunk's name is looked up in: to look through all records at hand takes 0.3 s for a million of them."""
    return {carrier.carrier_id for carrier in directory.carriers()}, directory.trunks()


def _relisted_words(names: Sequence[tuple[str, str]]) -> str:
    shown = ", ".join(f"{trunk} ({who})" for who, trunk in names[:MOST_SHOWN])
    more = f" and {len(names) - MOST_SHOWN:,} more" if len(names) > MOST_SHOWN else ""
    return (
        f"Records at hand name trunks that had no meaning, or another one, when they came in: {shown}{more}. "
        "The clocks were learned anew with these names; trace calls again that ended there."
    )


@carriers.command("list", epilog=example("hoptrace carriers list"))
@json_option
@workspace_option
def list_(as_json: bool) -> None:
    """All carriers of the directory."""
    with the_workspace() as workspace:
        known = workspace.catalog.directory.carriers()
    if as_json:
        show.as_json([asdict(carrier) for carrier in known])
    else:
        columns = ("Carrier", "Name", "Country", "OCN", "Time zone", "Listed")
        rows = [(c.carrier_id, c.name, c.country, c.ocn, c.timezone, "yes" if c.listed else "no") for c in known]
        show.table(columns, rows)


@carriers.command("show", epilog=example("hoptrace carriers show alpha"))
@click.argument("carrier_id", metavar="ID")
@json_option
@workspace_option
def show_(carrier_id: str, as_json: bool) -> None:
    """One carrier and its trunks."""
    with the_workspace() as workspace:
        carrier = workspace.catalog.directory.carrier(carrier_id)
        trunks = workspace.catalog.directory.trunks(carrier_id)
    if as_json:
        show.as_json({**asdict(carrier), "trunks": [asdict(trunk) for trunk in trunks]})
        return
    facts = asdict(carrier)
    aliases = facts.pop("aliases")
    show.facts((name, value) for name, value in {**facts, **aliases}.items() if value != "")
    if trunks:
        click.echo()
        show.table(("Trunk", "Peer", "Customer"), [(t.trunk, t.peer, t.customer) for t in trunks])


@carriers.command(epilog=example("hoptrace carriers conflicts", "hoptrace carriers conflicts --all --json"))
@click.option("--all", "everything", is_flag=True, help="Also what a few lost rows or the neighbours explain as well.")
@json_option
@workspace_option
def conflicts(everything: bool, as_json: bool) -> None:
    """Whose statements their neighbours' records contradict.

    Counted when the clocks were last learned. Without --all: several contradicted statements, of which the carrier is
    likelier the cause than its neighbours.
    """
    from hoptrace.engines.conflicts import carriers_conflicts

    with the_workspace() as workspace:
        found = [each for each in carriers_conflicts(workspace) if everything or each.worth_asking]
    if as_json:
        show.as_json([{**asdict(each), "told": each.kind.told, "worth_asking": each.worth_asking} for each in found])
    elif found:
        _show_conflicts(found)
    else:
        click.echo(
            "No carrier's statements are contradicted" + ("." if everything else " often; --all shows the rest.")
        )


def _show_conflicts(found: Sequence[Conflict]) -> None:
    columns = ("Carrier", "What it says", "Neighbours", "Contradicted", "Of", "Probably the cause", "Contradicted by")
    rows = [
        (
            *(each.carrier_id, each.kind.told, len(each.neighbours), each.contradicted, each.said),
            show.share(each.probability),
            ", ".join(f"{by.carrier_id} ({by.contradicted:,})" for by in each.neighbours),
        )
        for each in found
    ]
    show.table(columns, rows)
    click.echo(CONFLICTS_MEAN)
