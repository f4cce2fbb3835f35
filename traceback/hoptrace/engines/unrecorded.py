"""Unrecorded calls: how many of the reported ones left no record, by the carrier that is reported as their end.

Only looked for: nothing is linked. A call has a record if a statement of its number was filed at its moment that may
have its caller.
"""

from __future__ import annotations

import polars as pl

from hoptrace.engines.evenly import some_of
from hoptrace.engines.ground import Ground
from hoptrace.engines.spans import to_read
from hoptrace.linking.clocks.repeated_hours import any_twice, with_readings
from hoptrace.linking.members import WANTED, comparable, members_of
from hoptrace.linking.trust.reported_ends import LEAST_IN_ALL

ABOUT = 60.0
"""Seconds beyond what reports may be off in which a record may be of the call, whatever its clock."""

HARDLY_ANY = 0.9
"""Share of calls without a record from which a file tells nothing: its times or numbers are wrong."""

Counts = dict[str, tuple[int, int]]


def count_ends(ground: Ground, reports: pl.DataFrame) -> Counts | None:
    """By reported end, how many of some of these calls (MEANT, in the order of the lake) were looked for, and how many
    have no record; None where too few tell it, hardly any has one, or no customer's calls are rivalled, so that nothing
    hangs on it.
    """
    named = _once(reports.filter(pl.col("terminating").is_not_null()))
    if not ground.around.trust.rivals or named.height < LEAST_IN_ALL:
        return None
    parts = (_on_file(ground, part) for part in some_of(named))
    counts = pl.concat(parts).group_by("terminating").agg(reports=pl.len(), lost=(~pl.col("found")).sum())
    of, lost = counts.select("reports", "lost").sum().row(0)
    if of < LEAST_IN_ALL or lost > HARDLY_ANY * of:
        return None
    return {end: (reported, gone) for end, reported, gone in counts.sort("terminating").iter_rows()}


def _once(reports: pl.DataFrame) -> pl.DataFrame:
    """Each call once, by what reports may be off: one that is reported again and again tells no more of the others."""
    told = reports.with_columns(moment=(pl.col("at") / pl.max_horizontal("close", 1.0)).round())
    same = ["called", "calling", "terminating", "moment"]
    return told.unique(same, keep="first", maintain_order=True).drop("moment")


def _on_file(ground: Ground, reports: pl.DataFrame) -> pl.DataFrame:
    """The end of each call and whether a record of it may be `found`, of calls of whose time anybody has records."""
    covered = pl.Series(list(ground.covering.at(reports["at"].to_list()).counts()), dtype=pl.Int64)
    reports = reports.filter(covered > 0)
    asked = reports.select("at", "calling", "close", call=pl.int_range(pl.len(), dtype=pl.Int64), key="called")
    wanted = asked.with_columns(window=pl.col("close") + ABOUT).select(WANTED.names())
    read = ground.view.statements(to_read(wanted, ground.learned))
    facts = comparable(with_readings(read, ground.learned) if any_twice(read) else read, ground.learned)
    members = members_of(wanted, facts).select("call", seen="calling", sent="sent_calling")
    met = members.join(asked.select("call", "calling"), on="call")
    # A number that is withheld, masked or not told may be any.
    open_ = pl.any_horizontal((pl.col(name) <= 0).fill_null(value=True) for name in ("calling", "seen"))
    same = pl.any_horizontal((pl.col(name) == pl.col("calling")).fill_null(value=False) for name in ("seen", "sent"))
    found = pl.int_range(pl.len(), dtype=pl.Int64).is_in(met.filter(open_ | same)["call"].unique().implode())
    return reports.select("terminating", found=found)
