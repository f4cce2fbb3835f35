"""Verdicts, hops and evidence: the result of tracing one call, in the fields of the result format.

They have no slots: orjson writes an object with slots six times as slowly or worse.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

import orjson


class Verdict(StrEnum):
    """How a trail ends."""

    ORIGINATOR_IDENTIFIED = "originator_identified"
    POINT_OF_ENTRY_IDENTIFIED = "point_of_entry_identified"
    NON_PARTICIPATING = "non_participating"
    NO_RECORD = "no_record"
    DISPUTED = "disputed"
    AMBIGUOUS = "ambiguous"
    NOT_FOUND = "not_found"


@dataclass(frozen=True)
class Evidence:
    """One thing that was compared: `about` names it, `agrees` is None where it could not be compared."""

    about: str
    agrees: bool | None
    detail: str


class Support(StrEnum):
    """Who says that a handoff took place."""

    BOTH = "both"
    """Both carriers have a record of it."""
    ONE = "one"
    """Both carriers have a record of the call, but only one record names the other carrier."""
    NAMED = "named"
    """One carrier has a record that names the other; the other has given none."""
    INFERRED = "inferred"
    """Neither carrier has a record; the trail was bridged over it."""


@dataclass(frozen=True)
class RecordRef:
    """Where a statement stands: batch, row of the file, and the carrier's own id of it."""

    batch: str
    row: int
    record_id: str | None = None


@dataclass(frozen=True)
class Hop:
    """One carrier of a trail. `records` is empty where the carrier was only named by its downstream.

    `start_time` is RFC 3339 as recorded, `clock_offset` the seconds taken off it, `evidence` speaks of the handoff from
    this carrier to the one before it in the path (for the first hop: of the match with the reported call).
    """

    carrier: str
    records: tuple[RecordRef, ...] = ()
    start_time: str | None = None
    clock_offset: float = 0.0
    calling: str | None = None
    called: str | None = None
    attestation: str | None = None
    evidence: tuple[Evidence, ...] = ()
    support: Support | None = None
    """Who says that this carrier handed the call to the one before it in the path; None for the first."""
    start_basis: str | None = None
    """What `start_time` is the time of, a `hoptrace.model.statements.StartBasis`; None without a record."""


@dataclass(frozen=True)
class Alternative:
    """Another trail that was considered."""

    path: tuple[str, ...]
    confidence: float
    why: str


@dataclass(frozen=True)
class NextRequest:
    """Whom to ask next, and why."""

    carrier: str
    why: str


@dataclass(frozen=True)
class ReportedCall:
    """One row of calls.csv: `start_time` RFC 3339 as the called party saw it."""

    call_ref: str
    start_time: str
    called_number: str
    calling_number: str | None = None
    terminating_carrier: str | None = None
    campaign: str | None = None


@dataclass(frozen=True)
class TraceResult:
    """The result of tracing one call. `path` runs from the terminating carrier upstream."""

    call_ref: str
    verdict: Verdict
    path: tuple[str, ...]
    originating_carrier: str | None
    customer: str | None
    point_of_entry: str | None
    confidence: float
    hops: tuple[Hop, ...]
    conflicts: tuple[str, ...]
    alternatives: tuple[Alternative, ...]
    next_request: NextRequest | None
    engine: str
    lake_version: int
    settings_digest: str
    clock_version: int = 0
    certificates_version: int = 0
    """The certificates with which an Identity header was checked; 0 where there was none, or nothing to check."""
    summary: str = ""
    call: ReportedCall | None = field(default=None)

    def as_dict(self) -> dict[str, Any]:
        """The result as plain data, in the contract's field names and order."""
        try:
            return orjson.loads(orjson.dumps(self))
        except TypeError:
            # Text that is no Unicode, such as half a surrogate pair, stays as it is.
            return asdict(self)

    def as_json(self) -> bytes:
        """The same as one line of JSON."""
        try:
            return orjson.dumps(self)
        except TypeError:
            return json.dumps(asdict(self)).encode()
