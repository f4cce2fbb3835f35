"""The report of one trace as typed data: what every format (HTML, PDF, CSV, JSON) is made from."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from hoptrace.model.verdicts import Support, Verdict
from hoptrace.reports.model_parts import CarrierCard, Part, RecordLine
from hoptrace.reports.trace.model_details import (
    Completeness,
    FileLine,
    HandoffLine,
    NumbersLine,
    PreserveLine,
    Withdrawn,
)

REPORT_VERSION = 2


class Role(StrEnum):
    """What a carrier did for this call, in the words of 47 CFR 64.6300; a carrier in the middle only carried it."""

    ORIGINATING = "originating"
    POINT_OF_ENTRY = "point_of_entry"
    GATEWAY = "gateway"
    TRAIL_END = "trail_end"
    """The last carrier of an unsettled path: its record may say that its own customer placed the call."""
    TRANSIT = "transit"
    TERMINATING = "terminating"
    NAMED = "named"
    """Named by a neighbour's record; it has given no record of this call itself."""


class VerdictWords(Part):
    """The verdict for a person: a heading, what the evidence says, and what it does not say."""

    verdict: Verdict
    heading: str
    says: str
    does_not_say: str
    settled: bool
    """True where the trail reached an end that the evidence supports."""


class Figure(Part):
    """One key figure: a value, its name, and a short line that says how to read it."""

    value: str
    label: str
    note: str


class EvidenceLine(Part):
    """One comparison; `agrees` is None where the records could not be compared."""

    about: str
    agrees: bool | None
    detail: str


class HopLine(Part):
    """One carrier of the trail; `position` 1 is the terminating carrier. `start_utc` has the clock applied.

    `support` speaks of the handoff from this carrier to the one at `position` - 1 and is None at position 1.
    `gap_s`: seconds from this carrier's corrected start to that one's, None where either is unknown or the two are
    times of different things. `when_ringing_ended`: the carrier wrote the time of the final answer, not of the arrival.
    """

    position: int
    carrier: CarrierCard
    roles: tuple[Role, ...]
    records: tuple[RecordLine, ...]
    start_recorded: str | None
    clock_offset_s: float
    start_utc: str | None
    calling: str | None
    called: str | None
    attestation: str | None
    support: Support | None
    gap_s: float | None
    when_ringing_ended: bool = False
    start_local: str | None = None
    """`start_utc` in the carrier's zone, with its offset; None where nobody says which that is."""
    zone: str | None = None
    evidence: tuple[EvidenceLine, ...]

    @property
    def withheld(self) -> bool:
        """Whether there is a record that this reader may not see: its row is 0 then."""
        return bool(self.records) and not self.records[0].row


class AlternativeLine(Part):
    """Another trail that was considered, terminating carrier first."""

    carriers: tuple[CarrierCard, ...]
    confidence: float
    why: str


class NextLine(Part):
    """Whom to ask next and why; `within` says how long it has to answer, `due_utc` by when if it was asked then.

    `rule` names what the time to answer comes from, "" for the workspace's own setting; `assumed`: no rule is known.
    """

    carrier: CarrierCard
    why: str
    within: str = ""
    rule: str = ""
    assumed: bool = False
    asked_utc: str | None = None
    due_utc: str | None = None
    due_local: str | None = None


class CallLine(Part):
    """The call as it was reported."""

    call_ref: str
    start_time: str | None = None
    start_utc: str | None = None
    called_number: str | None = None
    calling_number: str | None = None
    terminating_carrier: str | None = None
    campaign: str | None = None


class Replay(Part):
    """What has to be the same to get the same answer, and the digest of that answer.

    `result_sha256` is over the result as JSON in ASCII with sorted keys and without blanks. `command` is None where the
    reported call was not kept with the result.
    """

    engine: str
    lake_version: int
    clock_version: int
    certificates_version: int
    settings_digest: str
    command: str | None
    result_sha256: str


class TraceReport(Part):
    """The report of one trace. `hops` run from the terminating carrier upstream, as in the result."""

    report: Literal["trace"] = "trace"
    version: int = REPORT_VERSION
    call: CallLine
    words: VerdictWords
    confidence: float
    figures: tuple[Figure, ...]
    customer: str | None
    summary: str
    hops: tuple[HopLine, ...]
    conflicts: tuple[str, ...]
    alternatives: tuple[AlternativeLine, ...]
    next_request: NextLine | None
    replay: Replay
    language: str = "en"
    """The language of all that is said here (BCP 47)."""
    start_local: str | None = None
    """The reported time on the clocks of the terminating carrier."""
    zone: str | None = None
    numbers: tuple[NumbersLine, ...] = ()
    handoffs: tuple[HandoffLine, ...] = ()
    gaps: tuple[str, ...] = ()
    preserve: tuple[PreserveLine, ...] = ()
    completeness: Completeness | None = None
    files: tuple[FileLine, ...] = ()
    withdrawn: Withdrawn | None = None
    """None where all that the result rests on still counts."""
    profile: str = "investigator"
    """For whom it is, as on the command line."""
    cut_above: bool = False
    """Whether the path goes on above the hops, where this reader may not see."""
    cut_below: bool = False

    @property
    def guarded(self) -> bool:
        """Whether sentences of single records were left out for this reader."""
        return self.profile not in ("investigator", "regulator")
