"""Finished parts of a run, kept beside its output until all are there: a run that was killed goes on where it was."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self

import orjson
import polars as pl

from hoptrace.engines.partition import Traced
from hoptrace.lock import file_lock
from hoptrace.output import cannot_write

MANIFEST, LOCK = "run.json", "lock"

MOST_OPEN = 200
"""Files that are open at once; many systems allow a thousand."""

INDEX = pl.Schema(
    {
        "place": pl.Int64,
        "call_ref": pl.String,
        "verdict": pl.String,
        "campaign": pl.String,
        "part": pl.Int32,
        "offset": pl.Int64,
        "length": pl.Int64,
    }
)
"""Where each result stands: its place in the whole; the part's file, the byte at which its line begins, the bytes."""


class Finished:
    """The folder `OUT.parts` of a run: `run.json` says which run, `N.jsonl` and `N.index` are its part N.

    `taken_up`: how many parts an earlier try of this very run has left. `stale`: parts of another run were there and
    have been thrown away.
    """

    def __init__(self, folder: Path, run: dict[str, Any]) -> None:
        self._folder = folder
        self._run = orjson.dumps(run, option=orjson.OPT_SORT_KEYS)
        self.stale = bool(self.numbers()) and not self._is_ours()
        with _writing(folder):
            for path in folder.iterdir() if not self._is_ours() else ():
                if path.name != LOCK:
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
        return {int(path.stem) for path in self._folder.glob("*.index")}

    def keep(self, number: int, traced: Sequence[Traced]) -> None:
        """Keep a part, wholly or not at all: its index comes last."""
        offset, rows = 0, list[tuple[Any, ...]]()
        for one in traced:
            rows.append((one.place, one.call_ref, one.verdict, one.campaign, number, offset, len(one.line)))
            offset += len(one.line) + 1
        with _writing(self._folder):
            _whole(self._folder / f"{number}.jsonl", b"".join(one.line + b"\n" for one in traced))
            scratch = self._folder / f"{number}.new"
            pl.DataFrame(rows, schema=INDEX, orient="row").write_parquet(scratch)
            scratch.replace(self._folder / f"{number}.index")

    def results(self) -> Iterator[Traced]:
        """All results in their places' order; of the lines one is in memory at a time."""
        index = pl.concat([pl.read_parquet(path) for path in sorted(self._folder.glob("*.index"))]).sort("place")
        files: dict[int, IO[bytes]] = {}
        try:
            for place, ref, verdict, campaign, part, offset, length in index.iter_rows():
                if part not in files and len(files) >= MOST_OPEN:
                    files.pop(next(iter(files))).close()
                if part not in files:
                    files[part] = (self._folder / f"{part}.jsonl").open("rb")
                yield Traced(place, ref, verdict, campaign, os.pread(files[part].fileno(), length, offset))
        finally:
            for stream in files.values():
                stream.close()

    def remove(self) -> None:
        """Throw the parts away; the output is there."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _is_ours(self) -> bool:
        manifest = self._folder / MANIFEST
        return manifest.is_file() and manifest.read_bytes() == self._run


def _whole(path: Path, content: bytes) -> None:
    scratch = path.with_suffix(".part")
    scratch.write_bytes(content)
    scratch.replace(path)


@contextmanager
def _writing(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise cannot_write(path, error) from error
