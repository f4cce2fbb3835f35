"""A long file put on the disk while it is written, so that its writer need not wait for all of it at the end."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import IO

AFTER = 0.1
"""Seconds between one time that the disk takes in what there is, and the next."""


@contextmanager
def synced_meanwhile(stream: IO[bytes]) -> Generator[None]:
    """Have the disk take in a file while it is written, by whomever, and whatever else is done here.

    Of a device or a pipe nothing is done. Raises OSError where the disk refuses.
    """
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        yield
        return
    done = Event()
    with ThreadPoolExecutor(1) as beside:
        syncing = beside.submit(_sync_until, done, stream.fileno())
        try:
            yield
        finally:
            done.set()
        syncing.result()


def _sync_until(done: Event, file: int) -> None:
    while not done.wait(AFTER):
        os.fsync(file)
