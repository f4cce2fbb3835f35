"""The results of thousands of calls as lines of JSON: plain ones by columns, all others one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import polars as pl

from hoptrace.engines.ahead import read_ahead
from hoptrace.engines.gathering import Gathered, gather_apart, wanted_of
from hoptrace.engines.local import Standing, told_of
from hoptrace.engines.many_calls import reported_calls, reports_in
from hoptrace.tracing.plain_lines import plain_lines
from hoptrace.tracing.result_lines import ResultLines


def lines(stands_on: Standing, parts: Sequence[pl.DataFrame]) -> Iterator[ResultLines]:
    """The results of the calls of each part (CALLS) as lines, as `TraceResult.as_json` writes them; not stored.

    When: thousands of calls, of parts that lie near each other in the lake, which is read for all of them at once.
    Plain ones are settled and written by columns.
    """
    reports = [reports_in(calls) for calls in parts]
    ground = read_ahead(stands_on.ground, [wanted_of(some, stands_on.ground) for some in reports])
    for calls, some in zip(parts, reports, strict=True):
        yield _lines(replace(stands_on, ground=ground), calls, some)


def _lines(stands_on: Standing, calls: pl.DataFrame, reports: pl.DataFrame) -> ResultLines:
    settled, others = gather_apart(reports, stands_on.ground, stands_on.floors)
    told = [plain_lines(calls, settled, stands_on.stamp, stands_on.signers)]
    del settled
    # Nothing here holds what was gathered while more is gathered.
    told += map(partial(_one_by_one, stands_on, calls), others)
    return ResultLines.together(told)


def _one_by_one(stands_on: Standing, calls: pl.DataFrame, gathered: Gathered) -> ResultLines:
    numbers = [judged.call for judged in gathered.judged]
    asked = dict(zip(numbers, reported_calls(calls[numbers]), strict=True))
    return ResultLines.of(told_of(stands_on, asked, gathered))
