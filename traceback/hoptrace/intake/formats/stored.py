"""A reader with a profile that a carrier has stored: it is asked before the reader that it is based on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hoptrace.intake.formats.profiled.detect import has_every_column
from hoptrace.intake.formats.profiled.reader import Profiled
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Context, Detection, FormatReader, Source
from hoptrace.model.receipts import based_on


@dataclass(frozen=True, slots=True)
class Stored:
    """`profile` of `carrier`, called name@version, and the `reader` that it is laid over or that reads by it."""

    reader: FormatReader
    profile: Profile
    carrier: str
    needs_profile: bool = False

    @classmethod
    def of(cls, reader: FormatReader, profile: Profile, carrier: str) -> Stored:
        """The reader with what the profile says."""
        return cls(reader.bound(profile) if isinstance(reader, Profiled) else reader, profile, carrier)

    @property
    def base(self) -> str | None:
        """The name of the format that the profile is based on; None where the profile alone says how to read."""
        return None if self.profile.declarative else self.reader.name

    @property
    def name(self) -> str:
        """What receipts show: the profile's name and version, and what it is based on."""
        return self.profile.name if self.base is None else based_on(self.profile.name, self.base)

    @property
    def asked(self) -> str:
        """What `--format` takes."""
        return self.profile.name.partition("@")[0]

    @property
    def title(self) -> str:
        """What people call its files."""
        if self.profile.title:
            return self.profile.title
        return f"files of {self.carrier} as its profile {self.profile.name} describes them"

    @property
    def grouped(self) -> bool:
        """As the reader."""
        return self.reader.grouped

    @property
    def rows_are_lines(self) -> bool:
        """As the reader."""
        return self.reader.rows_are_lines

    @property
    def customisable(self) -> bool:
        """The columns are the operator's choice: it may fit, and must be named."""
        return isinstance(self.reader, Profiled) and self.reader.customisable

    @property
    def effective(self) -> Profile:
        """The profile that counts: what it is based on included."""
        own = self.reader.profile if isinstance(self.reader, Profiled) else None
        return self.profile if own is None else own

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims what its base does, or what its `[detect]` says; without one a file that has every column it names."""
        found = self.reader.detect(source, head)
        if found is None and self.base is None:
            found = has_every_column(self.name, self.profile, head)
        return None if found is None else replace(found, format=self.name)

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """What the reader makes of the files by this profile."""
        return self.reader.read(sources, replace(context, profile=self.effective))


def own_profile(reader: FormatReader) -> Profile | None:
    """The profile that a reader brings along itself, if any."""
    if isinstance(reader, Stored):
        return reader.effective
    return reader.profile if isinstance(reader, Profiled) else None
