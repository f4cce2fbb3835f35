"""Call attempts in columns: what every other part of the simulator works on."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from hoptrace.simulate.chance import Flags, Ints

SECOND = 1_000_000
HOUR = 3_600 * SECOND

OK, BUSY, UNAVAILABLE, CANCELLED = 200, 486, 480, 487

SCAM = -2
"""In `Calls.campaign`: a live scam call. -1 is a background call, 0 and more a robocall campaign's number."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Call attempts in columns. Times and spans are microseconds; `called` differs from `dialled` where it changes.

    `origin`, `serving` (of the dialled number) and `forward_to` (of the called number, -1 if not forwarded) are carrier
    indices, `customer` the place among the origin's customers, `alternative` says which of the pair's routes it takes,
    attempts with one `group` are redials of each other. Places on the route, counted from the originating carrier and
    -1 for none: `moved_at` where the called number changes (forwarding, or a toll-free number's translation:
    `toll_free`), `rewritten_at` where the caller changes to `rewritten_to` (-1: withheld from there on).
    """

    start: Ints
    caller: Ints
    dialled: Ints
    called: Ints
    origin: Ints
    customer: Ints
    serving: Ints
    forward_to: Ints
    alternative: Ints
    route: Ints
    code: Ints
    ring: Ints
    talk: Ints
    campaign: Ints
    traced: Flags
    withheld: Flags
    spoofed: Flags
    group: Ints
    toll_free: Flags
    moved_at: Ints
    rewritten_at: Ints
    rewritten_to: Ints

    def __len__(self) -> int:
        return len(self.start)

    def take(self, rows: Ints) -> Calls:
        """Some of the calls, in the order given."""
        return Calls(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})

    def delivered_caller(self) -> Ints:
        """The caller as the called party's carrier sees it, -1 where withheld."""
        plain = np.where(self.withheld, -1, self.caller)
        return np.where(self.rewritten_at >= 0, self.rewritten_to, plain)


def campaign_label(campaign: int) -> str:
    """The campaign's name in calls.csv and truth.jsonl, empty for background calls."""
    if campaign == SCAM:
        return "live-scam"
    return f"robocall-{campaign + 1}" if campaign >= 0 else ""
