"""What all reports over many traces have in common: a head with the figures, tables, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from hoptrace.reports.many.material import Material
from hoptrace.reports.model_parts import Part
from hoptrace.reports.tables.table import Table
from hoptrace.reports.trace.model import Figure
from hoptrace.reports.withdrawn import withdrawn_words
from hoptrace.reports.wording.language import ENGLISH, Language, message

SUMMARY_VERSION = 1

HIDDEN = message("This is not shown to the reader that this report is made for.")
"""Why a table is empty that its reader may not see."""


class Sources(Part):
    """What the traces were made from, so that they can be made again."""

    results: str
    """What was read, in words."""
    calls: int
    first_call: str | None
    """Time of the first call (UTC; the day alone for the public); None where no result tells a time."""
    last_call: str | None
    engines: tuple[str, ...]
    lake_versions: tuple[int, ...]
    """The first and the last one."""
    clock_versions: tuple[int, ...]
    settings_digests: tuple[str, ...]


class SummaryReport(Part):
    """The head of a report over many traces; each kind adds its tables. `empty` says why a table has no row."""

    version: int = SUMMARY_VERSION
    profile: str
    language: str = ENGLISH
    """The language of all that is said here (BCP 47); codes in tables stay as they are."""
    subject: str
    heading: str
    says: str
    withdrawn: str | None = None
    """That results rest on records that were withdrawn since; None where none does."""
    does_not_say: str
    figures: tuple[Figure, ...]
    completeness: tuple[str, ...]
    sources: Sources
    empty: dict[str, str]

    def tables(self) -> dict[str, Table[Any]]:
        """The tables by name, in the order of the model."""
        fields = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name: value for name, value in fields if isinstance(value, Table)}


def facts_of(known: Material, tables: dict[str, Table[Any]], reasons: dict[str, str]) -> dict[str, Any]:
    """The fields that every report over many traces has from its material alone, and its tables.

    `reasons` are messages that say why a table is empty.
    """
    return {
        "profile": known.profile.name,
        "language": known.voice.code,
        "withdrawn": withdrawn_words(known),
        "completeness": tuple(completeness_of(known)),
        "sources": sources_of(known),
        "empty": why_empty(tables, reasons, known.voice),
        **tables,
    }


def why_empty(tables: dict[str, Table[Any]], reasons: dict[str, str], voice: Language) -> dict[str, str]:
    """Of each table without rows, why it has none; `reasons` are messages."""
    fallback = message("None of the calls shows one.")
    return {name: voice.say(reasons.get(name, fallback)) for name, table in tables.items() if not len(table)}


def sources_of(known: Material) -> Sources:
    """What the traces rest on."""
    calls = known.calls
    form = "%Y-%m-%d %H:%M:%S" if known.profile.sees_numbers else "%Y-%m-%d"
    times = (pl.col("at").min().dt.strftime(form), pl.col("at").max().alias("last").dt.strftime(form))
    first, last = calls.select(times).collect(engine="streaming").row(0)
    return Sources(
        results=known.traced.source.told(known.voice),
        calls=known.number,
        first_call=first,
        last_call=last,
        engines=tuple(_distinct(calls, "engine")),
        lake_versions=_least_and_most(calls, "lake_version"),
        clock_versions=_least_and_most(calls, "clock_version"),
        settings_digests=tuple(_distinct(calls, "settings_digest")),
    )


def completeness_of(known: Material) -> list[str]:
    """Whose records were at hand, in sentences that hold for every report over many traces."""
    voice = known.voice
    sample = voice.say(
        "Traced calls are the ones that were reported, a sample of nobody's traffic: a carrier with more of them "
        "has not necessarily carried more of such calls than others."
    )
    return [*_which_results(known), *_whose_records(known.places, voice), *_undated(known), sample]


def _which_results(known: Material) -> Iterator[str]:
    traced, voice = known.traced, known.voice
    yield voice.count(
        traced.number,
        "{number} traced call was read from {source}.",
        "{number} traced calls were read from {source}.",
        source=traced.source.told(voice),
    )
    if traced.replaced:
        yield voice.count(
            traced.replaced,
            "{number} older result of the same calls was left out.",
            "{number} older results of the same calls were left out.",
        )


def _undated(known: Material) -> Iterator[str]:
    if known.traced.undated:
        yield known.voice.count(
            known.traced.undated,
            "{number} of the results does not say when the call was: it counts in no period of time.",
            "{number} of the results do not say when the call was: they count in no period of time.",
        )


def _whose_records(places: pl.DataFrame, voice: Language) -> list[str]:
    silent = _silent(places)
    if not silent["all"]:
        return []
    return [
        voice.count(
            silent["all"],
            "Of the {number} carrier on these paths {giving} has given at least one record of these calls; {never} is "
            "only known because neighbours' records name it.",
            "Of the {number} carriers on these paths {giving} have given at least one record of these calls; {never} "
            "are only known because neighbours' records name them.",
            giving=f"{silent['all'] - silent['never']:,}",
            never=f"{silent['never']:,}",
        )
    ]


def _silent(places: pl.DataFrame) -> dict[str, int]:
    giving = places.group_by("carrier").agg(pl.col("gave").any())
    return {"all": giving.height, "never": giving.filter(~pl.col("gave")).height}


def _distinct(calls: pl.LazyFrame, name: str) -> list[str]:
    return calls.select(pl.col(name).drop_nulls().unique().sort()).collect(engine="streaming")[name].to_list()


def _least_and_most(calls: pl.LazyFrame, name: str) -> tuple[int, ...]:
    ends = calls.select(pl.col(name).min(), most=pl.col(name).max()).collect(engine="streaming").row(0)
    return tuple(sorted({int(each) for each in ends if each is not None}))
