"""The regulator's tables as typed data: what a period's traces give for TRACED Act section 13(d) and beyond."""

from __future__ import annotations

from typing import Literal

from hoptrace.reports.campaign.model import VerdictRow, VolumeRow
from hoptrace.reports.many.summary import SummaryReport
from hoptrace.reports.model_parts import Part
from hoptrace.reports.tables.columns import a_code, a_count, a_number, a_text
from hoptrace.reports.tables.dictionary import DictionaryRow
from hoptrace.reports.tables.shared_columns import (
    share_of_period,
    the_carrier,
    the_certainty,
    the_confidence,
    the_country,
    the_name,
    the_role,
    usual_certainty,
    usual_role,
)
from hoptrace.reports.tables.table import Table
from hoptrace.reports.wording.language import message


class FigureRow(Part):
    """One key figure, of the period and of all time."""

    figure: str = a_code(message("Figure"), message("What is counted."))
    period: float | None = a_number(message("Period"), message("In the period of the report."))
    all_time: float | None = a_number(
        message("All time"), message("In all traces at hand up to the end of the period.")
    )
    unit: str = a_text(message("Unit"), message("What the number counts."))
    meaning: str = a_text(message("Meaning"), message("How it is counted."))


class ContentRow(Part):
    """One content that section 13(d) of the TRACED Act asks for, and where it stands here."""

    number: int = a_count(message("No."), message("As numbered in the section."))
    content: str = a_text(message("Content"), message("What is asked for."))
    here: str = a_text(message("Here"), message("The table that gives it, or why data cannot give it."))
    rows: int | None = a_count(message("Rows"), message("Rows of that table; empty where data cannot give it."))


class ParticipantRow(Part):
    """One carrier that took part: it has submitted records of the period, or its records are cited by its traces."""

    carrier: str = the_carrier()
    name: str = the_name()
    country: str = the_country()
    rmd_number: str = a_text(
        message("RMD number"), message("Number in the Robocall Mitigation Database, as the directory has it.")
    )
    batches: int = a_count(message("Files"), message("Files of it that hold calls of the period."))
    traced: int = a_count(message("Traced calls"), message("Traced calls of the period on whose path it is."))
    role: str = usual_role(message("Its most frequent role in these; empty without any."))
    certainty: str = usual_certainty()
    own_records: int = a_count(message("Own record"), message("Of these, calls of which it has given a record itself."))


class SilentRow(Part):
    """One carrier that traces name and that gave no record of them; whether it was asked is not known here."""

    carrier: str = the_carrier()
    name: str = the_name()
    country: str = the_country()
    role: str = usual_role(message("Its most frequent role in these calls."))
    certainty: str = usual_certainty()
    calls: int = a_count(
        message("Calls"), message("Traced calls of the period that name it without a record of its own.")
    )
    share: float = share_of_period()
    stopped: int = a_count(message("Trail ends"), message("Of these, open calls whose trail ends at it."))
    reason: str = a_code(
        message("Reason"),
        message(
            "no_records_submitted; no_records_of_the_period; records_without_these_calls. What data can tell; reasons "
            "that a carrier gave in words are not in it."
        ),
    )


class RequestRow(Part):
    """What one carrier was asked and how it answered, as the requests that were given with the report tell."""

    carrier: str = the_carrier()
    name: str = the_name()
    country: str = the_country()
    role: str = usual_role(message("Its most frequent role in the period's traces; empty without any."))
    certainty: str = usual_certainty()
    requests: int = a_count(message("Requests"), message("Requests that were sent to it in the period."))
    answered: int = a_count(message("Answered"), message("Of these, answered."))
    refused: int = a_count(message("Refused"), message("Of these, refused."))
    no_answer: int = a_count(message("No answer"), message("Of these, without an answer."))
    median_hours: float | None = a_number(
        message("Hours"), message("Median hours from request to answer; empty where no times are known.")
    )
    reasons: str = a_text(message("Reasons"), message("The reasons that it gave, in its words; up to ten."))


class UseRow(Part):
    """One use that the traces can be put to."""

    use: str = a_text(message("Use"), message("What can be done."))
    calls: int = a_count(message("Calls"), message("Traced calls of the period for which it can be done."))
    share: float = share_of_period()
    carriers: int = a_count(message("Carriers"), message("Carriers that it concerns."))


class CampaignRow(Part):
    """One campaign in the period."""

    campaign: str = a_text(message("Campaign"), message("Its name; empty for calls without one."))
    calls: int = a_count(message("Calls"), message("Traced calls."))
    share: float = share_of_period()
    settled: int = a_count(message("Settled"), message("Calls whose originator or point of entry was identified."))
    carriers: int = a_count(message("Carriers"), message("Different carriers on the paths."))
    originators: int = a_count(message("Originators"), message("Different originating carriers identified."))


class TransparencyRow(Part):
    """One traced call and carrier."""

    serial: str = a_text(
        message("Serial"),
        message("Serial number of the traced call in the period; a call has one, its carriers share it."),
    )
    date: str = a_text(message("Date"), message("Day of the call, UTC."))
    campaign: str = a_text(message("Campaign"), message("Its campaign; empty where none was given."))
    carrier: str = the_carrier()
    name: str = the_name()
    country: str = the_country()
    role: str = the_role()
    certainty: str = the_certainty()
    verdict: str = a_code(
        message("Verdict"), message("How the call's trail ends; it is of the call, not of the carrier.")
    )
    confidence: float = the_confidence()
    call_ref: str | None = a_text(
        message("Call"), message("Reference of the call; empty where the reader may not know.")
    )


class RegulatorReport(SummaryReport):
    """The regulator's tables of one period."""

    report: Literal["regulator"] = "regulator"
    period: str
    first_day: str
    last_day: str
    key_figures: Table[FigureRow]
    contents: Table[ContentRow]
    verdicts: Table[VerdictRow]
    volumes: Table[VolumeRow]
    participants: Table[ParticipantRow]
    silent: Table[SilentRow]
    requests: Table[RequestRow]
    uses: Table[UseRow]
    campaigns: Table[CampaignRow]
    dictionary: Table[DictionaryRow]
    transparency: Table[TransparencyRow]
