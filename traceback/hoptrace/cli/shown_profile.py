"""How claims on a file, rows beside what was understood, and profiles are printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hoptrace.cli import show
from hoptrace.cli.options import the_workspace, workspace_is_named
from hoptrace.errors import NotAWorkspace

if TYPE_CHECKING:
    from hoptrace.catalog.profiles import StoredProfile
    from hoptrace.intake.drafting import Draft
    from hoptrace.intake.looking import Claim, ShownRow
    from hoptrace.intake.profile import Profile
    from hoptrace.intake.sources import Asked
    from hoptrace.model.carriers import Carrier


def show_claims(file: Path, claims: Sequence[Claim]) -> None:
    """What a file may be, the surest first, and what to do."""
    if not claims:
        from hoptrace.intake.looking import unclaimed

        click.echo(unclaimed(file))
        return
    rows = [(claim.format, f"{claim.sure:.0%}", claim.title, claim.why) for claim in claims]
    show.table(("Format", "Sure", "What it is", "Why"), rows)
    click.echo()
    best = claims[0]
    if not best.guessed:
        click.echo(f"It is not read as {best.format} unless you say so: the operator may have chosen other columns.")
    click.echo(f"Next: {best.take}")


def show_rows(rows: Sequence[ShownRow]) -> None:
    """Rows as they are written, each beside what was understood."""
    if not rows:
        click.echo("No row carries a call: all are headers, comments or rows of other types.")
    for number, row in enumerate(rows):
        if number:
            click.echo()
        click.secho(f"Row {row.row}", bold=True)
        click.echo(f"written     {show.plain(row.written)}")
        told = ("; ".join(row.reasons),) if row.reasons else ()
        click.echo(f"became      {' - '.join((row.fate, *told))}")
        show.facts((f"  {name}", value) for name, value in row.understood.items())


def asked_of(file: Path, name: str, carrier: str | None, country: str | None) -> tuple[Asked, Carrier, frozenset[str]]:
    """How a file is to be read, in whose name it is looked at, and that one's trunks to neighbours.

    The workspace is opened for a carrier only.
    """
    from hoptrace.intake.formats import readers
    from hoptrace.intake.looking import reader_for, shown_carrier
    from hoptrace.intake.profile_store import OwnProfiles
    from hoptrace.intake.sources import asked_format
    from hoptrace.intake.trunks import names_of_neighbours

    if carrier is None:
        asked = asked_format(name, readers())
        return replace(asked, reader=reader_for(file, asked)), shown_carrier(None, country), frozenset()
    with the_workspace() as workspace:
        who = workspace.catalog.directory.carrier(carrier)
        listed = names_of_neighbours(workspace.catalog.directory.trunks(carrier))
        own = OwnProfiles(workspace.catalog.profiles, carrier)
        asked = asked_format(name, readers(), own)
        asked = replace(asked, reader=reader_for(file, asked, own))
    return asked, shown_carrier(who, country), listed


def claims_of(file: Path, carrier: str | None) -> list[Claim]:
    """What a file may be; with a carrier its own profiles are asked too."""
    from hoptrace.intake.looking import detect_file
    from hoptrace.intake.profile_store import OwnProfiles

    if carrier is None:
        return detect_file(file)
    with the_workspace() as workspace:
        workspace.catalog.directory.carrier(carrier)
        return detect_file(file, OwnProfiles(workspace.catalog.profiles, carrier))


def write_draft(out: Path, draft: Draft, drafted_from: Path) -> None:
    """Write a proposed profile, wholly or not at all, and not over the file that it is drafted from."""
    from hoptrace.output import check_place, whole_file

    check_place(out, drafted_from)
    with whole_file(out) as stream:
        stream.write(draft.text.encode())


def profile_facts(profile: Profile) -> Iterator[tuple[str, object]]:
    """What a profile says, in short."""
    yield "Profile", profile.name
    yield "Title", profile.title or None
    yield "Format", profile.format or "the file tells"
    yield "Fields", ", ".join(profile.fields) or None
    yield "Time zone", profile.time.timezone
    yield "Legs", profile.legs.rule if profile.declarative else None
    yield "It", "can be used"


def plain_profile(stored: StoredProfile) -> dict[str, Any]:
    """A stored profile as plain data, without its text."""
    return {
        "carrier": stored.carrier_id,
        "name": stored.name,
        "version": stored.version,
        "added_at": stored.added_at,
    }


def all_profiles(carrier: str | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The shipped profiles and those of the workspace (of one carrier), as plain data; without one the shipped."""
    from hoptrace.intake.profiles.shipped import shipped_names, shipped_profile

    shipped = [shipped_profile(name) for name in shipped_names()]
    stored: list[StoredProfile] = []
    try:
        with the_workspace() as workspace:
            if carrier is not None:
                workspace.catalog.directory.carrier(carrier)
            stored = workspace.catalog.profiles.list(carrier)
    except NotAWorkspace:
        if carrier is not None or workspace_is_named():
            raise
    told = [{"name": each.name, "title": each.title, "customisable": each.detect.customisable} for each in shipped]
    return told, [plain_profile(each) for each in stored]


def show_profiles(shipped: Sequence[dict[str, Any]], stored: Sequence[dict[str, Any]]) -> None:
    """Both kinds of profiles as tables."""
    show.table(("Shipped", "What it is"), [(each["name"], each["title"]) for each in shipped])
    if stored:
        click.echo()
        rows = [(each["carrier"], each["name"], each["version"], each["added_at"]) for each in stored]
        show.table(("Carrier", "Profile", "Version", "Added"), rows)
