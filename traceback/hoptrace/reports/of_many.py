"""Reports over many traces straight from a workspace: find the results, take out what the reader may not see, build."""

from __future__ import annotations


from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hoptrace.errors import NothingTraced, UsageError
from hoptrace.reports import lines
from hoptrace.reports.material import Material, material
from hoptrace.reports.profiles import INVESTIGATOR, Profile
from hoptrace.reports.traced import Traced

if TYPE_CHECKING:
    from hoptrace.reports.campaign_model import CampaignReport
    from hoptrace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Which:
    """Which results: of a file, of a campaign (in that file, or stored), or stored ones of some calls; else all stored."""

    results: Path | None = None
    campaign: str | None = None
    call_refs: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """What they are, as a heading."""
        if self.campaign is not None:
            return f"Campaign {self.campaign}"
        if self.results is not None:
            return f"The calls of {self.results.name}"
        if len(self.call_refs) == 1:
            return f"Call {self.call_refs[0]}"
        return f"{len(self.call_refs):,} calls" if self.call_refs else "All traced calls"


def campaign(workspace: Workspace, which: Which, profile: Profile = INVESTIGATOR) -> CampaignReport:
    """The campaign report of some results.

    Raises UnknownCampaign, UnknownTrace, UnknownCarrier (of the profile), NothingTraced, or InputRefused for a file
    that holds no results.
    """
    from hoptrace.reports.campaign import campaign_report

    if which == Which():
        raise UsageError("Say which calls: --results FILE, --campaign NAME, or CALL_REFs.")
    return campaign_report(known(workspace, found(workspace, which), profile), which.subject)


def found(workspace: Workspace, which: Which) -> Traced:
    """The results that are meant; empty only where nothing is stored at all and all were meant."""
    if which.results is not None and which.call_refs:
        raise UsageError("Give either --results FILE or CALL_REFs; a file is reported on as a whole.")
    if which.results is not None:
        traced = lines.of_file(which.results)
        return traced if which.campaign is None else lines.only_campaign(traced, which.campaign)
    if which.call_refs:
        traced = lines.of_calls(workspace, which.call_refs)
        return traced if which.campaign is None else lines.only_campaign(traced, which.campaign)
    return lines.of_campaign(workspace, which.campaign) if which.campaign is not None else lines.of_all(workspace)


def known(workspace: Workspace, traced: Traced, profile: Profile) -> Material:
    """The results as the profile sees them; raises UnknownCarrier or NothingTraced where it sees none of them."""
    if profile.carrier_id is not None:
        workspace.catalog.directory.carrier(profile.carrier_id)
    told = material(workspace, traced, profile)
    if profile.carrier_id is not None and told.calls.is_empty():
        raise NothingTraced(
            f"None of these {traced.calls.height:,} traced calls passed carrier {profile.carrier_id}, so there is "
            "nothing to show it."
        )
    return told
