"""A lock between processes on one machine, which the system lets go of when its holder dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from hoptrace.errors import StorageFailed, WorkspaceBusy

POLL_SECONDS = 0.05
"""How often a held lock is tried again."""


@contextmanager
def file_lock(path: Path, wait_seconds: float) -> Generator[None]:
    """Hold `path` alone; raises WorkspaceBusy after `wait_seconds`."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StorageFailed(
            f"{path.parent} cannot be written to: {error.strerror}. Check its permissions and the free space."
        ) from error
    try:
        _wait_for(handle, path, wait_seconds)
        os.truncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def busy(what: str, wait_seconds: float) -> WorkspaceBusy:
    """The error for a lock that stayed taken."""
    return WorkspaceBusy(
        f"Another process is writing to {what}; waited {wait_seconds:g} s. Try again when it has finished."
    )


def _wait_for(handle: int, path: Path, wait_seconds: float) -> None:
    until = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise busy(str(path.parent), wait_seconds) from None
            time.sleep(POLL_SECONDS)
        else:
            return
