"""Files that a profile alone describes: delimited, fixed-width, key=value; no code for any one switch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.profiled.detect import claim
from hoptrace.intake.formats.profiled.file import ProfiledFile
from hoptrace.intake.formats.profiled.legs import joined_chunk
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
    """Reads what a profile describes: its `own`, the one that comes along under its name, or one in the context."""

    name: str
    own: Profile | None = None
    shipped: bool = False
    rows_are_lines: bool = True

    @property
    def profile(self) -> Profile | None:
        """Its profile; one that comes along is loaded when it is first asked for."""
        return shipped_profile(self.name) if self.own is None and self.shipped else self.own

    @property
    def title(self) -> str:
        """What people call its files."""
        return TITLES.get(self.name, self.name) if self.profile is None else self.profile.title or self.name

    @property
    def grouped(self) -> bool:
        """Legs can be spread over several files."""
        profile = self.profile
        return profile is not None and profile.legs.rule == "joined"

    @property
    def needs_profile(self) -> bool:
        """Nothing is known of the columns until a profile names them."""
        return self.own is None and not self.shipped

    @property
    def customisable(self) -> bool:
        """The columns are the operator's choice: the profile may fit, and must be named."""
        profile = self.profile
        return profile is not None and profile.detect.customisable

    def bound(self, asked: Profile) -> Profiled:
        """This reader with what the submitter's profile says; over a shipped one it lays its own keys."""
        base = self.profile
        if base is None:
            return replace(self, name=asked.name or self.name, own=asked)
        return replace(self, own=overlaid(base, asked))

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims files that its profile knows by their header or the look of their lines."""
        profile = self.profile
        return None if profile is None else claim(self.name, profile, source, head)

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
    return tuple(Profiled(name) for name in TITLES)


def shipped_readers() -> tuple[Profiled, ...]:
    """A reader for each profile that hoptrace brings along."""
    return tuple(Profiled(name, shipped=True) for name in shipped_names())
