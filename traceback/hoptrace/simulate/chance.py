"""Seeded chance: one independent stream a subject, so that turning up one fault leaves all other draws as they were."""

from __future__ import annotations

import random
import zlib

import numpy as np
from numpy.typing import NDArray

from hoptrace.model.arrays import Int64s, Truths

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)


def stream(seed: int, subject: str) -> np.random.Generator:
    """The generator of one subject ("routes", "clocks", ...) of a world."""
    return np.random.default_rng([seed, zlib.crc32(subject.encode())])


def dice(seed: int, subject: str) -> random.Random:
    """Like `stream`, for code that goes one by one."""
    return random.Random(f"{seed}/{subject}")


def scramble(values: Int64s, seed: int, subject: str) -> NDArray[np.uint64]:
    """Ids that look random, differ by subject and say nothing about the values they stand for (splitmix64)."""
    key = np.uint64((seed * 0x1000193 + zlib.crc32(subject.encode())) & 0xFFFFFFFFFFFFFFFF)
    with np.errstate(over="ignore"):
        mixed = (values.astype(np.uint64) ^ key) + _GOLDEN
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX_A + key
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX_B
    return mixed ^ (mixed >> np.uint64(31))


def some_of(fits: Truths, share: float, chance: np.random.Generator) -> Truths:
    """Exactly a share of those that fit, rounded, so that a world of 40 carriers has as many as its scenario says."""
    chosen = np.zeros(len(fits), dtype=np.bool_)
    places = np.flatnonzero(fits)
    chosen[places] = chance.permutation(len(places)) < round(share * len(places))
    return chosen


def struck_by(values: Int64s, share: float, seed: int, subject: str) -> Truths:
    """A share of some ids, each drawn by itself, so that equal ids fare alike."""
    return scramble(values, seed, subject) % np.uint64(1_000_000) < round(share * 1_000_000)
