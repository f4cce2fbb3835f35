"""The whole of a file that is small enough to be held in memory, unpacked."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import zstandard

from hoptrace.errors import InputRefused
from hoptrace.intake.limits import check_content, is_packed
from hoptrace.intake.reading import Source

MOST_BYTES = 2 << 30
"""A file larger than this, unpacked, is refused: calls of one file are joined in memory."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def content_of(source: Source) -> bytes:
    """A file's unpacked bytes; raises InputRefused where it is damaged, beyond a limit or UTF-16."""
    try:
        data = _unpacked(source) if is_packed(source.path) else _stored(source.path)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise InputRefused(f"{source.name}: cannot be read or unpacked: {error}. Send the file again.") from error
    if len(data) > MOST_BYTES:
        raise InputRefused(
            f"{source.name}: larger than {MOST_BYTES >> 30} GiB unpacked. Split it by day and submit the parts."
        )
    if data.startswith(_UTF16):
        raise InputRefused(f"{source.name}: written in UTF-16. Save it as UTF-8, or send what the switch wrote itself.")
    check_content(data, source.name, source.limits)
    return data


def _unpacked(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read(MOST_BYTES + 1)


def _stored(path: Path) -> bytes:
    """The bytes of a file that is not packed, up to one more than it may have.

    Room is asked for by its size, and the system is asked no more than it has to be: files of one record come by the
    thousand.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(handle).st_size
        data = os.read(handle, min(size, MOST_BYTES) + 1)
        # More follows where one call does not read so much, where the file grows, or where its size is not known.
        while len(data) != size and (left := MOST_BYTES + 1 - len(data)):
            more = os.read(handle, min(left, max(len(data), 1 << 20)))
            if not more:
                break
            data += more
    finally:
        os.close(handle)
    return data
