"""The report of one trace as typed data: what every format (HTML, PDF, CSV, JSON) is made from."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from hoptrace.model.verdicts import Support, TraceResult, Verdict

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


class Part(BaseModel):
    """Base of all parts of a report: frozen, and nothing that is not named."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CarrierCard(Part):
    """A carrier as the directory knows it; `name` falls back to the id, `country` and `contact_email` may be empty."""

    carrier_id: str
    name: str
    country: str = ""
    contact_email: str = ""


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


class RecordLine(Part):
    """Where a record stands: batch, row of the file, and the carrier's own id of it."""

    batch: str
    row: int
    record_id: str | None = None

    @property
    def place(self) -> str:
        """Batch and row in one word; a record that is not shown has no row."""
        return f"{self.batch}:{self.row}" if self.row else self.batch


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


class NumbersLine(Part):
    """The numbers as one hop saw them: as they came in, as they went out, and the number that forwarded the call.

    As the carrier wrote them; None where it wrote none. `changed`: they did not go out as they came in.
    """

    position: int
    carrier: CarrierCard
    calling_in: str | None
    called_in: str | None
    calling_out: str | None
    called_out: str | None
    redirecting: str | None
    changed: bool


class SideLine(Part):
    """What one side's record says of a handoff: the numbers as they were at this handoff, the neighbour that it names.

    `names` is a carrier's or customer's name, None where the record names nobody; `trunk` as the carrier wrote it.
    """

    carrier: CarrierCard
    record: RecordLine
    names: str | None
    trunk: str | None
    start_recorded: str | None
    start_utc: str | None
    answer_utc: str | None
    duration_s: float | None
    calling: str | None
    called: str | None
    call_id: str | None
    attestation: str | None
    outcome: str | None
    release_code: str | None


class HandoffLine(Part):
    """A handoff from the carrier at `position` to the one below it, as each side tells it; None without its record."""

    position: int
    upper: SideLine | None
    lower: SideLine | None


class PreserveLine(Part):
    """A carrier that should be asked to keep its records of the call: how long they will be there, and by which rule.

    `last_day` is ISO 8601; `rule` is "" where it is the workspace's own setting; `assumed`: no rule is known.
    """

    carrier: CarrierCard
    days: int
    last_day: str | None
    rule: str
    assumed: bool
    says: str


class Completeness(Part):
    """Whose records were at hand for the time of the call: what a missing record can mean."""

    says: str
    covered: tuple[CarrierCard, ...]
    path_without: tuple[CarrierCard, ...]
    """Carriers of the path without records of that time."""
    taking_part: int
    listed: int


class FileLine(Part):
    """A submitted file that a cited record stands in, by its SHA-256 as the receipt has it."""

    batch: str
    carrier: CarrierCard
    file: str
    sha256: str


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
    profile: str = "investigator"
    """For whom it is, as on the command line."""
    cut_above: bool = False
    """Whether the path goes on above the hops, where this reader may not see."""
    cut_below: bool = False

    @property
    def guarded(self) -> bool:
        """Whether sentences of single records were left out for this reader."""
        return self.profile not in ("investigator", "regulator")


def result_from_dict(data: Mapping[str, Any]) -> TraceResult:
    """The result as the catalog keeps it (JSON) back as a `TraceResult`; unknown fields are ignored.

    Raises pydantic's `ValidationError` (a `ValueError`) where a required field is missing or of the wrong kind.
    """
    return _results().validate_python(dict(data))


@cache
def _results() -> TypeAdapter[TraceResult]:
    # Making one takes longer than a report may.
    return TypeAdapter(TraceResult)
