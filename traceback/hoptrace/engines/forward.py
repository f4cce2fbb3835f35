"""Tracing a number forward in a workspace: reads what the lake has of it and of the numbers that it goes on as."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.engines.calls import moment, number_key
from hoptrace.engines.delivering import with_customers
from hoptrace.engines.ground import Reads
from hoptrace.engines.keeping import known
from hoptrace.engines.relisting import with_trunks_of
from hoptrace.errors import UsageError
from hoptrace.lake.spans import SPANS as WANTED_SPANS
from hoptrace.linking.clocks.repeated_hours import any_twice, with_readings
from hoptrace.linking.learned import Learned, with_clocks
from hoptrace.linking.restated import without_restated
from hoptrace.model.forward import ForwardResult
from hoptrace.model.times import rfc3339
from hoptrace.tracing.forward.result import Question, forward
from hoptrace.tracing.forward.spoken import SPANS, Does, said_of
from hoptrace.tracing.stamped import Stamp

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

AROUND_DAYS = 30.0
"""Days looked at before and after a time, where nothing else is said: numbers move on."""

MOST_DAYS = 36_525.0
"""A hundred years: the widest window before and after a moment, in days."""

MOST_CHANGES = 8
"""How often a number may go on as another before the search ends."""

MOST_NUMBERS = 32
"""Numbers that are looked up in all; a toll-free number may be translated by hour and place."""

_KEY = ("batch", "row", "fingerprint")

_EVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def trace_forward(workspace: Workspace, number: str, at: str | None = None, days: float | None = None) -> ForwardResult:
    """Find the carrier that serves a number, such as one that victims are asked to call back.

    Looks at all time at hand, or with `at` (RFC 3339) at `days` days (30) before and after it. Raises UsageError where
    number, time or days cannot be used; a number of which nobody has a record is `not_found`, and no error.
    """
    from hoptrace import __version__

    key = number_key(number, workspace.settings.home_country)
    window = _window(at, days)
    catalog, view = workspace.catalog, workspace.lake.view()
    clocks = known(workspace)
    learned = clocks.learned
    statements = _gather(workspace, with_trunks_of(view, learned, forward=True), key, _Search(window, learned))
    spans = pl.DataFrame(
        catalog.batches.spans(lake_version=view.version),
        schema={"carrier": pl.String, "batch": pl.String, "from_time": SPANS["from_time"], "to_time": SPANS["to_time"]},
        orient="row",
    )
    if view.expired_before is not None:
        begins = pl.lit(datetime.combine(view.expired_before, clock_time(), UTC))
        spans = spans.filter(pl.col("to_time") >= begins).with_columns(pl.max_horizontal("from_time", begins))
    first, last = (rfc3339(time) for time in window) if at else (None, None)
    stamp = Stamp(f"local/{__version__}", view.version, clocks.version, workspace.settings.digest())
    question = Question(key, workspace.settings.trace.ambiguous_below, first, last)
    return forward(question, statements, _on_common_clock(spans, learned), stamp)


@dataclass(frozen=True, slots=True)
class _Search:
    """Within which times records of numbers are looked for, and what was `learned` of how to read them."""

    window: tuple[datetime, datetime]
    learned: Learned

    def spans(self, keys: list[int]) -> pl.DataFrame:
        """What to look up in the lake for these numbers."""
        return pl.DataFrame([(key, *self.window) for key in keys], schema=WANTED_SPANS, orient="row")


def _window(at: str | None, days: float | None) -> tuple[datetime, datetime]:
    if at is None:
        if days is not None:
            raise UsageError("A number of days needs a time: say around which time to look.")
        return _EVER
    around = AROUND_DAYS if days is None else days
    if not 0 < around <= MOST_DAYS:
        raise UsageError(f"{around:g} days are not a valid window; give between 0 and {MOST_DAYS:g}.")
    middle = datetime.fromtimestamp(moment(at), UTC)
    reach = timedelta(days=around)
    return max(_EVER[0], middle - reach), min(_EVER[1], middle + reach)


def _gather(workspace: Workspace, view: Reads, number: int, search: _Search) -> pl.DataFrame:
    """All statements of calls to the number, from it, and to the numbers that it goes on as, round by round."""
    known, new = {number}, [number]
    found: list[pl.DataFrame] = []
    for _ in range(MOST_CHANGES):
        wanted = search.spans(new)
        read = without_restated(pl.concat([view.statements(wanted), view.placed_by(wanted)]))
        found.append(_prepared(workspace, read, search.learned))
        new = [key for key in _onward(found[-1]) if key not in known][: MOST_NUMBERS - len(known)]
        if not new:
            break
        known.update(new)
    return pl.concat(found).unique(_KEY, maintain_order=True)


def _prepared(workspace: Workspace, statements: pl.DataFrame, learned: Learned) -> pl.DataFrame:
    timed = with_clocks(_with_passes(statements, learned), learned)
    first, last = (pl.col("start_time") + pl.duration(seconds=name) - _offset() for name in ("earlier", "later"))
    return with_customers(workspace.catalog, timed.with_columns(start=first, latest=last).drop("earlier", "later"))


def _with_passes(statements: pl.DataFrame, learned: Learned) -> pl.DataFrame:
    """With the seconds by which each may have begun later than written, `earlier` at least and `later` at most.

    That is no time, but where the local time came twice; other records may tell then which of the two it was.
    """
    read = with_readings(statements, learned) if any_twice(statements) else statements.with_columns(later=pl.lit(0))
    span = read.with_columns(earlier=pl.col("later").min().over(_KEY), later=pl.col("later").max().over(_KEY))
    return span.unique(_KEY, keep="first", maintain_order=True).select(*statements.columns, "earlier", "later")


def _onward(statements: pl.DataFrame) -> list[int]:
    """The numbers that statements send calls on to, those with most weight first."""
    said = said_of(statements, SPANS.to_frame()).filter(pl.col("does").is_in([Does.CHANGES, Does.HEARD]))
    onward = said.group_by(key=pl.col("other").cast(pl.Int64)).agg(pl.col("weight").sum())
    return onward.sort("weight", "key", descending=[True, False])["key"].to_list()


def _on_common_clock(spans: pl.DataFrame, learned: Learned) -> pl.DataFrame:
    """Spans of batches with the clock offsets taken off."""
    fast = with_clocks(spans.with_columns(start_time="from_time"), learned)
    moved = (pl.col(name) - _offset() for name in ("from_time", "to_time"))
    return fast.select("carrier", *moved).cast(SPANS)  # type: ignore[arg-type]


def _offset() -> pl.Expr:
    return pl.duration(microseconds=(pl.col("offset") * 1e6).round().cast(pl.Int64))
