"""The result of tracing a number forward: which carrier serves it, and what every carrier that shows up says of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from hoptrace.model.verdicts import Evidence, NextRequest, RecordRef


class ForwardVerdict(StrEnum):
    """How far the records lead towards the carrier that serves a number."""

    SERVING_CARRIER_IDENTIFIED = "serving_carrier_identified"
    """That carrier's own records say that it delivered calls to the number to its own subscriber."""
    NON_PARTICIPATING = "non_participating"
    """The furthest carrier down the chain is only named; it has submitted nothing that covers the time."""
    NO_RECORD = "no_record"
    """Records speak of the number, but none says who serves it."""
    DISPUTED = "disputed"
    """Records contradict each other, and the evidence cannot settle it."""
    NOT_FOUND = "not_found"
    """No record speaks of the number."""


class ForwardRole(StrEnum):
    """What a carrier has to do with a number, the most telling first."""

    SERVES = "serves"
    """Its own records say that it delivered calls to an own subscriber."""
    HANDED_TO = "handed_to"
    """Another carrier handed calls to it, and it has no record of the number."""
    CHANGES = "changes"
    """It sent calls on to another number: a forwarding, or a translation as of a toll-free number."""
    HANDS_ON = "hands_on"
    """It handed calls on to another carrier."""
    ATTEMPTED = "attempted"
    """Only failed attempts to call the number are on its records."""
    ORIGINATES = "originates"
    """Its own customer uses the number as caller id, which anybody can spoof."""


@dataclass(frozen=True, slots=True)
class NumberChange:
    """One step from a number to the one as which its calls go on. `carriers` say so; times are RFC 3339."""

    number: str
    becomes: str
    carriers: tuple[str, ...]
    statements: int
    first_time: str
    last_time: str


@dataclass(frozen=True, slots=True)
class ForwardCarrier:
    """One carrier in one role towards one number of the path.

    `statements` are its own, but for `handed_to`: there they are those of the carriers that name it. Times are RFC
    3339, clock offsets taken off. `customers`: references of own customers that these statements name. `records`: some
    of the statements. What speaks against it is evidence that does not agree.
    """

    carrier: str
    role: ForwardRole
    number: str
    statements: int
    first_time: str
    last_time: str
    customers: tuple[str, ...]
    records: tuple[RecordRef, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class ForwardResult:
    """The result of tracing a number forward.

    `serving_carrier` is set only with `serving_carrier_identified`, `customer` only where that carrier's own records
    name one; `customer_confidence` says how sure that is. `path` holds the changes of number from `number` on.
    `from_time` and `to_time` are the window that was looked at, None for all time at hand.
    """

    number: str
    verdict: ForwardVerdict
    serving_carrier: str | None
    customer: str | None
    confidence: float
    path: tuple[NumberChange, ...]
    carriers: tuple[ForwardCarrier, ...]
    conflicts: tuple[str, ...]
    next_request: NextRequest | None
    engine: str
    lake_version: int
    settings_digest: str
    clock_version: int = 0
    customer_confidence: float | None = None
    from_time: str | None = None
    to_time: str | None = None
    summary: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The result as plain data, in the order of the fields."""
        return asdict(self)
