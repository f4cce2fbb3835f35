"""Finished parts of a run, kept beside its output until all are there: a run that was killed goes on where it was."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
import orjson

from hoptrace.engines.frames import LINES_BYTES, STRETCH, Int64s, frames_of
from hoptrace.lock import file_lock
from hoptrace.output import cannot_write

MANIFEST, LOCK = "run.json", "lock"

Pieces = list[tuple[Path, Int64s]]
"""Parts' files that have something of a stretch, with their rows of that stretch in the table of frames."""


class Finished:
    """The folder `OUT.parts` of a run: `run.json` says which run, `N.part` is its part N (`hoptrace.engines.frames`).

    `taken_up`: how many parts an earlier try of this very run has left. `stale`: parts of another run were there and
    have been thrown away.
    """

    def __init__(self, folder: Path, run: dict[str, Any]) -> None:
        self._folder = folder
        self._run = orjson.dumps(run, option=orjson.OPT_SORT_KEYS)
        others = [] if self._is_ours() else [path for path in folder.iterdir() if path.name != LOCK]
        self.stale = any(path.name != MANIFEST for path in others)
        with _writing(folder):
            for path in others:
                path.unlink()
            (folder / MANIFEST).write_bytes(self._run)
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
        return {int(path.stem) for path in self._folder.glob("*.part")}

    def keep(self, number: int, packed: bytes) -> None:
        """Keep a part, wholly or not at all."""
        with _writing(self._folder):
            scratch = self._folder / f"{number}.new"
            scratch.write_bytes(packed)
            scratch.replace(self._path(number))

    def stretches(self) -> Iterator[tuple[int, Pieces]]:
        """The stretches of the whole in their order: how many bytes of lines each has, and where they stand.

        In memory are 48 bytes for each frame, which has a dozen calls or more.
        """
        numbers = sorted(self.numbers())
        tables = [frames_of(self._path(number)) for number in numbers]
        parts = np.repeat(np.array(numbers, np.int64), [len(table) for table in tables])
        frames = np.concatenate(tables) if tables else np.empty((0, 5), np.int64)
        order = frames[:, STRETCH].argsort(kind="stable")
        frames, parts = frames[order], parts[order]
        for rows in _runs(frames[:, STRETCH]):
            pieces = [(self._path(int(parts[rows][of][0])), frames[rows][of]) for of in _runs(parts[rows])]
            yield int(frames[rows, LINES_BYTES].sum()), pieces

    def remove(self) -> None:
        """Throw the parts away; the output is there."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}.part"

    def _is_ours(self) -> bool:
        manifest = self._folder / MANIFEST
        return manifest.is_file() and manifest.read_bytes() == self._run


def _runs(values: Int64s) -> Iterator[slice]:
    """Where equal values stand together, one run after the other."""
    cuts = [0, *(np.flatnonzero(values[1:] != values[:-1]) + 1).tolist(), len(values)] if len(values) else []
    yield from map(slice, cuts, cuts[1:])


@contextmanager
def _writing(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise cannot_write(path, error) from error
