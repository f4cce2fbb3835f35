"""Files that are written for people: whole or not at all, no device put aside for one, no cell run as a formula."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import uuid
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from hoptrace.errors import StorageFailed, UsageError

STDOUT = 1
_NAMED = {"-": STDOUT, "/dev/stdout": STDOUT, "/dev/stderr": 2}
_DESCRIPTORS = re.compile(r"(-|/dev/stdout|/dev/stderr)|/(?:dev|proc/self)/fd/([0-9]{1,4})")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: str) -> str:
    """A cell that a spreadsheet shows and does not run: one that would be a formula gets a ' in front."""
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA_STARTS) or cell.startswith(_FORMULA_STARTS) else cell


@contextmanager
def whole_file(path: Path, meanwhile: Path | None = None) -> Generator[IO[bytes]]:
    """A stream whose content stands at `path` once all of it is written; what was there stays until then.

    A device or a pipe, such as /dev/stdout, is written to as it is; a link keeps pointing where it points. Its `name`
    is the file that is written until then, for other processes that write parts of it: beside `path`, or in the folder
    `meanwhile`, on the same disk, whose owner clears it after a kill. Raises StorageFailed, and leaves nothing behind,
    where the folder is missing or not writable or the disk is full.
    """
    try:
        if is_device(path):
            with _as_it_is(path) as stream:
                yield stream
            return
        target = path.resolve()
        scratch = (meanwhile or target.parent) / f".{target.name[:200]}.{uuid.uuid4().hex[:8]}"
        try:
            with scratch.open("xb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            scratch.replace(target)
        except BaseException:
            with suppress(OSError):
                scratch.unlink()
            raise
    except BrokenPipeError:
        raise
    except OSError as error:
        raise cannot_write(path, error) from error


def check_room(stream: IO[bytes], size: int) -> None:
    """Raise OSError, before anything is done that would have to be undone, where a disk has not so many bytes left.

    A device or a pipe has as much room as it takes; some network disks do not tell how much they have.
    """
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return
    disk = os.fstatvfs(stream.fileno())
    if disk.f_blocks and disk.f_bfree * disk.f_frsize < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def is_device(path: Path) -> bool:
    """Whether a place is written to as it is: a device, a pipe, or what is open already, were it a file."""
    return _open_already(path) is not None or (path.exists() and not path.is_file())


def is_stdout(path: Path) -> bool:
    """Whether a place is standard output: `-`, /dev/stdout or its descriptor."""
    return _open_already(path) == STDOUT


def _open_already(path: Path) -> int | None:
    """The descriptor that `-`, /dev/stdout and the like stand for."""
    found = _DESCRIPTORS.fullmatch(str(path))
    if found is None:
        return None
    return _NAMED.get(found[1]) or int(found[2])


def _as_it_is(path: Path) -> IO[bytes]:
    number = _open_already(path)
    if number is None:
        return path.open("wb")
    # Opening /dev/stdout anew would cut a file that it leads to, and write over what others have written there.
    sys.stdout.flush()
    return open(path, "wb", opener=lambda _path, _flags: os.dup(number))


def check_place(path: Path, *read: Path | None) -> None:
    """Raise StorageFailed where a file could never stand, and UsageError where it would take the place of one `read`.

    It is asked before long work, not after it.
    """
    if path.is_file() and any(path.samefile(each) for each in read if each is not None and each.exists()):
        raise UsageError(f"{path} is the file that is read; name another one to write.")
    if path.is_dir():
        raise StorageFailed(f"{path} cannot be written: it is a folder. Name a file in it.")
    if not path.parent.is_dir():
        raise StorageFailed(f"{path} cannot be written: there is no folder {path.parent}. Make it, or name another.")


def cannot_write(path: Path, error: OSError) -> StorageFailed:
    """The error for a file that the system refused."""
    reason = error.strerror or str(error)
    return StorageFailed(
        f"{path} cannot be written: {reason}. Check the folder, its permissions and the free space. "
        "Nothing was left behind."
    )
