"""Finished parts of a run, kept beside its output until all are there: a run that was killed goes on where it was."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
import orjson

from hoptrace.engines.frames import STRETCH, frames_of, is_whole, part_file
from hoptrace.engines.stretches import runs
from hoptrace.errors import UsageError
from hoptrace.lock import file_lock
from hoptrace.model.arrays import Int64s
from hoptrace.output import cannot_write

MANIFEST, LOCK = "run.json", "lock"


class Finished:
    """The folder `OUT.parts` of a run: `run.json` says which run, `N.part` is its part N (`hoptrace.engines.frames`).

    `taken_up`: how many parts an earlier try of this very run has left. `stale`: parts of another run were there and
    have been thrown away. Raises UsageError where the folder is somebody else's.
    """

    def __init__(self, folder: Path, run: dict[str, Any]) -> None:
        self.folder = folder
        self._run = orjson.dumps(run, option=orjson.OPT_SORT_KEYS)
        others = [] if self._is_ours() else [path for path in folder.iterdir() if path.name not in {LOCK, MANIFEST}]
        if others and not (folder / MANIFEST).is_file():
            raise UsageError(f"{folder} is not the folder of an interrupted run. Move it, or name another output.")
        self.stale = bool(others)
        with _writing(folder):
            for path in others:
                path.unlink()
            (folder / MANIFEST).write_bytes(self._run)
            self._clear()
        self.taken_up = len(self.numbers())

    @classmethod
    @contextmanager
    def beside(cls, out: Path, run: dict[str, Any]) -> Generator[Self]:
        """The parts kept in `OUT.parts`, which no other run has meanwhile; raises WorkspaceBusy or StorageFailed."""
        folder = out.with_name(f"{out.name}.parts")
        with _writing(out):
            folder.mkdir(exist_ok=True)
        with file_lock(folder / LOCK, 0.0):
            yield cls(folder, run)

    def numbers(self) -> set[int]:
        """The parts that are finished."""
        return {int(path.stem) for path in self.folder.glob("*.part")}

    def keep(self, number: int, packed: bytes) -> None:
        """Keep a part, wholly or not at all."""
        self.take(number, put_aside(self.folder, number, packed))

    def take(self, number: int, scratch: Path) -> None:
        """Keep a part that any process has put aside in the folder."""
        with _writing(self.folder):
            scratch.replace(part_file(self.folder, number))

    def stretches(self) -> list[Int64s]:
        """The table of all frames, cut into the stretches of the whole in their order; of each by part.

        It takes 48 bytes for each frame, which has up to eight calls.
        """
        tables = [frames_of(self.folder, number) for number in sorted(self.numbers())]
        if not tables:
            return []
        frames = np.concatenate(tables)
        ordered = frames[frames[:, STRETCH].argsort(kind="stable")]
        return [ordered[rows] for rows in runs(ordered[:, STRETCH])]

    def remove(self) -> None:
        """Throw the parts away; the output is there."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _clear(self) -> None:
        """Remove what an earlier try has begun to write."""
        for path in (*self.folder.glob("*.new"), *self.folder.glob(".*")):
            path.unlink()
        for number in self.numbers():
            if not is_whole(self.folder, number):
                part_file(self.folder, number).unlink()

    def _is_ours(self) -> bool:
        manifest = self.folder / MANIFEST
        return manifest.is_file() and manifest.read_bytes() == self._run


def put_aside(folder: Path, number: int, packed: bytes) -> Path:
    """Write a part into the folder of a run, for the process that has this run to take it; gives where it is.

    Another process may outlive a run that was killed by a moment; what it writes then is nobody's.
    """
    with _writing(folder):
        scratch = folder / f"{number}.{os.getpid()}.new"
        scratch.write_bytes(packed)
        return scratch


@contextmanager
def _writing(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise cannot_write(path, error) from error
