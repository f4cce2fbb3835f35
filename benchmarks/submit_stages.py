"""Where the processor's time goes when a canonical CSV is submitted: each stage by itself, over one block, one thread.

python benchmarks/submit_stages.py
"""

from __future__ import annotations

import functools
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

os.environ["POLARS_MAX_THREADS"] = "1"

import polars as pl
import pyarrow as pa
from canonical_day import CARRIERS, write_day

from hoptrace.intake import statements, taking
from hoptrace.intake.formats.canonical import checks as canonical_checks
from hoptrace.intake.formats.canonical import file as canonical_file
from hoptrace.intake.formats.canonical import reader as canonical
from hoptrace.intake.formats.canonical import rows as canonical_rows
from hoptrace.intake.formats.text import blocks
from hoptrace.intake.kept_files import KeptFiles
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.intake.repeats import Repeats
from hoptrace.intake.seen_by_time import SeenByTime
from hoptrace.intake.sources import Group, open_sources
from hoptrace.intake.taking import Taking
from hoptrace.intake.trunks import TrunkTable
from hoptrace.lake import layout, part_files
from hoptrace.model.carriers import Carrier
from hoptrace.model.dialplan import DialPlan

ROWS, ROUNDS = 130_000, 12
INSIDE = (
    ("splitting the lines", canonical_rows, "split_at_once"),
    ("looking over all bytes", blocks, "look_over"),
    ("reading times", canonical_checks, "with_time"),
    ("all other checks", canonical_file, "judged"),
    ("reading numbers", statements, "read_numbers"),
    ("columns of few texts", statements, "distinct"),
    ("fingerprints", statements, "fingerprints"),
    ("trunks", statements, "_place"),
    ("outcomes", statements, "outcomes"),
    ("repeated rows, repeated statements", SeenByTime, "repeated"),
    ("accounts of the rows", taking, "settle_rows"),
    ("counting for the receipt", Taking, "_count"),
    ("numbers that their keys tell", layout, "told_by_keys"),
    ("sorting both indexes", layout, "sort_part"),
)


class Clock:
    """Seconds of the processor by stage, without those of stages inside of it; the least of all rounds."""

    def __init__(self) -> None:
        self.least: dict[str, float] = {}
        self._round: dict[str, float] = {}
        self._inner = [0.0]

    def timed(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same work, timed."""

        @functools.wraps(work)
        def wrapped(*args: Any, **options: Any) -> Any:
            begun = time.process_time()
            self._inner.append(0.0)
            try:
                return work(*args, **options)
            finally:
                took = time.process_time() - begun
                own = took - self._inner.pop()
                self._inner[-1] += took
                self._round[stage] = self._round.get(stage, 0.0) + own

        return wrapped

    def end_round(self) -> None:
        """Keep what was quicker than before."""
        for stage, took in self._round.items():
            self.least[stage] = min(took, self.least.get(stage, took))
        self._round = {}


def one_round(clock: Clock, path: Path, folder: Path) -> None:
    """Everything that a submit does with a block."""
    (source,) = clock.timed("SHA-256 of the file", open_sources)([path], _Asked(), Source(0, path, "", "").limits)
    trunks, repeats = TrunkTable.of([], CARRIERS), Repeats(None, "transit", [])  # type: ignore[arg-type]
    one = Taking(Group(canonical.Canonical(), (source,)), Context(Carrier("transit")), trunks, repeats, DialPlan("US"))
    frames = clock.timed("reading, and all that is not told above", lambda: list(map(one.named, one.frames())))()
    parts = clock.timed("laying out", lambda: list(layout.parts(*frames)))()
    for part in parts:
        rows = part_files._filled(part.rows)  # pyright: ignore[reportPrivateUsage]
        clock.timed(f"writing index {part.index}", part_files.write_rows)(rows, pa.BufferOutputStream(), part.even)
    kept = KeptFiles(folder)
    clock.timed("the kept copy", kept.keep)([source])
    kept.forget([source.digest])
    clock.end_round()


class _Asked:
    """What `open_sources` asks: no format was named."""

    reader = None


def main() -> None:
    """Print each stage in nanoseconds a row, and Polars' bare conversion for comparison."""
    clock = Clock()
    taking.ahead = _in_turn
    for stage, owner, name in INSIDE:
        setattr(owner, name, clock.timed(stage, getattr(owner, name)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "block.csv"
        write_day(path, ROWS)
        bare = clock.timed("bare conversion, for comparison", _bare)
        for _ in range(ROUNDS):
            bare(path)
            one_round(clock, path, Path(folder) / "kept")
    for stage, took in clock.least.items():
        sys.stdout.write(f"{stage:45} {took * 1e9 / ROWS:7.0f} ns a row\n")
    own = sum(clock.least.values()) - clock.least["bare conversion, for comparison"]
    sys.stdout.write(f"{'all stages':45} {own * 1e9 / ROWS:7.0f} ns a row\n")


def _in_turn(items: Iterable[Chunk], depth: int) -> Iterable[Chunk]:
    """What would be read in a thread of its own is read when it is asked for."""
    assert depth
    return items


def _bare(path: Path) -> None:
    pl.scan_csv(path).sink_parquet(path.with_suffix(".parquet"), compression="zstd")


if __name__ == "__main__":
    main()
