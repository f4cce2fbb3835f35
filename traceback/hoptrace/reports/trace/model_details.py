"""The details of a trace report beside its hops: the handoffs side by side, whose records to keep, which files."""

from __future__ import annotations

from hoptrace.reports.model_parts import CarrierCard, Part, RecordLine


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


class WithdrawnLine(Part):
    """A batch that the result rests on and that was withdrawn since it was made."""

    batch: str
    carrier: CarrierCard
    at_utc: str
    reason: str


class Withdrawn(Part):
    """That records which the result rests on were withdrawn since; `again` is the command that traces the call anew.

    `batches` names them, for a reader who may see records.
    """

    says: str
    again: str | None = None
    batches: tuple[WithdrawnLine, ...] = ()


class FileLine(Part):
    """A submitted file that a cited record stands in, by its SHA-256 as the receipt has it."""

    batch: str
    carrier: CarrierCard
    file: str
    sha256: str
