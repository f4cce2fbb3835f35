"""The case of one reported call: its facts, its candidate handoffs and what is known around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from hoptrace.linking.assignment import Assignment
from hoptrace.linking.contests import Pair
from hoptrace.linking.kinds import HANDED_ON
from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.model.dialplan import country_of
from hoptrace.tracing.reported import Reported, ReportHabits


class Fact(NamedTuple):
    """What the walk and the judgement ask of a statement: columns of `hoptrace.linking.members.KEPT`, and no other.

    There are dozens for each call, so that a field that nobody asks for costs more than it looks.
    """

    sid: int
    carrier: str
    called: int
    sent: int
    egress_called: int | None
    calling: int | None
    sent_calling: int | None
    upstream: str | None
    downstream: str | None
    customer: str | None
    cid: int | None
    sent_cid: int | None
    start: float
    setup: float | None
    tick: float
    spread: float
    outcome: str | None
    handed_on: bool = False
    attestation: str | None = None
    offset: float = 0.0


VAIN = frozenset({"failed", "no_answer"})
"""Outcomes that a refusal (503, 480) may be written down as."""


def nowhere(fact: Fact) -> bool:
    """Whether a record says that its carrier did not put the call through, and handed it to nobody."""
    return fact.downstream is None and not fact.handed_on and fact.outcome in VAIN


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around every call: the `home` country, each carrier's `country`, how far `reports` are off.

    `trust`: whose statements about their neighbours the neighbours bear out. `caller_changed`: weight of another caller
    than the reported one. `handed_on`: seconds that a handoff takes.
    """

    home: str
    country: Mapping[str, str] = field(default_factory=dict[str, str])
    reports: ReportHabits = field(default_factory=ReportHabits)
    trust: Trust = field(default_factory=Trust)
    caller_changed: float = -2.0
    handed_on: float = HANDED_ON

    def foreign(self, carrier: str) -> bool:
        """Whether the directory says that a carrier is of another country; an unknown country is not foreign."""
        country = self.country.get(carrier, "")
        return bool(country) and country != self.home

    def at_home(self, number: int) -> bool:
        """Whether a number (a key) has the calling code of the home country, which others may share."""
        return str(number).startswith(str(country_of(self.home).code))


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who has submitted: `covered`, carriers with records of a call's time; `taking_part`, the share of all then."""

    covered: frozenset[str] = frozenset()
    taking_part: float = 1.0


@dataclass(frozen=True, slots=True)
class Case:
    """All that the walk needs for one call. `covered` and `taking_part` as in Coverage.

    `legs`: what stands for a statement's ingress, by sid; attempts over several routes share it.
    """

    reported: Reported
    facts: Mapping[int, Fact]
    assignment: Assignment
    covered: frozenset[str]
    around: Surroundings
    taking_part: float = 1.0
    legs: Mapping[int, int] = field(default_factory=dict[int, int])

    def conflicts_with(self, sid: int) -> list[Pair]:
        """Conflicting pairs in which this statement is the downstream side, heaviest first."""
        return self.assignment.conflicts.get(sid, [])
