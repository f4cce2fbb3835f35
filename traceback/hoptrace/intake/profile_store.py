"""A carrier's profiles in the catalog: checked before they are added, found by name, loaded when they are used."""

from __future__ import annotations

import re
from pathlib import Path

from hoptrace.catalog.profiles import Profiles, StoredProfile
from hoptrace.errors import ProfileInvalid
from hoptrace.intake.profile import Profile, load_profile, read_profile
from hoptrace.workspace import Workspace

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_ASKED = re.compile(r"(?P<name>[^@]+)(?:@(?P<version>[0-9]{1,9}))?")


def add_profile(workspace: Workspace, path: Path, carrier: str) -> StoredProfile:
    """Check a profile and keep it for a carrier under its name, as the next version.

    Raises UnknownCarrier, or ProfileInvalid: also where its name is that of a format.
    """
    known = workspace.catalog.directory.carrier(carrier)
    profile = check_profile(path)
    text = path.read_text(encoding="utf-8")
    if not _NAME.fullmatch(profile.name) or profile.name.endswith(".toml"):
        raise ProfileInvalid(f"{path}: {profile.name!r} is no name: use letters, digits, - _ and ., 64 at most.")
    if profile.name in {"auto", *_format_names()}:
        raise ProfileInvalid(
            f'{path}: a format is called {profile.name!r} already. Give the profile another name: name = "..." in it.'
        )
    with workspace.writing():
        return workspace.catalog.profiles.add(known.carrier_id, profile.name, text)


def check_profile(path: Path) -> Profile:
    """Load a profile and see that its format exists and takes it; raises ProfileInvalid."""
    from hoptrace.intake.formats import readers
    from hoptrace.intake.sources import asked_format

    load_profile(path)
    asked = asked_format(str(path), readers()) if path.suffix == ".toml" else None
    if asked is None:
        raise ProfileInvalid(f"{path}: a profile is a file whose name ends in .toml. Rename it.")
    return asked.profile


def stored_profile(profiles: Profiles, carrier: str, asked: str) -> Profile | None:
    """A carrier's profile by `name` or `name@version`, called after both; None where there is none."""
    match = _ASKED.fullmatch(asked)
    if match is None:
        return None
    found = profiles.find(carrier, match["name"], int(match["version"]) if match["version"] else None)
    return None if found is None else loaded(found)


def loaded(stored: StoredProfile) -> Profile:
    """A stored profile, called after its name and version."""
    profile = read_profile(stored.text, f"the profile {stored.label} of {stored.carrier_id}", stored.name)
    return profile.model_copy(update={"name": stored.label})


def _format_names() -> set[str]:
    from hoptrace.intake.formats import readers

    return {reader.name for reader in readers()}
