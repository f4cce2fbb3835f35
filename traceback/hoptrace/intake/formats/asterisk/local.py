"""Calls through Asterisk's Local channels, which have two halves: `;1` is dialled by one chain, `;2` is another's.

The attempts of the chain behind a Local channel are those of the chain that dialled it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from hoptrace.intake.formats.asterisk.names import is_local, local_pair

_LONGEST_WAIT = 4 * 3_600_000_000
_DEEPEST = 8


class Row(NamedTuple):
    """What is looked at of a row: its number `at`, its local start in microseconds, whether it dialled somebody."""

    at: int
    start: int
    channel: str
    dstchannel: str
    linkedid: str | None
    is_attempt: bool


@dataclass(slots=True)
class Chain:
    """The rows of one channel during one call, in order of time; `number` is its place among all chains."""

    number: int
    rows: list[Row]
    attempts: list[Row] = field(default_factory=list[Row])
    closing: list[Row] = field(default_factory=list[Row])

    def __post_init__(self) -> None:
        self.attempts = [row for row in self.rows if row.is_attempt]
        self.closing = [row for row in self.rows if not row.is_attempt]


class Joined(NamedTuple):
    """A call: `rows` (the first stands for it), its row on the `incoming` channel, the row that dialled out.

    `closes`: it is the last of its chain, so that a cause which closing rows give is its own.
    """

    chain: int
    rows: list[int]
    incoming: int
    outgoing: int
    closes: bool


def joined_calls(chains: Sequence[Chain]) -> tuple[list[Joined], list[Joined]]:
    """The calls of chains that Local channels join, in their order; and what is left of rings of such channels.

    A ring, whose channels dial each other, has no outside; its rows are calls all the same.
    """
    partners = _Partners(chains)
    with_attempts = [chain for chain in chains if chain.attempts]
    calls = [call for chain in with_attempts if not partners.is_dialled(chain) for call in _attempts(chain, partners)]
    placed = {at for call in calls for at in call.rows}
    rest = [(chain.number, row.at) for chain in with_attempts for row in chain.rows if row.at not in placed]
    return calls, [Joined(chain, [at], at, at, closes=False) for chain, at in rest]


class _Partners:
    """Chains of `;2` halves of Local channels, found by the `;1` half that another chain dialled."""

    def __init__(self, chains: Sequence[Chain]) -> None:
        self._halves: dict[str, list[Chain]] = defaultdict(list)
        for chain in chains:
            channel = chain.rows[0].channel
            if is_local(channel) and channel.endswith(";2"):
                self._halves[local_pair(channel)].append(chain)
        self._of: dict[int, Chain] = {}
        self._dialled: set[int] = set()
        for chain in chains:
            for row in chain.attempts:
                self._pair(row)

    def _pair(self, row: Row) -> None:
        if not is_local(row.dstchannel) or not row.dstchannel.endswith(";1"):
            return
        halves = self._halves.get(local_pair(row.dstchannel), ())
        near = [chain for chain in halves if chain.number not in self._dialled and _belongs(row, chain)]
        if near:
            chain = min(near, key=lambda each: (abs(each.rows[0].start - row.start), each.rows[0].at))
            self._of[row.at] = chain
            self._dialled.add(chain.number)

    def of(self, row: Row) -> Chain | None:
        """The chain behind the Local channel that a row dialled."""
        return self._of.get(row.at)

    def is_dialled(self, chain: Chain) -> bool:
        """Whether a chain is the inner side of another one's attempt."""
        return chain.number in self._dialled


def _belongs(row: Row, chain: Chain) -> bool:
    first = chain.rows[0]
    if row.linkedid is not None and first.linkedid is not None:
        return row.linkedid == first.linkedid
    return abs(first.start - row.start) <= _LONGEST_WAIT


def _attempts(chain: Chain, partners: _Partners) -> Iterator[Joined]:
    """The calls of a chain: its own attempts, or those behind the Local channels that it dialled."""
    for number, row in enumerate(chain.attempts, start=1):
        ends, extra = _ends(row, partners, 0)
        last = number == len(chain.attempts)
        for place, end in enumerate(ends):
            rows = [row, *(r for r in (end, *extra) if r is not row)] if place == 0 else [end]
            if last and place == 0:
                rows.extend(chain.closing)
            yield Joined(chain.number, [r.at for r in rows], row.at, end.at, closes=last and place == len(ends) - 1)


def _ends(row: Row, partners: _Partners, depth: int) -> tuple[list[Row], list[Row]]:
    """The rows that dialled out on behalf of `row`, and the rows between and beside them."""
    partner = partners.of(row)
    if partner is None or depth >= _DEEPEST:
        return [row], []
    if not partner.attempts:
        return [row], partner.closing
    ends: list[Row] = []
    extra = list(partner.closing)
    for attempt in partner.attempts:
        further, beside = _ends(attempt, partners, depth + 1)
        ends.extend(further)
        extra.extend(beside)
        if attempt not in further:
            extra.append(attempt)
    return ends, extra
