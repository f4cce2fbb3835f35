"""How the two statements of a pair touch, and how long a call then takes from the one to the other."""

from __future__ import annotations

from enum import StrEnum

HANDED_ON = 0.1
"""Seconds from one carrier's INVITE to the next one's, where the records of the network do not tell it otherwise."""


class Kind(StrEnum):
    """How the two statements of a pair touch."""

    DIRECT = "direct"  # the two carriers are neighbours
    REWRITTEN = "rewritten"  # neighbours, but the called number changed without either saying so
    BRIDGED = "bridged"  # both name the same carrier between them, which has no record of the call
    FORWARDED = "forwarded"  # both name the same carrier between them; it has no record and changed the called number
    GAP = "gap"  # each names another silent carrier, or the upper one nobody: one or more without a record between
    CONFLICT = "conflict"  # fits, but one names the other while the other names somebody else


NEIGHBOURS = (Kind.DIRECT, Kind.REWRITTEN, Kind.CONFLICT)
"""The kinds in which no carrier without a record lies between."""

LEAP_SPREADS = {kind: 0.1 if kind in NEIGHBOURS else 0.5 for kind in Kind}
"""What `leap_spread` tells."""

CHANGED = (Kind.REWRITTEN, Kind.FORWARDED)
"""The kinds in which the called number was changed and nobody says so."""


def way_of(neighbours: bool, handed_on: float) -> float:
    """Seconds that a call takes from one statement of a pair to the other; `handed_on`: those of one handoff.

    Over carriers without a record only what handoffs take more than usual counts twice: how many there are is not sure.
    """
    return handed_on if neighbours else handed_on + (handed_on - HANDED_ON)


def leap_spread(kind: Kind) -> float:
    """Seconds (1 sigma) that a handoff takes, more where carriers without a record lie between."""
    return LEAP_SPREADS[kind]
