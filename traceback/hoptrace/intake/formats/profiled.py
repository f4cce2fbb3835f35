"""Files that a profile alone describes: delimited, fixed-width, key=value; no code for any one switch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.profiled_detect import claim
from hoptrace.intake.formats.profiled_file import ProfiledFile
from hoptrace.intake.formats.profiled_legs import joined_chunk
from hoptrace.intake.profile import Profile
from hoptrace.intake.profiles.shipped import overlaid, shipped_names, shipped_profile
from hoptrace.intake.reading import Chunk, Context, Detection, Source

TITLES = {
    "delimited": "delimited text that a profile describes",
    "fixed": "fixed-width text that a profile describes",
    "keyvalue": "key=value text that a profile describes",
}


@dataclass(frozen=True, slots=True)
class Profiled:
    """Reads what a profile describes; without a `profile` of its own it needs one in the context."""

    name: str
    title: str
    profile: Profile | None = None

    @property
    def grouped(self) -> bool:
        """Legs can be spread over several files."""
        return self.profile is not None and self.profile.legs.rule == "joined"

    @property
    def needs_profile(self) -> bool:
        """Nothing is known of the columns until a profile names them."""
        return self.profile is None

    @property
    def customisable(self) -> bool:
        """The columns are the operator's choice: the profile may fit, and must be named."""
        return self.profile is not None and self.profile.detect.customisable

    def bound(self, asked: Profile) -> Profiled:
        """This reader with what the submitter's profile says; over a shipped one it lays its own keys."""
        if self.profile is None:
            return replace(self, name=asked.name or self.name, title=asked.title or self.title, profile=asked)
        return replace(self, profile=overlaid(self.profile, asked))

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims files that its profile knows by their header or the look of their lines."""
        return None if self.profile is None else claim(self.name, self.profile, source, head)

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk a block, and for joined legs one of all calls; raises InputRefused or ColumnMissing."""
        profile = self.profile or context.profile
        if not profile.declarative:
            raise InputRefused(f'{sources[0].name}: format {self.name} needs a profile with format = "{self.name}".')
        context = replace(context, profile=profile)
        files = [ProfiledFile(source, profile, context) for source in sources]
        for file in files:
            yield from file.chunks()
        if profile.legs.rule == "joined":
            yield joined_chunk(files)


def generic_readers() -> tuple[Profiled, ...]:
    """The readers that need a profile, by the names that `format = ` takes."""
    return tuple(Profiled(name, title) for name, title in TITLES.items())


def shipped_readers() -> tuple[Profiled, ...]:
    """A reader for each profile that hoptrace brings along."""
    profiles = [shipped_profile(name) for name in shipped_names()]
    return tuple(Profiled(profile.name, profile.title, profile) for profile in profiles)
