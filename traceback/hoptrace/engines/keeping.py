"""What was learned, between the catalog's rows and the kernel's frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.engines.spans import Covering
from hoptrace.errors import WorkspaceBusy
from hoptrace.linking.learned import CLOCKS, SHIFTS, Learned
from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.linking.weights import Weights

if TYPE_CHECKING:
    from hoptrace.catalog.catalog import Catalog
    from hoptrace.catalog.clocks import ClockTable
    from hoptrace.catalog.spans import BatchSpan
    from hoptrace.lake.view import View
    from hoptrace.workspace import Workspace


TRIES = 10
"""Times that something learned is made anew because another process kept something meanwhile."""

NOTHING = 0
"""The version that holds before anything was learned."""


@dataclass(frozen=True, slots=True)
class Known:
    """One version of what was learned, ready for the kernel."""

    version: int
    learned: Learned
    weights: Weights
    trust: Trust


def known(workspace: Workspace, version: int | None = None) -> Known:
    """What was learned by that version, or by the newest; nothing where there is no such version.

    A version never changes, so a process unpacks it once: a nation's weights take longer to read than a call to trace.
    """
    clocks = workspace.catalog.clocks
    newest = clocks.latest_version()
    wanted = newest if version is None else version
    wanted = wanted if 0 < wanted <= newest else NOTHING
    return workspace.kept("learned", wanted, lambda: known_of(clocks.clocks(wanted)))


def known_of(table: ClockTable) -> Known:
    """A stored version of what was learned, ready for the kernel."""
    weights, trust = Weights.from_json(table.weights), Trust.from_json(table.weights.get("trust", {}))
    return Known(table.version, learned_of(table), weights, trust)


def learned_of(table: ClockTable) -> Learned:
    """A stored clock table as the kernel takes it."""
    clocks = [
        (
            *(row.carrier_id, row.offset, row.spread, row.matches),
            *(row.drift, row.reference, row.hours, row.start_is_answer, row.tick),
        )
        for row in table.rows
    ]
    shifts = [(row.batch, row.carrier_id, row.shift, row.matches) for row in table.shifts]
    return Learned(
        pl.DataFrame(clocks, schema=CLOCKS, orient="row"),
        pl.DataFrame(shifts, schema=SHIFTS, orient="row"),
        table.weights,
    )


def covering(workspace: Workspace, view: View, clock_version: int, learned: Learned) -> Covering:
    """Whose records cover which time at a version of the lake, made anew only where batches or clocks are new."""
    found = workspace.catalog.batches.spans_at(view.version)
    expired = view.expired_before

    def make() -> Covering:
        """What is kept until batches, clocks or what expired change."""
        return covering_of(found.spans, learned, expired)

    return workspace.kept("covering", (found.key, clock_version, expired), make)


def covering_of(spans: Iterable[BatchSpan], learned: Learned, expired: date | None) -> Covering:
    """Whose records cover which time, of these batches, where the statements of days before `expired` were removed."""
    told = [(carrier, batch, first.timestamp(), last.timestamp()) for carrier, batch, first, last in spans]
    cut = None if expired is None else datetime.combine(expired, time(), UTC).timestamp()
    return Covering(told, learned, cut)


def keep_learned(workspace: Workspace, lake_version: int | None, make: Callable[[Learned], Learned]) -> int:
    """Keep what is made of the newest version as the next one, and give its number; the old one's if nothing is new.

    `lake_version`: at which it was learned; None where nothing of the records was, so that any version that says the
    same will do. Made once more where another process was first, as a trace may learn of reports while a submit learns
    of clocks. Raises WorkspaceBusy where that happens again and again.
    """
    for _ in range(TRIES):
        newest = known(workspace)
        if version := _save(workspace.catalog, lake_version, make(newest.learned), newest.version):
            return version
    raise WorkspaceBusy("Other processes are learning from these records all the time. Try again when they are done.")


def _save(catalog: Catalog, lake_version: int | None, learned: Learned, follows: int) -> int:
    from hoptrace.catalog.clocks import ClockRow, ShiftRow

    clocks = [ClockRow(*row) for row in learned.clocks.select(CLOCKS.names()).iter_rows()]
    shifts = [ShiftRow(*row) for row in learned.shifts.select(SHIFTS.names()).iter_rows()]
    again = lake_version is None
    at = catalog.clocks.clocks(follows).lake_version if lake_version is None else lake_version
    return catalog.clocks.save_clocks(at, clocks, shifts, learned.weights, follows, again=again)
