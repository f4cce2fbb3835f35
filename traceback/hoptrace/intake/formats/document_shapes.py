"""Documents of which many are alike: their bytes are the same but for the texts in them, so that one tells of all.

A switch writes the same elements or keys in the same order over and over. What is left of a document without its texts
is its shape. Which texts of a shape are wanted is asked once of what reads single documents (`Form.learn`); of all
further documents of the shape they are taken as slices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, NamedTuple, Protocol, TypeVar

import numpy as np

from hoptrace.model.arrays import Int64s, Truths

MOST_BYTES = 1 << 16
"""Longer documents are left to what reads single ones."""

UNKNOWN = -1
_LEAST = 4
"""A shape that so few documents of a block have is not learned: that takes as long as to read one or two."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Spans(NamedTuple):
    """Stretches of bytes in rising order, none of which overlap: from `starts` to `ends`."""

    starts: Int64s
    ends: Int64s

    def before(self, places: Int64s) -> Int64s:
        """How many bytes of them lie before each of some places, none of which is inside one."""
        total = np.concatenate([[0], np.cumsum(self.ends - self.starts)])
        return total[np.searchsorted(self.starts, places)]

    def inside(self) -> Int64s:
        """The place of each byte in them."""
        sizes = self.ends - self.starts
        return np.arange(int(sizes.sum())) + np.repeat(self.starts - (np.cumsum(sizes) - sizes), sizes)

    def outside(self, length: int) -> Truths:
        """Which of so many bytes are in none of them."""
        bounds = np.empty(2 * len(self.starts) + 1, np.int64)
        bounds[0:-1:2], bounds[1::2], bounds[-1] = self.starts, self.ends, length
        is_out = np.ones(len(bounds), bool)
        is_out[1::2] = False
        return np.repeat(is_out, np.diff(bounds, prepend=0))


@dataclass(frozen=True, slots=True)
class Marked:
    """Documents one after another in `data`, each from one of `bounds` to the next, and the `texts` in them.

    `others`: what is no part of a shape either; `left`: which bytes are. `sound`: whether a document's shape alone
    decides how it is read.
    """

    data: bytes
    bounds: Int64s
    sound: Truths
    texts: Spans
    others: Spans
    left: Truths

    @classmethod
    def of(cls, data: bytes, bounds: Int64s, sound: Truths, texts: Spans, others: Spans) -> Marked:
        """Documents of which these are the texts."""
        left = texts.outside(len(data))
        left[others.inside()] = False
        return cls(data, bounds, sound, texts, others, left)

    def first_texts(self) -> Int64s:
        """The number of each document's first text; one more at the end."""
        return np.searchsorted(self.texts.starts, self.bounds, side="right")

    def shapes(self) -> list[bytes]:
        """What is left of each document."""
        together = np.frombuffer(self.data, np.uint8)[self.left].tobytes()
        bounds = self.bounds - self.texts.before(self.bounds) - self.others.before(self.bounds)
        return [together[begin:end] for begin, end in pairwise(bounds.tolist())]


class Form(Protocol[T_co]):
    """How the documents of a format are marked, and what one document tells of all of its shape."""

    def mark(self, raws: Sequence[bytes]) -> Marked:
        """Documents with their texts."""
        ...

    def learn(self, shape: bytes, pieces: Sequence[str], texts: Sequence[str]) -> T_co | None:
        """What is wanted of a shape; None where that does not go by the shape alone.

        `texts`: those of one document; `pieces`: what stands around them, one more. See `asked`.
        """
        ...


class Shapes(Generic[T]):
    """The shapes that are known so far; `plans` says what is wanted of each."""

    def __init__(self, form: Form[T]) -> None:
        self._form = form
        self._known: dict[bytes, int] = {}
        self.plans: list[T] = []

    def of(self, marked: Marked) -> Int64s:
        """Which of `plans` holds for each document; UNKNOWN for those that have to be read one by one."""
        shapes = marked.shapes()
        for at in np.flatnonzero(~marked.sound).tolist():
            shapes[at] = b""
        several = [shape for shape, count in Counter(shapes).items() if count >= _LEAST]
        for shape in several:
            if shape and shape not in self._known:
                self._known[shape] = self._learned(shape, marked, shapes.index(shape))
        return np.array([self._known.get(shape, UNKNOWN) for shape in shapes], np.int64)

    def _learned(self, shape: bytes, marked: Marked, document: int) -> int:
        first, behind = marked.first_texts()[document : document + 2].tolist()
        starts, ends = (each[first:behind].tolist() for each in marked.texts)
        begin, end = marked.bounds[document : document + 2].tolist()
        texts = [marked.data[at:to].decode() for at, to in zip(starts, ends, strict=True)]
        around = zip([begin, *ends], [*starts, end], strict=True)
        plan = self._form.learn(shape, [marked.data[at:to].decode() for at, to in around], texts)
        if plan is None:
            return UNKNOWN
        self.plans.append(plan)
        return len(self.plans) - 1


def token(number: int) -> str:
    """A text that stands for the text of this number: no value that a document has by itself looks so."""
    return f"t{number}t"


def number_of(text: str) -> int | None:
    """The number that a token has; None where a text is none."""
    return int(text[1:-1]) if text[:1] == "t" == text[-1:] and text[1:-1].isdecimal() else None


def asked(pieces: Sequence[str], texts: Sequence[str]) -> str:
    """A document with other texts."""
    return "".join([part for pair in zip(pieces, [*texts, ""], strict=True) for part in pair])


def spread(lists: Sequence[Sequence[int]], which: Int64s) -> tuple[Int64s, Int64s]:
    """Several of some lists one after another, and for each number which of the several it comes from."""
    sizes = np.array([len(each) for each in lists], np.int64)
    counts = sizes[which]
    owners = np.repeat(np.arange(len(which)), counts)
    skipped = (np.cumsum(sizes) - sizes)[which] - (np.cumsum(counts) - counts)
    together = np.array([number for each in lists for number in each], np.int64)
    return together[np.arange(len(owners)) + skipped[owners]], owners


def together(raws: Sequence[bytes]) -> tuple[bytes, Int64s, Truths]:
    """Documents one after another, their bounds, and which of them are short enough."""
    sizes = np.fromiter(map(len, raws), np.int64, len(raws))
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    return b"".join(raws), bounds, sizes <= MOST_BYTES
