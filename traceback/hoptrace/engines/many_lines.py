"""The results of thousands of calls as lines of JSON: plain ones by columns, all others one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import polars as pl

from hoptrace.engines.ahead import read_ahead, rows_ahead
from hoptrace.engines.gathering import Gathered, gather_apart, wanted_of
from hoptrace.engines.ground import Ground
from hoptrace.engines.local import Standing, told_of
from hoptrace.engines.many_calls import reported_calls, reports_in
from hoptrace.tracing.plain.answers import all_meant
from hoptrace.tracing.plain.lines import plain_lines
from hoptrace.tracing.result_lines import ResultLines

TOGETHER, MOST_STATEMENTS = 2, 75_000
"""Parts that are traced together, where all have so few statements on average: each step on a frame has its price."""


def lines(stands_on: Standing, parts: Sequence[pl.DataFrame]) -> Iterator[ResultLines]:
    """The results of the calls of each part (CALLS) as lines, as `TraceResult.as_json` writes them; not stored.

    When: thousands of calls, of parts that lie near each other in the lake, which is read for all of them at once.
    Plain ones are settled and written by columns.
    """
    pairs = [parts[at : at + TOGETHER] for at in range(0, len(parts), TOGETHER)]
    ground = stands_on.ground
    if len(parts) > 1:
        ground = read_ahead(ground, [wanted_of(_meant(pl.concat(pair), ground), ground) for pair in pairs])
    held = rows_ahead(ground)
    few = held is not None and held * TOGETHER <= MOST_STATEMENTS * len(parts)
    for some in pairs if few else [[part] for part in parts]:
        yield from _lines(replace(stands_on, ground=ground), some)


def _lines(stands_on: Standing, parts: Sequence[pl.DataFrame]) -> Iterator[ResultLines]:
    """The results of each of some parts, traced together."""
    calls = pl.concat(parts, rechunk=True)
    settled, others = gather_apart(_meant(calls, stands_on.ground), stands_on.ground, stands_on.floors)
    told = [plain_lines(calls, settled, stands_on.stamp, stands_on.signers)]
    del settled
    # Nothing here holds what was gathered while more is gathered.
    told += map(partial(_one_by_one, stands_on, calls), others)
    return ResultLines.together(told).parted([part.height for part in parts])


def _meant(calls: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    return all_meant(reports_in(calls), ground.around.reports)


def _one_by_one(stands_on: Standing, calls: pl.DataFrame, gathered: Gathered) -> ResultLines:
    numbers = [judged.call for judged in gathered.judged]
    asked = dict(zip(numbers, reported_calls(calls[numbers]), strict=True))
    return ResultLines.of(told_of(stands_on, asked, gathered))
