"""Rows of one Asterisk become calls: one a dial attempt, with the rows that only close or mirror it.

Asterisk writes a row whenever a channel's dialled partner changes. Rows of one channel are a *chain*: the call's
attempts in order, and rows such as Hangup that close it. A Local channel has two halves: `;1` is dialled by one
chain, `;2` is the channel of another, whose attempts are then those of the first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hoptrace.intake.formats.asterisk_names import is_local, is_symbolic, local_pair
from hoptrace.intake.formats.asterisk_rows import Cdr

_GAP = timedelta(seconds=3)
_LONGEST_WAIT = timedelta(hours=4)
_DEEPEST = 8


@dataclass(slots=True)
class Chain:
    """The rows of one channel during one call, in order of time."""

    rows: list[Cdr]
    attempts: list[Cdr] = field(default_factory=list[Cdr])
    closing: list[Cdr] = field(default_factory=list[Cdr])

    def __post_init__(self) -> None:
        self.attempts = [row for row in self.rows if row.is_attempt]
        self.closing = [row for row in self.rows if not row.is_attempt]

    @property
    def start(self) -> datetime:
        """When the channel's first row began."""
        return self.rows[0].start


@dataclass(slots=True)
class Call:
    """One call and route attempt: `rows` (the first stands for it), the side it came in on, the side it went out on.

    `first` is the earliest row of the incoming channel, `incoming` its row of this attempt, `outgoing` the row that
    names whom was dialled last, `cause` a Q.850 cause that a closing row gives.
    """

    rows: list[Cdr]
    first: Cdr
    incoming: Cdr
    outgoing: Cdr
    cause: str | None = None


def calls_of(cdrs: Sequence[Cdr]) -> list[Call]:
    """All calls of a file's rows; every row is in exactly one of them."""
    chains = _chains(cdrs)
    partners = _Partners(chains)
    with_attempts = [chain for chain in chains if chain.attempts]
    calls = [call for chain in with_attempts if not partners.is_dialled(chain) for call in _attempts(chain, partners)]
    # A ring of Local channels that dial each other has no outside; its rows are calls all the same.
    placed = {row.row for call in calls for row in call.rows}
    for chain in with_attempts:
        rest = [row for row in chain.rows if row.row not in placed]
        if rest:
            calls.extend(Call([row], chain.rows[0], row, row) for row in rest)
            placed.update(row.row for row in rest)
    calls.extend(_without_attempts(chains, calls, placed))
    return calls


def _chains(cdrs: Sequence[Cdr]) -> list[Chain]:
    newest_first = len(cdrs) > 1 and _later(cdrs[0], cdrs[-1])
    ordered = sorted(reversed(cdrs) if newest_first else cdrs, key=_order)
    groups: dict[str, list[Cdr]] = {}
    latest: dict[str, tuple[str, datetime]] = {}
    for cdr in ordered:
        key = cdr.get("uniqueid")
        if key is None:
            channel = cdr.get("channel")
            key = _same_call(channel, cdr, latest) if channel else f"row {cdr.row}"
        groups.setdefault(key, []).append(cdr)
    return [Chain(rows) for rows in groups.values()]


def _order(cdr: Cdr) -> tuple[datetime, int]:
    sequence = cdr.text("sequence")
    return cdr.start.replace(tzinfo=None), int(sequence) if sequence.isdigit() and len(sequence) < 10 else 0


def _seconds(time: datetime) -> float:
    return (time.replace(tzinfo=None) - datetime.min).total_seconds()  # noqa: DTZ901 - only an origin to count from


def _later(one: Cdr, other: Cdr) -> bool:
    return one.start.replace(tzinfo=None) > other.start.replace(tzinfo=None)


def _same_call(channel: str, cdr: Cdr, latest: dict[str, tuple[str, datetime]]) -> str:
    """The key of a channel's call; counters begin again after a restart, so a gap in time begins another call."""
    begin, end = cdr.start.replace(tzinfo=None), (cdr.end or cdr.start).replace(tzinfo=None)
    known = latest.get(channel)
    if known is None or begin - known[1] > _GAP:
        known = (f"{channel} row {cdr.row}", end)
    latest[channel] = (known[0], max(known[1], end))
    return known[0]


class _Partners:
    """Chains of `;2` halves of Local channels, found by the `;1` half that another chain dialled."""

    def __init__(self, chains: Sequence[Chain]) -> None:
        self._halves: dict[str, list[Chain]] = defaultdict(list)
        for chain in chains:
            channel = chain.rows[0].text("channel")
            if is_local(channel) and channel.endswith(";2"):
                self._halves[local_pair(channel)].append(chain)
        self._of: dict[int, Chain] = {}
        self._dialled: set[int] = set()
        if self._halves:
            for chain in chains:
                for row in chain.attempts:
                    self._pair(row)

    def _pair(self, row: Cdr) -> None:
        channel = row.text("dstchannel")
        if not is_local(channel) or not channel.endswith(";1"):
            return
        near = [c for c in self._halves.get(local_pair(channel), ()) if id(c) not in self._dialled and _belongs(row, c)]
        if near:
            chain = min(near, key=lambda c: (abs(_seconds(c.start) - _seconds(row.start)), c.rows[0].row))
            self._of[row.row] = chain
            self._dialled.add(id(chain))

    def of(self, row: Cdr) -> Chain | None:
        """The chain behind the Local channel that a row dialled."""
        return self._of.get(row.row)

    def is_dialled(self, chain: Chain) -> bool:
        """Whether a chain is the inner side of another one's attempt."""
        return id(chain) in self._dialled


def _belongs(row: Cdr, chain: Chain) -> bool:
    mine, its = row.get("linkedid"), chain.rows[0].get("linkedid")
    if mine is not None and its is not None:
        return mine == its
    return abs(_seconds(chain.start) - _seconds(row.start)) <= _LONGEST_WAIT.total_seconds()


def _attempts(chain: Chain, partners: _Partners) -> Iterator[Call]:
    """The calls of a chain: its own attempts, or those behind the Local channels that it dialled."""
    closing = list(chain.closing)
    cause = _cause(closing)
    for number, row in enumerate(chain.attempts, start=1):
        ends, extra = _ends(row, partners, 0)
        last = number == len(chain.attempts)
        for place, end in enumerate(ends):
            rows = [row, *(r for r in (end, *extra) if r is not row)] if place == 0 else [end]
            call = Call(rows, chain.rows[0], row, end)
            if last and place == len(ends) - 1 and end.text("disposition").upper() != "ANSWERED":
                call.cause = cause
            if last and place == 0:
                call.rows.extend(closing)
            yield call


def _ends(row: Cdr, partners: _Partners, depth: int) -> tuple[list[Cdr], list[Cdr]]:
    """The rows that dialled out on behalf of `row`, and the rows between and beside them."""
    partner = partners.of(row)
    if partner is None or depth >= _DEEPEST:
        return [row], []
    if not partner.attempts:
        return [row], partner.closing
    ends: list[Cdr] = []
    extra = list(partner.closing)
    for attempt in partner.attempts:
        further, beside = _ends(attempt, partners, depth + 1)
        ends.extend(further)
        extra.extend(beside)
        if attempt not in further:
            extra.append(attempt)
    return ends, extra


def _without_attempts(chains: Sequence[Chain], calls: Sequence[Call], placed: set[int]) -> Iterator[Call]:
    """Chains that dialled nobody: part of a call that their linkedid names, else calls that ended here."""
    linked: dict[str, Call] = {}
    for call in calls:
        linkedid = call.first.get("linkedid")
        if linkedid is not None:
            linked.setdefault(linkedid, call)
    for chain in chains:
        rows = [row for row in chain.rows if row.row not in placed]
        if not rows:
            continue
        call = linked.get(chain.rows[0].text("linkedid"))
        if call is not None:
            call.rows.extend(rows)
        else:
            told = next((row for row in rows if not is_symbolic(row.text("called_number"))), rows[0])
            yield Call([told, *(r for r in rows if r is not told)], rows[0], told, _answered(rows), _cause(rows))


def _answered(rows: Sequence[Cdr]) -> Cdr:
    return next((row for row in rows if row.text("disposition").upper() == "ANSWERED"), rows[-1])


def _cause(rows: Sequence[Cdr]) -> str | None:
    """The Q.850 cause with which the dial plan hung up."""
    for row in reversed(rows):
        cause = row.text("lastdata").strip()
        if row.text("lastapp").lower() == "hangup" and cause.isdigit() and 0 < int(cause) < 128:
            return str(int(cause))
    return None
