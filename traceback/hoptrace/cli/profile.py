"""hoptrace profile detect | show | draft | check | add | list | schema."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from hoptrace.cli import show as shown
from hoptrace.cli.options import example, file_option, json_option, the_workspace, workspace_option


@click.group()
@workspace_option
def profile() -> None:
    """How a carrier's files are read: what a file is, and TOML profiles that say how one is laid out."""


@profile.command(epilog=example("hoptrace profile detect cdr.csv"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--carrier", metavar="ID", help="Whose file it is; profiles added for this carrier are tried too.")
@json_option
@workspace_option
def detect(file: Path, carrier: str | None, as_json: bool) -> None:
    """What a file is, why, and how sure that is: all readers and shipped profiles are asked."""
    from hoptrace.cli.shown_profile import claims_of, show_claims

    claims = claims_of(file, carrier)
    if as_json:
        shown.as_json([asdict(claim) for claim in claims])
    else:
        show_claims(file, claims)


@profile.command(epilog=example("hoptrace profile show cdr.csv --profile alpha.toml --timezone America/Chicago"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--profile",
    "name",
    default="auto",
    show_default=True,
    metavar="NAME|PROFILE.toml",
    help="A format or a profile; auto takes the one that submit would take.",
)
@click.option("--carrier", metavar="ID", help="Whose file it is: for its time zone, country, trunks and own profiles.")
@click.option("--country", metavar="CC", help="Country of numbers without a country code: US, GB.")
@click.option("--timezone", metavar="ZONE", help="Time zone of times that are written without one.")
@json_option
@workspace_option
def show(file: Path, name: str, carrier: str | None, country: str | None, timezone: str | None, as_json: bool) -> None:
    """Five rows as they are written, beside what is understood of them. Nothing is taken in."""
    from hoptrace.cli.shown_profile import asked_of, show_rows
    from hoptrace.intake.looking import show_file

    asked, who, listed = asked_of(file, name, carrier, country)
    told = show_file(file, asked, who, timezone=timezone, listed=listed)
    if as_json:
        shown.as_json([asdict(row) for row in told])
    else:
        show_rows(told)


@profile.command(epilog=example("hoptrace profile draft cdr.csv --out alpha.toml"))
@click.argument("file", type=click.Path(path_type=Path))
@file_option("--out", about="Write it there instead of printing it.")
@json_option
@workspace_option
def draft(file: Path, out: Path | None, as_json: bool) -> None:
    """Propose a profile for an unknown delimited file, with the evidence as comments. To be corrected by a person."""
    from hoptrace.cli.shown_profile import write_draft
    from hoptrace.intake.drafting import draft_profile

    drafted = draft_profile(file)
    if out is not None:
        write_draft(out, drafted, file)
    if as_json:
        shown.as_json(asdict(drafted))
    elif out is None:
        click.echo(drafted.text, nl=False)
    else:
        click.echo(f"Wrote {out}. Look at it with: hoptrace profile show {file} --profile {out}")


@profile.command(epilog=example("hoptrace profile check alpha.toml"))
@click.argument("file", type=click.Path(path_type=Path), metavar="PROFILE")
@json_option
@workspace_option
def check(file: Path, as_json: bool) -> None:
    """Whether a profile can be used; errors name the line and the key."""
    from hoptrace.cli.shown_profile import profile_facts
    from hoptrace.intake.profile_store import check_profile

    sound = check_profile(file)
    if as_json:
        shown.as_json(sound.model_dump(mode="json", exclude_unset=True, by_alias=True))
    else:
        shown.facts(profile_facts(sound))


@profile.command(
    epilog=example(
        "hoptrace profile add alpha.toml --carrier alpha", "hoptrace submit cdr.csv --carrier alpha --format alpha"
    )
)
@click.argument("file", type=click.Path(path_type=Path), metavar="PROFILE")
@click.option("--carrier", required=True, metavar="ID", help="Whose files it describes.")
@json_option
@workspace_option
def add(file: Path, carrier: str, as_json: bool) -> None:
    """Keep a profile for a carrier, under its name, as the next version."""
    from hoptrace.cli.shown_profile import plain_profile
    from hoptrace.intake.profile_store import add_profile

    with the_workspace() as workspace:
        stored = add_profile(workspace, file, carrier)
    if as_json:
        shown.as_json(plain_profile(stored) | {"new": stored.new})
    else:
        what = "is kept as" if stored.new else "is at hand already as"
        click.echo(f"{file} {what} {stored.label} of {carrier}.")
        click.echo(f"Use it with: hoptrace submit FILE --carrier {carrier} --format {stored.name}")


@profile.command("list", epilog=example("hoptrace profile list --carrier alpha"))
@click.option("--carrier", metavar="ID", help="Only this carrier's.")
@json_option
@workspace_option
def list_(carrier: str | None, as_json: bool) -> None:
    """The profiles that come with hoptrace, and those that carriers have in this workspace."""
    from hoptrace.cli.shown_profile import all_profiles, show_profiles

    shipped, stored = all_profiles(carrier)
    if as_json:
        shown.as_json({"shipped": shipped, "stored": stored})
    else:
        show_profiles(shipped, stored)


@profile.command(epilog=example("hoptrace profile schema --out profile.schema.json"))
@file_option("--out", about="Write it there instead of printing it.")
@json_option
@workspace_option
def schema(out: Path | None, as_json: bool) -> None:
    """The JSON Schema of profiles, for editors."""
    from hoptrace.intake.profiles.schema import schema_text
    from hoptrace.output import check_place, whole_file

    del as_json  # it is JSON either way
    if out is None:
        click.echo(schema_text(), nl=False)
        return
    check_place(out)
    with whole_file(out) as stream:
        stream.write(schema_text().encode())
