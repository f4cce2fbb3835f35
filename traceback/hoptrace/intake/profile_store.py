"""A carrier's profiles in the catalog: checked before they are added, found by name, loaded when they are used."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hoptrace.catalog.profiles import Profiles, StoredProfile
from hoptrace.errors import ProfileInvalid
from hoptrace.intake.profile import Profile, load_profile, read_profile
from hoptrace.intake.reading import FormatReader
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
        raise ProfileInvalid(f"{path}: {profile.name!r} is not a valid name: use up to 64 letters, digits, - _ and .")
    if profile.name in _taken_names():
        raise ProfileInvalid(
            f'{path}: there is a format called {profile.name!r} already. Give another name: name = "..." in it.'
        )
    with workspace.writing():
        return workspace.catalog.profiles.add(known.carrier_id, profile.name, text)


def free_name(wanted: str) -> str:
    """A name like this one that `add_profile` takes."""
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", wanted).strip("-_.")[:60] or "draft"
    return f"{plain}-own" if plain in _taken_names() else plain


def check_profile(path: Path) -> Profile:
    """Load a profile and see that its format exists and takes it; raises ProfileInvalid."""
    from hoptrace.intake.formats import readers
    from hoptrace.intake.sources import asked_format

    load_profile(path)
    asked = asked_format(str(path), readers()) if path.suffix == ".toml" else None
    if asked is None:
        raise ProfileInvalid(f"{path}: a profile is a file whose name ends in .toml. Rename it.")
    return asked.profile


@dataclass(frozen=True, slots=True)
class OwnProfiles:
    """The profiles that one carrier has in the catalog."""

    profiles: Profiles
    carrier: str

    def named(self, asked: str) -> Profile | None:
        """The profile of `name` or `name@version`, called after both; None where there is none."""
        match = _ASKED.fullmatch(asked)
        if match is None:
            return None
        found = self.profiles.find(self.carrier, match["name"], int(match["version"]) if match["version"] else None)
        return None if found is None else loaded(found)

    def reader(self, reader: FormatReader, profile: Profile) -> FormatReader:
        """A reader that reads by one of these profiles."""
        from hoptrace.intake.formats.stored import Stored

        return Stored.of(reader, profile, self.carrier)

    def beside(self, readers: Sequence[FormatReader]) -> list[FormatReader]:
        """A reader for the newest version of each profile that names its format, and behind them these readers.

        A profile that can no longer be loaded is left out: it cannot be submitted by either.
        """
        by_name = {reader.name: reader for reader in readers}
        newest = {stored.name: stored for stored in self.profiles.list(self.carrier)}
        own: list[FormatReader] = []
        for stored in newest.values():
            with suppress(ProfileInvalid):
                profile = loaded(stored)
                base = by_name.get(profile.format or "")
                own += [] if base is None else [self.reader(base, profile)]
        return [*own, *readers]


def loaded(stored: StoredProfile) -> Profile:
    """A stored profile, called after its name and version."""
    profile = read_profile(stored.text, f"the profile {stored.label} of {stored.carrier_id}", stored.name)
    return profile.model_copy(update={"name": stored.label})


def _taken_names() -> set[str]:
    from hoptrace.intake.formats import readers

    return {"auto", *(reader.name for reader in readers())}
