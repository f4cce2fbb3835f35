"""Reports over many traces straight from a workspace: find the results, take out what the reader may not see, build."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.engines.rested_on import withdrawn_batches
from hoptrace.errors import NothingTraced, UsageError
from hoptrace.reports.many import lines
from hoptrace.reports.many.material import Material, material
from hoptrace.reports.many.period import of_period, read_period
from hoptrace.reports.many.redaction import free_text
from hoptrace.reports.many.traced import Traced
from hoptrace.reports.profiles import INVESTIGATOR, Profile
from hoptrace.reports.wording.language import ENGLISH, Language

if TYPE_CHECKING:
    from hoptrace.reports.campaign.model import CampaignReport
    from hoptrace.reports.carrier.model import CarrierReport
    from hoptrace.reports.regulator.model import RegulatorReport
    from hoptrace.reports.what_if.model import WhatIfReport
    from hoptrace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Which:
    """Which results: of a file, of a campaign (in that file, or stored), of some calls (stored); else all stored."""

    results: Path | None = None
    campaign: str | None = None
    call_refs: tuple[str, ...] = ()

    def subject(self, profile: Profile, voice: Language) -> str:
        """What they are, as a heading; a reference of a call is only told to who sees it."""
        if self.campaign is not None:
            return voice.say("Campaign {name}", name=free_text(self.campaign, profile))
        if self.results is not None:
            return voice.say("The calls of {name}", name=free_text(self.results.name, profile))
        if len(self.call_refs) == 1 and profile.sees_records:
            return voice.say("Call {name}", name=self.call_refs[0])
        if self.call_refs:
            return voice.count(len(self.call_refs), "One call", "{number} calls")
        return voice.say("All traced calls")


ALL = Which()


def campaign(
    workspace: Workspace, which: Which, profile: Profile = INVESTIGATOR, code: str = ENGLISH
) -> CampaignReport:
    """The campaign report of some results, told in the language with this code.

    Raises UnknownCampaign, UnknownTrace, UnknownCarrier (of the profile), NothingTraced, or InputRefused for a file
    that holds no results.
    """
    from hoptrace.reports.campaign.building import campaign_report

    if which == ALL:
        raise UsageError("Say which calls: --results FILE, --campaign NAME, or CALL_REFs.")
    told = known(workspace, found(workspace, which), profile, code)
    return campaign_report(told, which.subject(profile, told.voice))


def carrier(
    workspace: Workspace,
    carrier_id: str,
    which: Which = ALL,
    profile: Profile = INVESTIGATOR,
    until: str | None = None,
    code: str = ENGLISH,
) -> CarrierReport:
    """The report of one carrier over the twelve months that end with the day `until` (2026-11-30), or its newest call.

    Raises UnknownCarrier, UsageError for a day that is none, and what `campaign` raises.
    """
    from hoptrace.reports.carrier.building import carrier_report

    who = workspace.catalog.directory.carrier(carrier_id)
    last = None if until is None else end_of_day(until)
    told = known(workspace, found(workspace, which, records=False), profile, code)
    return carrier_report(workspace, told, who, last)


def regulator(
    workspace: Workspace,
    period: str,
    which: Which = ALL,
    profile: Profile = INVESTIGATOR,
    requests: Path | None = None,
    code: str = ENGLISH,
) -> RegulatorReport:
    """The regulator's tables of a period: 2026, 2026-Q4 or 2026-11; `requests` is a file of requests to carriers.

    Raises NothingTraced, UsageError, DirectoryInvalid for that file, and what `campaign` raises.
    """
    from hoptrace.reports.regulator.building import regulator_report
    from hoptrace.reports.regulator.requests import read_requests

    span = read_period(period)
    asked = None if requests is None else read_requests(requests)
    traced = found(workspace, which, records=False)
    of_period(traced, span)
    # Placed and redacted once, and then divided: what a reader may see does not depend on the period.
    ever = known(workspace, traced.only(pl.col("at") < span.end), profile, code)
    within = replace(ever, traced=of_period(ever.traced, span))
    return regulator_report(workspace, within, ever, span, asked)


def what_if(
    workspace: Workspace, which: Which = ALL, profile: Profile = INVESTIGATOR, code: str = ENGLISH
) -> WhatIfReport:
    """Whose taking part would move most open traces on. Raises NothingTraced where nothing was traced, as above."""
    from hoptrace.reports.what_if.building import what_if_report

    traced = found(workspace, which, records=False)
    if not traced.number:
        raise NothingTraced("Nothing was traced in this workspace yet. Trace calls first: hoptrace trace --help")
    told = known(workspace, traced, profile, code)
    return what_if_report(workspace, told, which.subject(profile, told.voice))


def end_of_day(text: str) -> datetime:
    """The last moment of a day in UTC; raises UsageError where it is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a day. Write it as 2026-11-30.") from None
    return datetime.combine(day, time.max, UTC)


def found(workspace: Workspace, which: Which, *, records: bool = True) -> Traced:
    """The results that are meant; empty only where nothing is stored at all and all were meant.

    Without `records` only what the paths tell, for reports that need no more.
    """
    if which.results is not None and which.call_refs:
        raise UsageError("Give either --results FILE or CALL_REFs; a file is reported on as a whole.")
    if which.results is not None:
        traced = lines.of_file(which.results, records=records, withdrawn=withdrawn_batches(workspace))
        return traced if which.campaign is None else lines.only_campaign(traced, which.campaign)
    if which.call_refs:
        traced = lines.of_calls(workspace, which.call_refs)
        return traced if which.campaign is None else lines.only_campaign(traced, which.campaign)
    if which.campaign is not None:
        return lines.of_campaign(workspace, which.campaign, records=records)
    return lines.of_all(workspace, records=records)


def known(workspace: Workspace, traced: Traced, profile: Profile, code: str = ENGLISH) -> Material:
    """The results as the profile sees them; raises UnknownCarrier or NothingTraced where it sees none of them."""
    if profile.carrier_id is not None:
        workspace.catalog.directory.carrier(profile.carrier_id)
    told = material(workspace, traced, profile, code)
    if profile.carrier_id is not None and not told.number:
        raise NothingTraced(
            f"None of these {traced.number:,} traced calls passed carrier {profile.carrier_id}, so there is "
            "nothing to show it."
        )
    return told
