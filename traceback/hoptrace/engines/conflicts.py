"""Conflicts: whose statements the records of several neighbours contradict, out of the newest learned table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from hoptrace.engines.keeping import known
from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.linking.trust.blame import FEW
from hoptrace.tracing.calibration import published

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

SEVERAL = 3
"""Contradicted statements from which a conflict is worth a question: fewer are a lost row or two."""

LIKELIER = 0.5
"""Probability from which the carrier is likelier the cause than its neighbours are."""


class ConflictKind(StrEnum):
    """What a carrier says that its neighbours' records contradict."""

    UNTRUE_UPSTREAM = "untrue_upstream"
    CLAIMED_CUSTOMERS = "claimed_customers"
    MADE_UP_HANDOFFS = "made_up_handoffs"

    @property
    def told(self) -> str:
        """The kind in words that follow the carrier's name."""
        return _TOLD[self]


_TOLD = {
    ConflictKind.UNTRUE_UPSTREAM: "names an upstream that has no such call",
    ConflictKind.CLAIMED_CUSTOMERS: "claims neighbours' calls for its own customers",
    ConflictKind.MADE_UP_HANDOFFS: "says it handed on calls that the next carrier lacks",
}


@dataclass(frozen=True, slots=True)
class Contradicting:
    """A neighbour whose records contradict so many statements, and how likely it is that the carrier is the cause."""

    carrier_id: str
    contradicted: int
    probability: float


@dataclass(frozen=True, slots=True)
class Conflict:
    """What neighbours' records contradict in one carrier's: `contradicted` statements of `said` ones of that kind.

    `said`: statements that name one of these neighbours, or all calls of own customers. `probability`: that the carrier
    and not its neighbours is the cause, the mean over the contradicted statements. `neighbours`: the most contradicting
    first.
    """

    carrier_id: str
    kind: ConflictKind
    contradicted: int
    said: int
    probability: float
    neighbours: tuple[Contradicting, ...]

    @property
    def worth_asking(self) -> bool:
        """Whether there are several contradictions and the carrier is likelier their cause than its neighbours."""
        return self.contradicted >= SEVERAL and self.probability >= LIKELIER


Pairs = dict[str, list[Contradicting]]
"""By carrier, its neighbours that contradict it."""


def carriers_conflicts(workspace: Workspace) -> list[Conflict]:
    """All conflicts between carriers' statements, most neighbours first; use it to see whom to ask about what.

    Taken from the newest clock table, so of the records as they were when it was learned; empty before that. These are
    contradictions between records and prove no intent; `Conflict.worth_asking` picks what is more than lost rows.
    """
    return conflicts_of(known(workspace).trust)


def conflicts_of(trust: Trust) -> list[Conflict]:
    """The conflicts that the counts of a learned table tell of, most neighbours first."""
    found = [*_untrue_upstreams(trust), *_claimed_customers(trust), *_made_up_handoffs(trust)]
    return sorted(found, key=lambda each: (-len(each.neighbours), -each.contradicted, each.carrier_id, each.kind))


def _untrue_upstreams(trust: Trust) -> Iterator[Conflict]:
    pairs, said = _clashing(trust, "upstream")
    for carrier, clashes in pairs.items():
        known = [
            Contradicting(each.carrier_id, each.contradicted, trust.untrue.get((carrier, each.carrier_id), 0.0))
            for each in clashes
        ]
        yield _conflict(carrier, ConflictKind.UNTRUE_UPSTREAM, known, said[carrier])


def _claimed_customers(trust: Trust) -> Iterator[Conflict]:
    own = {carrier: count for carrier, count, _, _ in trust.traffic}
    pairs: Pairs = {}
    for upstream, claimant, quarrels in trust.claims:
        known = Contradicting(upstream, quarrels, trust.invents.get((upstream, claimant), LIKELIER))
        pairs.setdefault(claimant, []).append(known)
    for carrier, known in pairs.items():
        yield _conflict(carrier, ConflictKind.CLAIMED_CUSTOMERS, known, own.get(carrier, 0))


def _made_up_handoffs(trust: Trust) -> Iterator[Conflict]:
    """What is missing downstream beyond the losses there is the carrier's own doing."""
    pairs, said = _clashing(trust, "downstream")
    for carrier, clashes in pairs.items():
        everything = sum(row[3] for row in trust.clashes if row[0] == carrier and row[2] == "downstream")
        beyond = trust.made_up.get(carrier, 0.0) * (everything + FEW)
        share = min(1.0, beyond / sum(each.contradicted for each in clashes))
        known = [Contradicting(each.carrier_id, each.contradicted, share) for each in clashes]
        yield _conflict(carrier, ConflictKind.MADE_UP_HANDOFFS, known, said[carrier])


def _clashing(trust: Trust, side: str) -> tuple[Pairs, dict[str, int]]:
    """By carrier, the neighbours on a side that contradict it, and what it said of them in all."""
    pairs: Pairs = {}
    said: dict[str, int] = {}
    for namer, named, where, count, unconfirmed in trust.clashes:
        if where == side and unconfirmed:
            pairs.setdefault(namer, []).append(Contradicting(named, unconfirmed, 0.0))
            said[namer] = said.get(namer, 0) + count
    return pairs, said


def _conflict(carrier: str, kind: ConflictKind, known: Iterable[Contradicting], said: int) -> Conflict:
    neighbours = tuple(sorted(known, key=lambda each: (-each.contradicted, each.carrier_id)))
    contradicted = sum(each.contradicted for each in neighbours)
    mean = sum(each.contradicted * each.probability for each in neighbours) / contradicted
    return Conflict(carrier, kind, contradicted, said, published(mean, 3), neighbours)
