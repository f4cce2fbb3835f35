"""Verifying: every byte of a package is held against what was signed, and its traces are made again from it alone."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hoptrace.errors import InputRefused
from hoptrace.evidence.archive import MOST_BYTES, Member, archive, regions, unpack, wrong_checksums
from hoptrace.evidence.keys import fingerprint_of, is_signed
from hoptrace.evidence.manifest import HEAD, MANIFEST, PUBLIC_KEY, SIGNATURE, Manifest, digest, read_manifest
from hoptrace.evidence.problems import Problem
from hoptrace.evidence.replaying import Replayed, replay

THE_FILE = "the ZIP file"
MOST_TOLD = 50
"""Problems that are told of; a file that is cut short has thousands."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of a check: `problems` is empty where the package is sound. `signer` is the key's fingerprint.

    `replayed`: the calls that were traced again, None where damage kept them from it.
    """

    file: str
    problems: tuple[Problem, ...]
    signer: str | None = None
    created: str | None = None
    made_by: str | None = None
    files: int = 0
    replayed: tuple[Replayed, ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether everything is as it was signed, and the traces came out the same."""
        return not self.problems

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for `--json`."""
        return {
            "file": self.file,
            "sound": self.sound,
            "problems": [{"file": each.file, "problem": each.what} for each in self.problems],
            "signer": self.signer,
            "created": self.created,
            "made_by": self.made_by,
            "files": self.files,
            "replayed": None if self.replayed is None else [each.as_dict() for each in self.replayed],
            "notes": list(self.notes),
        }


@dataclass(slots=True)
class _Check:
    """The check of one package, step by step; each step tells its problems."""

    data: bytes
    members: dict[str, Member] = field(default_factory=dict[str, Member])
    manifest: Manifest | None = None
    problems: list[Problem] = field(default_factory=list[Problem])

    def tell(self, file: str, what: str) -> None:
        """Add a problem of a file in the package, but no more than a person reads."""
        if len(self.problems) < MOST_TOLD:
            self.problems.append(Problem(file, what))


def verify(path: Path | str, signer: str | None = None) -> Verified:
    """Check a package: its form, digests and signature, and that its calls trace to the same results again.

    `signer` is the fingerprint of the key that must have signed it. Never raises for what is wrong with the package:
    that is told in `problems`. Raises InputRefused where there is no file to check.
    """
    place = Path(path)
    data = _read(place)
    check = _Check(data)
    _unpack(check)
    _read_manifest(check)
    fingerprint = _signature(check, signer)
    _files(check)
    _form(check)
    replayed, notes = _replayed(check)
    manifest = check.manifest
    return Verified(
        file=str(place),
        problems=tuple(check.problems),
        signer=fingerprint,
        created=manifest.created if manifest else None,
        made_by=manifest.hoptrace if manifest else None,
        files=len(check.members),
        replayed=replayed,
        notes=notes,
    )


def signer_of(path: Path | str) -> str:
    """The fingerprint of the public key in a file, to ask `verify` for; raises InputRefused where it is none."""
    try:
        return fingerprint_of(Path(path).read_bytes())
    except OSError as error:
        raise InputRefused(f"{path}: cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise InputRefused(
            f"{path} is not a public key of hoptrace: {error}. Get it with: hoptrace keys export"
        ) from error


def _read(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise InputRefused(f"{path} is not a file. Name a package that hoptrace report package wrote.")
        if path.stat().st_size > MOST_BYTES:
            raise InputRefused(f"{path} is larger than a package can be ({MOST_BYTES:,} bytes).")
        return path.read_bytes()
    except OSError as error:
        raise InputRefused(f"{path}: cannot be read: {error.strerror}.") from error


def _unpack(check: _Check) -> None:
    try:
        found = unpack(check.data)
    except ValueError as error:
        check.tell(THE_FILE, f"{error}")
        return
    for member in found:
        if member.name in check.members:
            check.tell(member.name, "it is in the package twice")
        check.members[member.name] = member
    for name in wrong_checksums(check.data):
        check.tell(name, "its bytes do not fit their checksum: it, or the checksum, was changed")


def _read_manifest(check: _Check) -> None:
    for name in HEAD:
        # Where nothing could be unpacked that is said already.
        if name not in check.members and check.members:
            check.tell(name, "it is missing")
    if MANIFEST in check.members:
        try:
            check.manifest = read_manifest(check.members[MANIFEST].content)
        except ValueError as error:
            check.tell(MANIFEST, str(error))


def _signature(check: _Check, signer: str | None) -> str | None:
    """Check the key and the signature; gives the key's fingerprint."""
    if not all(name in check.members for name in HEAD):
        return None
    text, signature, pem = (check.members[name].content for name in HEAD)
    try:
        fingerprint = fingerprint_of(pem)
        if not is_signed(pem, signature, text):
            check.tell(
                SIGNATURE, f"it is not the signature of {MANIFEST} by {PUBLIC_KEY}: one of the three was changed"
            )
    except ValueError as error:
        check.tell(PUBLIC_KEY, str(error))
        return None
    if check.manifest is not None and check.manifest.key != fingerprint:
        check.tell(PUBLIC_KEY, f"it is not the key that the manifest names ({check.manifest.key})")
    if signer is not None and signer.lower() != fingerprint:
        check.tell(PUBLIC_KEY, f"it is not the key that was asked for: its fingerprint is {fingerprint}")
    return fingerprint


def _files(check: _Check) -> None:
    """Hold the members against the manifest."""
    if check.manifest is None:
        return
    listed = {line.path: line for line in check.manifest.files}
    if len(listed) < len(check.manifest.files):
        check.tell(MANIFEST, "it lists a file twice")
    for line in listed.values():
        member = check.members.get(line.path)
        if member is None:
            check.tell(line.path, "it is missing")
        elif len(member.content) != line.bytes:
            check.tell(line.path, f"it has {len(member.content):,} bytes and not {line.bytes:,}")
        elif digest(member.content) != line.sha256:
            check.tell(line.path, "its content was changed: the SHA-256 is another one")
    for name in check.members:
        if name not in listed and name not in HEAD:
            check.tell(name, "it does not belong to the package: the manifest does not list it")
    expected = [*HEAD, *(line.path for line in check.manifest.files)]
    if not check.problems and list(check.members) != expected:
        check.tell(THE_FILE, "its files are in another order than the manifest has them")


def _form(check: _Check) -> None:
    """Hold the archive itself against the one that these members make."""
    if check.manifest is None or not check.members:
        return
    members = list(check.members.values())
    try:
        if archive(members, check.manifest.time) == check.data:
            return
    except (ValueError, struct.error) as error:
        check.tell(THE_FILE, str(error))
        return
    end, told = 0, {problem.file for problem in check.problems}
    for region in regions(members, check.manifest.time):
        end = region.start + len(region.content)
        if check.data[region.start : end] != region.content and region.member not in told:
            check.tell(THE_FILE, f"{region.what}, at byte {region.start:,}, was changed")
    if len(check.data) > end:
        check.tell(THE_FILE, f"{len(check.data) - end:,} bytes follow after its end")


def _replayed(check: _Check) -> tuple[tuple[Replayed, ...] | None, tuple[str, ...]]:
    if check.problems or check.manifest is None:
        return None, ("The traces were not made again, as the package is not sound.",)
    outcome = replay(check.manifest, {name: member.content for name, member in check.members.items()})
    for problem in outcome.problems:
        check.tell(problem.file, problem.what)
    return outcome.replayed, outcome.notes
