"""Inline: steps on small frames done in the calling thread.

Each join, filter or look-up of rows is handed to a pool of Polars' threads, whatever its size: of the hundred steps of
one trace that is a fifth of the processor's time and, where the machine has other work, most of the time by the clock.
A function that a streaming query calls gets no pool: what it asks of Polars is done where it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeVar

import polars as pl

Made = TypeVar("Made")


def inline(work: Callable[[], Made]) -> Made:
    """What `work` gives or raises; its own steps on frames are done in this thread, one after the other.

    When: its frames are small. A step on millions of rows would take as many times longer as there are cores.
    """
    made: list[Made] = []

    def step(frame: pl.DataFrame) -> pl.DataFrame:
        """Do the work where Polars calls this: none of its steps is handed to other threads there."""
        made.append(work())
        return frame

    _one_row().map_batches(step).collect(engine="streaming")
    return made[0]


@cache
def _one_row() -> pl.LazyFrame:
    return pl.LazyFrame({"row": [0]})
