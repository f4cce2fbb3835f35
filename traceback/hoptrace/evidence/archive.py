"""The package's file: a ZIP archive of one exact form, so that each of its bytes is accounted for.

Members are stored as they are, one after another, without comments, extra fields or gaps, all with the package's time:
the same members give the same bytes with whatever library, and nothing in the file can hide or inflate. Any program
that opens ZIP archives opens it.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

MOST_MEMBERS = 60_000
MOST_BYTES = 0xFFFF_0000
"""What the classic form of the archive (APPNOTE 6.3, no ZIP64) can hold, and more than a case needs."""

_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_LOCAL_SIGN, _CENTRAL_SIGN, _END_SIGN = 0x04034B50, 0x02014B50, 0x06054B50
_MADE_BY = 3 << 8 | 20  # Unix, version 2.0 of the form
_NEEDS, _STORED = 20, 0
_MODE = 0o100644 << 16
_FIRST, _LAST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
MOST_NAME = 200
"""Characters of a member's name."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the package."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of an archive's bytes, what it is in words, and the member that it belongs to."""

    start: int
    content: bytes
    what: str
    member: str | None = None


def is_name(name: str) -> bool:
    """Whether a member may bear this name: plain letters, no way out of the folder that it is unpacked in."""
    return len(name) <= MOST_NAME and _NAME.fullmatch(name) is not None


def archive(members: Sequence[Member], time: datetime) -> bytes:
    """The archive of these members, in their order; raises ValueError for names or sizes that it cannot hold."""
    return b"".join(region.content for region in regions(members, time))


def regions(members: Sequence[Member], time: datetime) -> Iterator[Region]:
    """The archive piece by piece: headers, contents, directory, end."""
    _check(members)
    at, starts, stamp = 0, list[int](), _dos_time(time)
    for member in members:
        starts.append(at)
        for content, what in (
            (_local(member, stamp), f"the header of {member.name}"),
            (member.content, member.name),
        ):
            yield Region(at, content, what, member.name)
            at += len(content)
    directory = at
    for member, start in zip(members, starts, strict=True):
        entry = _central(member, start, stamp)
        yield Region(at, entry, f"the directory's entry of {member.name}", member.name)
        at += len(entry)
    count = len(members)
    end = _END.pack(_END_SIGN, 0, 0, count, count, at - directory, directory, 0)
    yield Region(at, end, "the end of the directory")


def unpack(data: bytes) -> list[Member]:
    """The members of an archive of this form, in their order; raises ValueError which says where it is no longer that.

    Sizes are checked against the bytes that there are; nothing is inflated.
    """
    members: list[Member] = []
    at = 0
    while data[at : at + 4] == _LOCAL_SIGN.to_bytes(4, "little"):
        if len(members) >= MOST_MEMBERS:
            raise ValueError(f"it has more than {MOST_MEMBERS:,} members")
        member, at = _unpack_member(data, at, members[-1].name if members else None)
        members.append(member)
    if not members:
        raise ValueError("it is not a ZIP archive that begins with a file")
    return members


def wrong_checksums(data: bytes) -> Iterator[str]:
    """The members of an archive that was unpacked whose bytes do not fit the checksum in their header."""
    at = 0
    while data[at : at + 4] == _LOCAL_SIGN.to_bytes(4, "little"):
        member, end = _unpack_member(data, at, None)
        if zlib.crc32(member.content) != _LOCAL.unpack_from(data, at)[6]:
            yield member.name
        at = end


def _unpack_member(data: bytes, at: int, before: str | None) -> tuple[Member, int]:
    where = f"the header at byte {at:,}" + (f", after {before}," if before else "")
    if len(data) < at + _LOCAL.size:
        raise ValueError(f"{where} is cut off")
    _, _, _, method, _, _, _, packed, size, name_length, extra = _LOCAL.unpack_from(data, at)
    start = at + _LOCAL.size + name_length
    if method != _STORED or packed != size or extra or start + size > len(data):
        raise ValueError(f"{where} is damaged: a member is stored as it is and lies within the file")
    name = data[at + _LOCAL.size : start].decode("ascii", "replace")
    if not is_name(name):
        raise ValueError(f"{where} names a file {name[:MOST_NAME]!r}, which no package holds")
    return Member(name, data[start : start + size]), start + size


def _check(members: Sequence[Member]) -> None:
    names = [member.name for member in members]
    odd = next((name for name in names if not is_name(name)), None)
    if odd is not None:
        raise ValueError(f"no member may be called {odd[:MOST_NAME]!r}")
    if len({name.lower() for name in names}) < len(names):
        raise ValueError("two members have one name")
    if len(members) > MOST_MEMBERS or sum(len(member.content) + 2 * MOST_NAME for member in members) > MOST_BYTES:
        raise ValueError(f"it would be larger than {MOST_MEMBERS:,} files or {MOST_BYTES:,} bytes")


def _dos_time(time: datetime) -> tuple[int, int]:
    """(time, date) as the archive writes them, in UTC, to two seconds."""
    when = min(max(time.astimezone(UTC), _FIRST), _LAST)
    return (when.hour << 11 | when.minute << 5 | when.second // 2, (when.year - 1980) << 9 | when.month << 5 | when.day)


def _local(member: Member, stamp: tuple[int, int]) -> bytes:
    size, check = len(member.content), zlib.crc32(member.content)
    name = member.name.encode("ascii")
    return _LOCAL.pack(_LOCAL_SIGN, _NEEDS, 0, _STORED, *stamp, check, size, size, len(name), 0) + name


def _central(member: Member, start: int, stamp: tuple[int, int]) -> bytes:
    size, check = len(member.content), zlib.crc32(member.content)
    name = member.name.encode("ascii")
    head = (_CENTRAL_SIGN, _MADE_BY, _NEEDS, 0, _STORED, *stamp, check, size, size, len(name), 0, 0, 0, 0, _MODE, start)
    return _CENTRAL.pack(*head) + name
