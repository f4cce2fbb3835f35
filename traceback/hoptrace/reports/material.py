"""What every report over many traces is built from: the results, placed and redacted, with names and signers."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.reports.language import ENGLISH, Language, language
from hoptrace.reports.placing import directory_frame, placed
from hoptrace.reports.profiles import INVESTIGATOR, Profile
from hoptrace.reports.redaction import redact
from hoptrace.reports.signed import with_signers
from hoptrace.reports.traced import Traced
from hoptrace.tracing.signers import Signers

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

SETTLED = ("originator_identified", "point_of_entry_identified")


@dataclass(frozen=True)
class Material:
    """The results as one profile sees them.

    `calls` has `end` (the furthest carrier known) beside its columns; `hops` has `role`, `certainty` and, where the
    records were read too, `signer`. `directory` holds the names and countries of all carriers.
    """

    traced: Traced
    directory: pl.DataFrame
    codes: Signers
    profile: Profile
    voice: Language = field(default_factory=language)
    """The language in which the report is told."""

    @property
    def calls(self) -> pl.DataFrame:
        """One row a call."""
        return self.traced.calls

    @property
    def hops(self) -> pl.DataFrame:
        """One row a carrier of a path."""
        return self.traced.hops

    @cached_property
    def told(self) -> pl.DataFrame:
        """The hops with verdict, confidence and whether the call is settled."""
        facts = self.calls.select("call", "verdict", "confidence", settled=is_settled())
        return self.hops.join(facts, on="call", how="inner", maintain_order="left")


def is_settled() -> pl.Expr:
    """Whether a call's originator or point of entry was identified."""
    return pl.col("verdict").cast(pl.String).is_in(SETTLED)


def material(workspace: Workspace, traced: Traced, profile: Profile = INVESTIGATOR, code: str = ENGLISH) -> Material:
    """The results as `profile` sees them, with names from the workspace's directory and signers from its lake.

    To be told in the language with this code; raises UsageError where there is none.
    """
    from hoptrace.model.certificates import Trust

    carriers = workspace.catalog.directory.carriers()
    directory = directory_frame(carriers)
    # Without their records the hops tell no signature either, and none is looked up.
    known = _with_ends(with_signers(workspace, traced) if "batch" in traced.hops.columns else traced)
    known = known.replace(known.calls, placed(known, directory))
    codes = Signers.of(carriers, workspace.settings.home_country, Trust())
    return Material(redact(known, profile), directory, codes, profile, language(code))


def _with_ends(traced: Traced) -> Traced:
    ends = traced.hops.sort("call", "position").group_by("call", maintain_order=True).agg(end=pl.col("carrier").last())
    return traced.replace(traced.calls.join(ends, on="call", how="left", maintain_order="left"), traced.hops)
