"""Files that a carrier sends twice: the same file again, or its rows in another order from a second export."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import polars as pl

from hoptrace.simulate.chance import scramble, struck_by
from hoptrace.simulate.kinds import CANONICAL
from hoptrace.simulate.knobs import Scenario
from hoptrace.simulate.network import SimCarrier
from hoptrace.simulate.writers.canonical import write_canonical_file

_MOST_FILES = 10_000


def send_again(
    carrier: SimCarrier, written: tuple[Path, ...], rows: pl.DataFrame, scenario: Scenario, seed: int
) -> tuple[Path, ...]:
    """Write some canonical files a second time beside the first; gives the new paths."""
    if carrier.files not in CANONICAL or scenario.faults.resent <= 0:
        return ()
    ids = carrier.index * _MOST_FILES + np.arange(len(written), dtype=np.int64)
    struck = struck_by(ids, scenario.faults.resent, seed, "resent")
    exported = scramble(ids, seed, "second export") % np.uint64(2) == 1
    parts = rows.partition_by("file", maintain_order=True)
    parts.sort(key=lambda part: int(part.item(0, "file")))
    again: list[Path] = []
    for path, part, sent, anew in zip(written, parts, struck, exported, strict=True):
        if sent:
            second = path.with_name(path.name.replace("cdrs", "again", 1))
            again.append(second)
            if anew:
                write_canonical_file(carrier, part.reverse(), second)
            else:
                shutil.copyfile(path, second)
    return tuple(again)
