"""What every report over many traces is built from: the results, placed and redacted, with names and signers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.reports.many.parts import Frames
from hoptrace.reports.many.placing import directory_frame, placed
from hoptrace.reports.many.redaction import free_text, redact
from hoptrace.reports.many.signed import signers_of
from hoptrace.reports.many.traced import Traced
from hoptrace.reports.profiles import INVESTIGATOR, Profile
from hoptrace.reports.wording.language import ENGLISH, Language, language
from hoptrace.tracing.signatures.signers import Signers

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

SETTLED = ("originator_identified", "point_of_entry_identified")


@dataclass(frozen=True)
class Material:
    """The results as one profile sees them.

    `directory` holds the names and countries of all carriers.
    """

    traced: Traced
    directory: pl.DataFrame
    codes: Signers
    profile: Profile
    voice: Language = field(default_factory=language)
    """The language in which the report is told."""

    @property
    def number(self) -> int:
        """How many calls there are."""
        return self.traced.number

    @property
    def calls(self) -> pl.LazyFrame:
        """One row a call; `end`: the furthest carrier known, `settled`: whether it is."""
        return self.traced.calls

    @property
    def hops(self) -> pl.LazyFrame:
        """One row a carrier of a path, with `role`, `certainty` and, where the records were read too, `signer`.

        Of its call they have `at`, `verdict`, `confidence`, `campaign` and `settled`; `last`: the carrier is not on
        the path again further upstream; `stops`: the call is open and its trail ends at this carrier.
        """
        return self.traced.hops

    @cached_property
    def settled(self) -> int:
        """How many calls have an originator or a point of entry."""
        return self.calls.select(pl.col("settled").sum()).collect().item()

    @cached_property
    def places(self) -> pl.DataFrame:
        """How many hops there are of each `carrier`, `role`, `certainty`, `gave` (records), `last` and `stops`."""
        told = self.hops.group_by("carrier", "role", "certainty", "last", "stops", gave=pl.col("records") > 0)
        return told.agg(calls=pl.len()).collect(engine="streaming")

    def tally(self, count: Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame], by: Sequence[str]) -> pl.DataFrame:
        """What `count` counts in the calls and hops of one part, over all: rows of the same `by` are added up."""
        counted = pl.concat([count(calls, hops) for calls, hops in self.traced.parts.frames()])
        return counted.group_by(by).agg(pl.exclude(by).sum())


def is_settled() -> pl.Expr:
    """Whether a call's originator or point of entry was identified."""
    return pl.col("verdict").cast(pl.String).is_in(SETTLED)


def material(workspace: Workspace, traced: Traced, profile: Profile = INVESTIGATOR, code: str = ENGLISH) -> Material:
    """The results as `profile` sees them, with names from the workspace's directory and signers from its lake.

    To be told in the language with this code; raises UsageError where there is none.
    """
    from hoptrace.model.certificates import Trust

    carriers = workspace.catalog.directory.carriers()
    directory, voice = directory_frame(carriers), language(code)
    # Without their records the hops tell no signature either, and none is looked up.
    signers = signers_of(workspace, traced) if "batch" in traced.hops.collect_schema() else None
    codes = Signers.of(carriers, workspace.settings.home_country, Trust())
    return Material(seen(traced, directory, signers, profile), directory, codes, profile, voice)


def seen(traced: Traced, directory: pl.DataFrame, signers: pl.DataFrame | None, profile: Profile) -> Traced:
    """The results placed, redacted, and with the facts of the call on each hop."""
    told = traced.each(partial(_seen, directory=directory, signers=signers, profile=profile))
    source = traced.source.with_values(lambda text: free_text(text, profile))
    if profile.sees_all_hops:
        return replace(told, source=source)
    # How many calls there are beside its own is not for a carrier.
    undated = told.calls.select(pl.col("at").null_count()).collect().item()
    return replace(told, source=source, replaced=0, undated=undated)


def _seen(
    calls: pl.DataFrame, hops: pl.DataFrame, directory: pl.DataFrame, signers: pl.DataFrame | None, profile: Profile
) -> Frames:
    ends = hops.sort("call", "position").group_by("call", maintain_order=True).agg(end=pl.col("carrier").last())
    calls = calls.join(ends, on="call", how="left", maintain_order="left")
    if signers is not None:
        hops = hops.join(signers, on=["batch", "row"], how="left", maintain_order="left")
    calls, hops = redact(calls, placed(calls, hops, directory), profile)
    calls = calls.with_columns(settled=is_settled())
    return calls, _with_facts(calls, hops)


def _with_facts(calls: pl.DataFrame, hops: pl.DataFrame) -> pl.DataFrame:
    facts = calls.select("call", "at", "verdict", "confidence", "campaign", "settled", "end")
    told = hops.join(facts, on="call", how="inner", maintain_order="left")
    ends = (pl.col("carrier") == pl.col("end")).fill_null(value=False)
    last = pl.col("position") == pl.col("position").max().over("call", "carrier")
    return told.with_columns(last=last, stops=~pl.col("settled") & ends).drop("end")
