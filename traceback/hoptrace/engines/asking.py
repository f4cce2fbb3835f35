"""Asking the lake for the statements of calls, by each number under which a call went as its own records tell.

A statement is read again only for calls of which a record told another number; each reading numbers its statements on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from hoptrace.engines.ground import Ground
from hoptrace.engines.renumbered import declared
from hoptrace.engines.spans import to_read
from hoptrace.linking.clocks.repeated_hours import any_twice, one_reading_each, other_times, with_readings
from hoptrace.linking.members import comparable, members_of
from hoptrace.linking.restated import without_restated
from hoptrace.model.frames import in_time_order
from hoptrace.tracing.reported import Reported

MOST_FORWARDS = 6
"""How often a call may be forwarded before the search ends."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`facts`: statements from `comparable`, their `sid`s below `end`; `members`: which may belong to which call."""

    facts: pl.DataFrame
    members: pl.DataFrame
    end: int


def ask(reported: Mapping[int, Reported], wanted: pl.DataFrame, ground: Ground, first: int) -> Asked:
    """The statements of reported calls (`wanted` in the WANTED schema), their `sid`s from `first`.

    Forwardings are followed to the numbers told, around the moment at which they are told.
    """
    facts, members = list[pl.DataFrame](), list[pl.DataFrame]()
    open_ = wanted
    for _ in range(MOST_FORWARDS):
        read, found = _read(open_, ground, first)
        told = declared(found, reported)
        more = told.join(wanted, on=["call", "key"], how="anti") if told.height else told
        facts.append(read)
        first += read.height
        if more.is_empty():
            return Asked(pl.concat(facts), pl.concat([*members, found]), first)
        again = more["call"].unique()
        members.append(found.filter(~pl.col("call").is_in(again.implode())))
        wanted = pl.concat([wanted, more])
        open_ = wanted.filter(pl.col("call").is_in(again.implode()))
    read, found = _read(open_, ground, first)
    return Asked(pl.concat([*facts, read]), pl.concat([*members, found]), first + read.height)


def _read(wanted: pl.DataFrame, ground: Ground, first: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    read = ground.view.statements(to_read(wanted, ground.learned))
    twice = any_twice(read)
    said = without_restated(_with_others(read, ground) if twice else read)
    # Between records that fit equally well their number decides: it must not depend on the files they came in.
    found = in_time_order(said, "start_time", ("fingerprint", "batch", "row"))
    facts = comparable(with_readings(found, ground.learned) if twice else found, ground.learned)
    facts = facts.with_columns(pl.col("sid") + first) if first else facts
    members = members_of(wanted, facts)
    return facts, one_reading_each(members, facts, wanted) if twice else members


def _with_others(read: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """What was read, with others' records around both times of statements whose local time came twice."""
    more = ground.view.statements(to_read(other_times(read, ground.learned), ground.learned))
    return pl.concat([read, more]).unique(["batch", "row", "fingerprint"], keep="first", maintain_order=True)
