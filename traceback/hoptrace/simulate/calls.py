"""Call attempts in columns: what every other part of the simulator works on."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from hoptrace.model.arrays import Int64s, Truths

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

    start: Int64s
    caller: Int64s
    dialled: Int64s
    called: Int64s
    origin: Int64s
    customer: Int64s
    serving: Int64s
    forward_to: Int64s
    alternative: Int64s
    route: Int64s
    code: Int64s
    ring: Int64s
    talk: Int64s
    campaign: Int64s
    traced: Truths
    withheld: Truths
    spoofed: Truths
    group: Int64s
    toll_free: Truths
    moved_at: Int64s
    rewritten_at: Int64s
    rewritten_to: Int64s

    def __len__(self) -> int:
        return len(self.start)

    def take(self, rows: Int64s) -> Calls:
        """Some of the calls, in the order given."""
        return Calls(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})

    def delivered_caller(self) -> Int64s:
        """The caller as the called party's carrier sees it, -1 where withheld."""
        plain = np.where(self.withheld, -1, self.caller)
        return np.where(self.rewritten_at >= 0, self.rewritten_to, plain)


def campaign_label(campaign: int) -> str:
    """The campaign's name in calls.csv and truth.jsonl, empty for background calls."""
    if campaign == SCAM:
        return "live-scam"
    return f"robocall-{campaign + 1}" if campaign >= 0 else ""
