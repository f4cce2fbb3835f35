"""The calls along their paths: one entry a call and place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoptrace.model.arrays import Int64s


@dataclass(frozen=True, slots=True)
class Tour:
    """The calls along their paths: one entry a call and position, in columns."""

    call: Int64s
    pos: Int64s
    length: Int64s
    carrier: Int64s
    before: Int64s
    after: Int64s


def tour_of(paths: Int64s) -> Tour:
    """All places of some paths (rows of carrier indices, filled up with -1)."""
    call, pos = np.nonzero(paths >= 0)
    padded = np.pad(paths, ((0, 0), (1, 1)), constant_values=-1)
    length = (paths >= 0).sum(axis=1)
    return Tour(call, pos, length[call], paths[call, pos], padded[call, pos], padded[call, pos + 2])
