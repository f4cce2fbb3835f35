"""A trail: the carriers of a call from the terminating one upstream, and why it goes no further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from hoptrace.linking.contests import Pair
from hoptrace.tracing.case import Surroundings


class Ending(StrEnum):
    """Why a trail goes no further."""

    CUSTOMER = "customer"  # the carrier's own customer placed the call
    ENTRY = "entry"  # the carrier named upstream is foreign and has submitted nothing
    SILENT = "silent"  # the carrier named upstream has submitted nothing for that time
    LACKING = "lacking"  # the carrier named upstream has records of that time, but not this call
    UNNAMED = "unnamed"  # the last record does not say who handed the call over
    CONTESTED = "contested"  # another statement contradicts the last one
    DOUBTED = "doubted"  # a customer of a carrier whose word of its customers others contradict again and again
    MISNAMED = "misnamed"  # named by a carrier whose words of its upstreams are mostly contradicted; it has no records
    CONTRADICTED = "contradicted"  # the complete records of the carrier named upstream contradict it, as they often do


NAMED_ABOVE = frozenset({Ending.ENTRY, Ending.SILENT, Ending.LACKING})
"""Endings at a carrier that only the furthest record names: it is the trail's last step."""


class Step(NamedTuple):
    """One carrier of a trail: its statement (None where it was only named) and the pair that leads to it."""

    carrier: str
    sid: int | None = None
    pair: Pair | None = None


@dataclass(eq=False, slots=True)
class Trail:
    """Steps from the terminating carrier upstream, and the ending. Two trails are the same only if they are one object.

    Nobody changes one. It is not frozen, and what it says is worked out at once, for there are many for each call.

    `against` are the pairs that contradict it; `overruled` those of which one side's word was not followed, because
    several of that side's neighbours contradict it. `customer` and `entry`: whose customer placed the call, or at which
    point of entry it came in, where the trail ends there.
    """

    steps: tuple[Step, ...]
    ending: Ending
    against: tuple[Pair, ...] = ()
    overruled: tuple[Pair, ...] = ()
    customer: str | None = None
    entry: str | None = None

    path: tuple[str, ...] = field(init=False)
    """The carriers, terminating one first."""
    statements: tuple[int, ...] = field(init=False)
    """The sids of the statements, that nearest to the called party first."""
    pairs: tuple[Pair, ...] = field(init=False)
    """The handoffs and leaps between its statements, from the terminating end."""
    answer: tuple[Ending, str, str | None, str | None] = field(init=False)
    """What the trail ends with: how, at which carrier, with whose customer, or at which point of entry."""
    outcome: tuple[tuple[str, ...], Ending, str | None] = field(init=False)
    """All that the trail says: two trails with the same outcome are no alternatives to each other."""

    def __post_init__(self) -> None:
        """Work out what the steps say."""
        told = [step for step in self.steps if step.sid is not None]
        self.path = tuple([step.carrier for step in self.steps])
        self.statements = tuple([step.sid for step in told if step.sid is not None])
        self.pairs = tuple([step.pair for step in told if step.pair is not None])
        self.answer = self.ending, self.path[-1], self.customer, self.entry
        self.outcome = self.path, self.ending, self.customer

    @property
    def first_statement(self) -> int:
        """The sid of the statement nearest to the called party."""
        return self.statements[0]

    @property
    def last_statement(self) -> int:
        """The sid of the furthest statement."""
        return self.statements[-1]

    def down_to(self, sid: int) -> tuple[int, ...]:
        """The statements from the terminating end up to this one, it included."""
        return self.statements[: self.statements.index(sid) + 1]


def point_of_entry(path: Sequence[str], around: Surroundings) -> str | None:
    """The home carrier that took the call from the first foreign carrier of a path, walking upstream."""
    for lower, upper in pairwise(path):
        if around.foreign(upper) and not around.foreign(lower):
            return lower
    return None


def entry_told(trail: Trail, around: Surroundings) -> str | None:
    """The point of entry of a trail, where a record tells of that very handoff.

    Between two carriers without records others may lie of which nobody tells, one of them the point of entry:
    so over a gap, and below a record that handed the call to another carrier than the reported end.
    """
    for lower, upper in pairwise(trail.steps):
        if around.foreign(upper.carrier) and not around.foreign(lower.carrier):
            told = lower.sid is not None or upper.sid is not None or trail.ending is Ending.ENTRY
            return lower.carrier if told else None
    return None
