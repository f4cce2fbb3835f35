"""What a format reader is given and what it gives: sources in, chunks of raw calls and an account of every row out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

import polars as pl

from hoptrace.errors import InputRefused
from hoptrace.intake.limits import unpacked
from hoptrace.intake.profile import Profile
from hoptrace.model.carriers import Carrier
from hoptrace.settings import IntakeSettings

HEAD_BYTES = 65_536
"""Bytes at the beginning of a file that its format is told by."""


State = tuple[int, int, int]
"""Number, size (bytes) and time of the last writing (ns) of a file."""


def source_at(
    path: Path,
    index: int = 0,
    sha256: str | Future[str] = "",
    limits: IntakeSettings | None = None,
    state: State | None = None,
) -> Source:
    """A file as a source; what is not UTF-8 in its name is written out, for receipts take no such bytes."""
    name = os.fsencode(path.name).decode("utf-8", "backslashreplace")
    return Source(index, path, name, sha256, limits or IntakeSettings(), state)


def state_of(path: Path) -> State | None:
    """Which file stands under a path, how long it is and when it was last written to; None where none can be seen."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def check_regular(path: Path) -> None:
    """Raise InputRefused for a pipe or a device: the bytes of a file are read more than once, and have an end."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise InputRefused(f"{path} is a pipe or a device, not a file. Write its content into a file and name that.")


@dataclass(frozen=True, slots=True)
class Source:
    """One submitted file: `index` in its group, `path` to read, `name` to show, `sha256` of its bytes.

    `limits`: what it may be at most. `state`: how it stood before its digest was worked out, where that matters.
    """

    index: int
    path: Path
    name: str
    sha256: str | Future[str]
    limits: IntakeSettings = field(default=IntakeSettings())
    state: State | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the file's bytes; waits where it is still being worked out, and raises InputRefused with it."""
        return self.sha256 if isinstance(self.sha256, str) else self.sha256.result()

    def open(self) -> IO[bytes]:
        """The file's content as bytes, unpacked where its name ends in .gz or .zst; InputRefused beyond a limit."""
        return unpacked(self.path, self.name, self.limits)

    def check_unchanged(self) -> None:
        """Raise InputRefused where the file is not as it was: what was read, kept and digested may differ then."""
        if self.state is not None and state_of(self.path) != self.state:
            raise InputRefused(
                f"{self.path} was written to while it was being read. Nothing was taken in. "
                "Submit a copy of it, or wait until the switch has closed it."
            )

    def head(self) -> bytes:
        """The first bytes of the unpacked content, enough to tell a format by."""
        with self.open() as stream:
            return stream.read(HEAD_BYTES)


@dataclass(frozen=True, slots=True)
class Context:
    """Who submitted, and what was said about the file: `timezone` is what `--timezone` gave, an IANA name or +HH:MM.

    `signers`: the service provider code of each certificate at hand, by the x5u URL that names it. `taken`: the ids of
    the carrier's batches whose files may be submitted again, which the new ones may not have. `listed`: the names and
    addresses of its trunks to neighbours, for a reader that would take such a one for something else.
    """

    carrier: Carrier
    profile: Profile = field(default_factory=Profile)
    timezone: str | None = None
    signers: Mapping[str, str] = field(default_factory=dict[str, str])
    taken: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone in which a file's zone-less times were read, and how it was found, in words for the receipt."""

    name: str
    how: str

    def __str__(self) -> str:
        return f"{self.name} ({self.how})"


ZONE_IN_FILE = Zone("UTC", "every time carries its own zone or is an epoch")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a group of files: `calls` in the RAW_CALLS schema, `rows` in the ROWS schema, `flags` for the receipt.

    Every row of the files stands exactly once in the `rows` of exactly one chunk, and every `call` that accepted rows
    name stands in the same chunk's `calls`. `flags` are sentences keyed by file index. `again`, where a reader gives
    it, says of each call whether its row repeats an earlier one to the letter, and remembers them. It is asked once at
    most, of chunks in which not all numbers are sound: what else is repeated is known by the fingerprints. `longest`:
    no text has more bytes, where that is known.
    """

    calls: pl.DataFrame
    rows: pl.DataFrame
    zone: Zone = ZONE_IN_FILE
    flags: tuple[tuple[int, str], ...] = ()
    again: Callable[[], pl.Series] | None = None
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Detection:
    """A format's claim on a file: `sure` from 0 to 1, `why` in words."""

    format: str
    sure: float
    why: str


class FormatReader(Protocol):
    """One format. `grouped` formats spread a call over several files, which are then read and committed together."""

    @property
    def name(self) -> str:
        """What `--format` takes."""
        ...

    @property
    def title(self) -> str:
        """What people call it."""
        ...

    @property
    def grouped(self) -> bool:
        """Whether a call's rows can be spread over several files."""
        ...

    @property
    def needs_profile(self) -> bool:
        """Whether its columns are the operator's choice, so that it cannot be read without a profile."""
        ...

    @property
    def rows_are_lines(self) -> bool:
        """Whether row n is line n of the file (or row n of a Parquet file).

        Else rows are records, and the reader alone knows where each begins.
        """
        ...

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """What speaks for this format in the file's first bytes; None where nothing does."""
        ...

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """The group's calls and row accounts; raises InputRefused where the files as a whole cannot be read."""
        ...
