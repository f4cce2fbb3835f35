"""Parties: who stands for what in the question of who serves a number, with all that was said for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import comb
from typing import Any

import polars as pl

from hoptrace.tracing.forward.spoken import Does

BY_CHANCE = 0.05
"""A later party has taken over only where so clean an order in time would come about by chance less often."""

COUNTED_AT_MOST = 50
"""More statements than this make an order in time no surer; keeps the binomials small."""


@dataclass(frozen=True, slots=True)
class Said:
    """One row of the frame of what was said (see `hoptrace.tracing.forward.spoken.SAID`)."""

    number: int
    carrier: str
    does: Does
    other: str | None
    statements: int
    weight: float
    first: datetime
    last: datetime
    both: int
    unsaid: int
    covered: int
    forwarded: int
    upstreams: tuple[str, ...]
    examples: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Party:
    """A carrier, or a number, and everything that was said for it."""

    name: str
    rows: tuple[Said, ...]
    statements: int
    weight: float
    first: datetime
    last: datetime

    @classmethod
    def of(cls, name: str, rows: Iterable[Said]) -> Party:
        """A party of at least one row."""
        told = tuple(rows)
        weight = round(sum(row.weight for row in told), 9)
        first, last = min(row.first for row in told), max(row.last for row in told)
        return cls(name, told, sum(row.statements for row in told), weight, first, last)

    def confirmed(self) -> int:
        """Deliveries that the carrier before knows of."""
        return sum(row.both for row in self.rows)

    def unsaid(self) -> int:
        """Deliveries of which the carrier before says otherwise."""
        return sum(row.unsaid for row in self.rows)

    def carriers(self) -> tuple[str, ...]:
        """Who says so."""
        return tuple(sorted({row.carrier for row in self.rows}))


@dataclass(frozen=True, slots=True)
class Talk:
    """All that was said of one number."""

    number: int
    rows: tuple[Said, ...]

    def that(self, *does: Does) -> list[Said]:
        """The rows that do one of these."""
        return [row for row in self.rows if row.does in does]

    def by_carrier(self, *does: Does) -> list[Party]:
        """The carriers that do one of these, the heaviest first."""
        return _parties((row.carrier, row) for row in self.that(*does))

    def by_other(self, *does: Does) -> list[Party]:
        """The carriers or numbers that are named in doing one of these, the heaviest first."""
        return _parties((row.other, row) for row in self.that(*does) if row.other is not None)

    def silent(self) -> list[Party]:
        """The carriers that calls were handed to and that say nothing of them."""
        speaking = {row.carrier for row in self.that(Does.DELIVERS, Does.HANDS_ON, Does.UNNAMED, Does.CHANGES)}
        return [party for party in self.by_other(Does.HANDS_ON) if party.name not in speaking]

    def upstreams(self) -> frozenset[str]:
        """Every carrier that somebody names as the one that handed it a call to this number."""
        return frozenset(name for row in self.rows if row.does is not Does.ORIGINATES for name in row.upstreams)


def talk_of(said: pl.DataFrame) -> dict[int, Talk]:
    """What was said (SAID), by number."""
    rows: dict[int, list[Said]] = {}
    for row in said.iter_rows(named=True):
        told: dict[str, Any] = {**row, "does": Does(row["does"])}
        told |= {"upstreams": tuple(row["upstreams"]), "examples": tuple(row["examples"])}
        rows.setdefault(row["number"], []).append(Said(**told))
    return {number: Talk(number, tuple(told)) for number, told in rows.items()}


def took_over(parties: Sequence[Party]) -> Party | None:
    """The party that took over from all others at some moment, as after porting; None where the times do not show it.

    All its statements are later than all others'. One statement alone proves nothing, unless the carrier before
    confirms it; and n earlier and m later ones would stand in this order by chance once in (n + m over m) cases.
    """
    if len(parties) < 2:
        return None
    latest = max(parties, key=lambda party: (party.last, party.name))
    earlier = [party for party in parties if party is not latest]
    if any(party.last >= latest.first for party in earlier):
        return None
    if latest.statements < 2 and not latest.confirmed():
        return None
    before = min(COUNTED_AT_MOST, sum(party.statements for party in earlier))
    after = min(COUNTED_AT_MOST, latest.statements)
    return latest if 1 / comb(before + after, after) < BY_CHANCE else None


def _parties(named: Iterable[tuple[str, Said]]) -> list[Party]:
    rows: dict[str, list[Said]] = {}
    for name, row in named:
        rows.setdefault(name, []).append(row)
    parties = [Party.of(name, told) for name, told in rows.items()]
    return sorted(parties, key=lambda party: (-party.weight, -party.statements, party.name))
