"""From the files that a carrier names to sources whose format is known; nothing is taken in before all of them are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hoptrace.errors import InputRefused, ProfileInvalid, UsageError
from hoptrace.intake.profile import Profile, load_profile
from hoptrace.intake.profiles.problems import meant
from hoptrace.intake.profiles.toml_lines import key_lines, line_of
from hoptrace.intake.reading import FormatReader, Source, check_regular, source_at, state_of
from hoptrace.model.receipts import base_format
from hoptrace.settings import IntakeSettings

if TYPE_CHECKING:
    from hoptrace.intake.profile_store import OwnProfiles

AUTO = "auto"
LONG_BYTES = 32 << 20
"""A file from this size on is read while its digest is worked out, which takes 0.02 s of this."""

_DIGESTED = 2 << 20
"""Bytes that are digested at once. Before and after each such piece the interpreter's lock is waited for, which those
hold that read the file meanwhile: in small pieces a digest takes twice as long."""

FOLDER_FORMATS = {"freeswitch_json": "*.json", "freeswitch_xml": "*.xml"}
"""FreeSWITCH writes one file a leg into a folder, with these names; a folder is taken for nothing else."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What `--format` said: a reader, or none where the files have to tell; and a profile."""

    reader: FormatReader | None
    profile: Profile
    has_profile: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Files that are read and committed together, by one reader; the sources are numbered from 0."""

    reader: FormatReader
    sources: tuple[Source, ...]


def asked_format(text: str, readers: Sequence[FormatReader], own: OwnProfiles | None = None) -> Asked:
    """Understand `--format`: auto, a reader's name, the path of a profile, or the name of one of the carrier's.

    `own` are the carrier's profiles. Raises UsageError or ProfileInvalid.
    """
    profile = load_profile(Path(text)) if text.endswith(".toml") else None
    stored = own.named(text) if own is not None and profile is None and text != AUTO else None
    profile = profile or stored
    name = text if profile is None else profile.format or AUTO
    asked = Asked(None, profile or Profile(), profile is not None)
    if name == AUTO:
        return asked
    reader = next((reader for reader in readers if reader.name == name), None)
    if reader is None:
        raise _no_format(text, name, readers, profile)
    if reader.needs_profile and profile is None:
        raise UsageError(
            f"Format {name} needs a profile that names the file's columns: --format FILE.toml, with "
            f'format = "{name}" in it. See docs/formats/profiles.md.'
        )
    bound = own.reader(reader, stored) if own is not None and stored is not None else _bound(reader, profile)
    return replace(asked, reader=bound)


def _no_format(
    text: str, name: str, readers: Sequence[FormatReader], profile: Profile | None
) -> ProfileInvalid | UsageError:
    """What to say of a format that is not there; `text` is what `--format` gave, `profile` what names the format."""
    names = [AUTO, *(reader.name for reader in readers)]
    known = ", ".join(names)
    if profile is not None:
        return ProfileInvalid(
            f"{_at_format(text)}: format: there is no format {name!r}{meant(name, names)}. Known are {known}."
        )
    return UsageError(
        f"There is no format {name!r}{meant(name, names)}. Known are {known}, a profile that was added for the "
        "carrier, or the path of a .toml profile."
    )


def _at_format(text: str) -> str:
    """Where a profile names its format: the file and the line, or the stored profile."""
    if not text.endswith(".toml"):
        return text
    line = line_of(key_lines(Path(text).read_text(encoding="utf-8")), ("format",))
    return text if line is None else f"{text}, line {line}"


def _bound(reader: FormatReader, profile: Profile | None) -> FormatReader:
    """A reader of declared files has a profile of its own: what the submitter's says is laid over it."""
    from hoptrace.intake.formats.profiled.reader import Profiled

    return reader.bound(profile) if isinstance(reader, Profiled) and profile is not None else reader


def open_sources(files: Sequence[Path], asked: Asked, limits: IntakeSettings) -> list[Source]:
    """The files as sources, folders opened up; raises InputRefused for one that is missing or cannot be read.

    The digest of a long file that comes alone is worked out beside what is done next.
    """
    names = list(FOLDER_FORMATS) if asked.reader is None else [base_format(asked.reader.name)]
    folders = [FOLDER_FORMATS[name] for name in names if name in FOLDER_FORMATS]
    paths = [path for file in files for path in _expand(Path(file), folders)]
    digest = _digest_beside if len(paths) == 1 and _is_long(paths[0]) else _digest
    states = [state_of(path) for path in paths]
    every = enumerate(zip(paths, states, strict=True))
    return [source_at(path, index, digest(path), limits, state) for index, (path, state) in every]


def find_readers(sources: Sequence[Source], asked: Asked, readers: Sequence[FormatReader]) -> list[FormatReader]:
    """The reader of each source; raises FormatUnknown where a file fits none."""
    from hoptrace.intake.detect import find_format, readable_head

    if asked.reader is not None:
        for source in sources:
            readable_head(source)
        return [asked.reader] * len(sources)
    said = asked.profile if asked.has_profile else None
    return [_bound(find_format(source, readers, said), said) for source in sources]


def groups(sources: Sequence[Source], readers: Sequence[FormatReader]) -> Iterator[Group]:
    """Put files of grouped formats together, in the order of their first file; every other file stands alone."""
    together: dict[str, list[Source]] = {}
    by_name: dict[str, FormatReader] = {}
    for source, reader in zip(sources, readers, strict=True):
        name = reader.name if reader.grouped else f"{reader.name} {source.index}"
        together.setdefault(name, []).append(source)
        by_name[name] = reader
    for name, members in together.items():
        yield Group(by_name[name], tuple(replace(source, index=at) for at, source in enumerate(members)))


def _expand(path: Path, patterns: Sequence[str]) -> list[Path]:
    try:
        if not path.exists():
            raise InputRefused(f"{path}: there is no such file. Nothing was taken in.")
        if not path.is_dir():
            check_regular(path)
            return [path]
        inside = sorted(found for pattern in patterns for found in path.glob(pattern))
    except OSError as error:
        raise InputRefused(f"{path}: cannot be read: {error.strerror}. Nothing was taken in.") from error
    if not inside:
        raise InputRefused(
            f"{path} is a directory. Name the files in it: "
            "only a folder of FreeSWITCH's *.json or *.xml files is taken as a whole. Nothing was taken in."
        )
    return inside


def _is_long(path: Path) -> bool:
    return path.is_file() and path.stat().st_size >= LONG_BYTES


def _digest_beside(path: Path) -> Future[str]:
    thread = ThreadPoolExecutor(1, thread_name_prefix="hoptrace-digest")
    working = thread.submit(_digest, path)
    thread.shutdown(wait=False)  # it ends with its work
    return working


def _digest(path: Path) -> str:
    try:
        with path.open("rb", buffering=0) as stream:
            found, block = hashlib.sha256(), memoryview(bytearray(min(_DIGESTED, path.stat().st_size + 1)))
            while filled := stream.readinto(block):
                found.update(block[:filled])
            return found.hexdigest()
    except OSError as error:
        raise InputRefused(f"{path}: cannot be read: {error.strerror}. Nothing was taken in.") from error
