"""Clocks that are written 15:54:56.868 with a space behind them, whole columns of them read by their bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from hoptrace.model.arrays import Bytes, Int64s

WIDTH = len("15:54:56.868 ")
NO_TIME = -1
_TICK = 1_000
_DIGITS, _SIGNS = np.array([0, 1, 3, 4, 6, 7, 9, 10, 11]), np.array([2, 5, 8, 12])
_WRITTEN = np.frombuffer(b"::. ", np.uint8)
_WORTH, _WORTH_BEHIND = np.array([36_000, 3_600, 600, 60, 10, 1]), np.array([100_000, 10_000, 1_000])


class Clocks(NamedTuple):
    """Of each text: microseconds since midnight (`NO_TIME` where it begins with none), tick, what stands behind."""

    since: Int64s
    ticks: Int64s
    rests: list[str]


def usual_clocks(texts: Iterable[str | None]) -> Clocks:
    """The clocks that texts begin with; of all that are written otherwise `since` is not known yet."""
    written = [text or "" for text in texts]
    # Letters that are no ASCII count as one byte, and are no digits.
    heads = "".join([text[:WIDTH].ljust(WIDTH, "?") for text in written]).encode("ascii", "replace")
    since = since_midnight(np.frombuffer(heads, np.uint8).reshape(-1, WIDTH))
    return Clocks(since, np.full(len(written), _TICK), [text[WIDTH:] for text in written])


def since_midnight(letters: Bytes) -> Int64s:
    """Microseconds since midnight of texts of `WIDTH` bytes each, `NO_TIME` of those that are no clock and a space."""
    digits = letters.take(_DIGITS, axis=1) - np.uint8(ord("0"))
    sound = (digits <= 9).all(axis=1) & (letters.take(_SIGNS, axis=1) == _WRITTEN).all(axis=1)
    sound &= (digits[:, 0] * 10 + digits[:, 1] <= 23) & (digits[:, 2] <= 5) & (digits[:, 4] <= 5)
    numbers = digits.astype(np.int64)
    micros = numbers[:, :6] @ _WORTH * 1_000_000 + numbers[:, 6:] @ _WORTH_BEHIND
    return np.where(sound, micros, NO_TIME)
