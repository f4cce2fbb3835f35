"""Results of traces as frames in parts on disk, so that a million of them are never in memory together."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hoptrace.errors import StorageFailed

Frames = tuple[pl.DataFrame, pl.DataFrame]
"""Some calls, and the hops of their paths."""

Step = Callable[[pl.DataFrame, pl.DataFrame], Frames]
"""What is done with a part; it looks at no call but those of the part."""


class _Folder:
    """A folder for the parts of one making; it goes when nothing refers to it, at the latest with the process."""

    def __init__(self) -> None:
        try:
            self.path = Path(tempfile.mkdtemp(prefix="hoptrace-report-"))
        except OSError as error:
            raise _no_room(tempfile.gettempdir(), error) from error
        self._gone = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Part:
    """Some calls with their hops, in two files of a folder; `number` calls."""

    folder: _Folder
    at: int
    number: int

    @property
    def calls(self) -> Path:
        """The file of the calls."""
        return self.folder.path / f"{self.at:06d}-calls.parquet"

    @property
    def hops(self) -> Path:
        """The file of their hops."""
        return self.folder.path / f"{self.at:06d}-hops.parquet"


@dataclass(frozen=True, slots=True)
class Parts:
    """All parts, in the order in which their calls were read; there is one at least, which may be empty."""

    every: tuple[Part, ...]

    @property
    def number(self) -> int:
        """How many calls there are."""
        return sum(part.number for part in self.every)

    @property
    def calls(self) -> pl.LazyFrame:
        """The calls of all parts; whoever holds this holds the parts too."""
        return pl.scan_parquet([part.calls for part in self.every])

    @property
    def hops(self) -> pl.LazyFrame:
        """The hops of all parts."""
        return pl.scan_parquet([part.hops for part in self.every])

    def frames(self) -> Iterator[Frames]:
        """The calls and the hops of one part after the other."""
        for part in self.every:
            yield pl.read_parquet(part.calls), pl.read_parquet(part.hops)

    def each(self, step: Step) -> Parts:
        """The same with each part as `step` makes it."""
        return written(step(calls, hops) for calls, hops in self.frames())

    def only(self, wanted: pl.Expr) -> Parts:
        """The calls that fit an expression over calls, with their hops; parts of which all fit stay as they are."""
        folder = _Folder()
        return Parts(tuple(_only(part, wanted, folder) for part in self.every))


def written(frames: Iterable[Frames]) -> Parts:
    """Frames put away as parts, one after the other; raises StorageFailed where there is no room for them."""
    folder = _Folder()
    return Parts(tuple(_write(folder, at, *each) for at, each in enumerate(frames)))


def _only(part: Part, wanted: pl.Expr, folder: _Folder) -> Part:
    calls = pl.read_parquet(part.calls)
    kept = calls.filter(wanted)
    if kept.height == calls.height:
        return part
    hops = pl.read_parquet(part.hops).join(kept.select("call"), on="call", how="semi", maintain_order="left")
    return _write(folder, part.at, kept, hops)


def _write(folder: _Folder, at: int, calls: pl.DataFrame, hops: pl.DataFrame) -> Part:
    part = Part(folder, at, calls.height)
    try:
        calls.write_parquet(part.calls, compression="lz4")
        hops.write_parquet(part.hops, compression="lz4")
    # Polars tells of a full disk in an error of its own.
    except (OSError, pl.exceptions.ComputeError) as error:
        raise _no_room(folder.path.parent, error) from error
    return part


def _no_room(folder: Path | str, error: Exception) -> StorageFailed:
    return StorageFailed(
        f"What the report is counted from could not be put away in {folder}: {error}. Make room there, or name another "
        "folder in the environment variable TMPDIR. No report was written."
    )
