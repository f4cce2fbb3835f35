"""Results as lines of JSON that are not put together yet: columns make pieces, and each copy of 6 KB a call costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

import numpy as np
import polars as pl

from hoptrace.model.arrays import Int64s
from hoptrace.model.frames import in_one_piece
from hoptrace.model.verdicts import TraceResult, Verdict


@dataclass(frozen=True, slots=True)
class ResultLines:
    """The results of `calls`, by their numbers, and the verdict of each.

    Line n is `pieces` `begin[n]` to `begin[n + 1]`; the last of them has the line's end.
    """

    calls: Int64s
    verdicts: Sequence[Verdict]
    pieces: pl.Series
    begin: Int64s

    @classmethod
    def of(cls, results: Mapping[int, TraceResult]) -> ResultLines:
        """The lines of results, by the numbers of their calls."""
        texts = [f"{one.as_json().decode()}\n" for one in results.values()]
        verdicts = [one.verdict for one in results.values()]
        calls = np.array(list(results), np.int64)
        return cls(calls, verdicts, pl.Series("line", texts, pl.String), np.arange(len(texts) + 1))

    @classmethod
    def together(cls, parts: Sequence[ResultLines]) -> ResultLines:
        """All lines of several, one after the other; there is one at least."""
        ends = np.cumsum([0, *(len(part.pieces) for part in parts)])
        begins = [part.begin[:-1] + end for part, end in zip(parts, ends[:-1], strict=True)]
        return cls(
            np.concatenate([part.calls for part in parts]),
            [verdict for part in parts for verdict in part.verdicts],
            in_one_piece([part.pieces for part in parts]),
            np.concatenate([*begins, ends[-1:]]),
        )

    def in_order(self, order: Int64s) -> ResultLines:
        """The lines in this order."""
        amount = np.diff(self.begin)[order]
        begin = np.concatenate([[0], amount.cumsum()])
        places: Int64s = np.arange(int(begin[-1])) + np.repeat(self.begin[order] - begin[:-1], amount)
        lines: list[int] = order.tolist()
        return ResultLines(self.calls[order], [self.verdicts[line] for line in lines], self.pieces[places], begin)

    def parted(self, amounts: Sequence[int]) -> Iterator[ResultLines]:
        """The lines of the first calls, so many by their numbers, then of the next ones; the numbers begin again."""
        for first, beyond in pairwise(accumulate(amounts, initial=0)):
            some = self.in_order(np.flatnonzero((self.calls >= first) & (self.calls < beyond)))
            yield replace(some, calls=some.calls - first)

    def lengths(self) -> Int64s:
        """Bytes of each line."""
        ends = np.concatenate([[0], self.pieces.str.len_bytes().to_numpy().astype(np.int64).cumsum()])
        return np.diff(ends[self.begin])

    def text(self, first: int, beyond: int) -> bytes:
        """Some lines, one after the other."""
        pieces = self.pieces[int(self.begin[first]) : int(self.begin[beyond])]
        return pieces.str.join("").cast(pl.Binary).item()
