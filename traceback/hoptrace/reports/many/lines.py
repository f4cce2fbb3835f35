"""Where results of traces come from: a file of JSON lines, or the catalog; one at a time."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import zstandard

from hoptrace.engines.rested_on import RestedOn, withdrawn_batches
from hoptrace.errors import InputRefused, NotFound, UnknownCampaign, UnknownTrace
from hoptrace.intake.collecting import collection_paused
from hoptrace.intake.reading import Source
from hoptrace.reports.many.traced import Traced
from hoptrace.reports.many.traced_reading import Line, read_traced
from hoptrace.reports.wording.language import Saying, message

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace


def of_file(path: Path, *, records: bool = True, withdrawn: RestedOn | None = None) -> Traced:
    """The results of a file that `hoptrace trace --calls` wrote; .gz and .zst are unpacked as they are read.

    `withdrawn` tells which of them rest on batches that count no more.

    Raises NotFound where there is no such file, InputRefused where it holds no result, or a line is none.
    """
    if not path.exists():
        raise NotFound(f"There is no file {path}. Make one: hoptrace trace --calls calls.csv --out {path}")
    if path.is_dir():
        raise InputRefused(f"{path} is a folder. Name the file with the results.")
    with collection_paused():
        told = Saying(message("the file {name}"), (("name", path.name),))
        traced = read_traced(_lines(path), told, records=records, withdrawn=withdrawn)
    if not traced.number:
        raise InputRefused(f"{path} holds no result of a trace, so there is nothing to report.")
    return traced


def of_campaign(workspace: Workspace, campaign: str, *, records: bool = True) -> Traced:
    """The stored results of a campaign, the newest of each call; raises UnknownCampaign, which names the known ones."""
    stored = workspace.catalog.traces
    with collection_paused():
        told = Saying(message("the stored traces of campaign {campaign}"), (("campaign", campaign),))
        newest = _stored(stored.newest(campaign=campaign))
        traced = read_traced(newest, told, records=records, withdrawn=withdrawn_batches(workspace))
    if not traced.number:
        raise UnknownCampaign(_no_campaign(campaign, stored.campaigns()))
    return traced


def of_calls(workspace: Workspace, call_refs: Sequence[str]) -> Traced:
    """The stored results of some calls; raises UnknownTrace for the first that was not traced."""
    stored = workspace.catalog.traces
    newest = _stored(stored.newest(call_refs=call_refs))
    found = read_traced(newest, _of_refs(len(set(call_refs))), withdrawn=withdrawn_batches(workspace))
    missing = sorted(set(call_refs) - set(found.calls.select("call_ref").collect()["call_ref"]))
    if missing:
        raise UnknownTrace(f"There is no stored trace of call {missing[0]!r}. Trace it first: hoptrace trace --help")
    return found


def _of_refs(number: int) -> Saying:
    if number == 1:
        return Saying(message("the stored trace of one call"))
    return Saying(message("the stored traces of {number} calls"), (("number", f"{number:,}"),))


def of_all(workspace: Workspace, *, records: bool = True) -> Traced:
    """All stored results, the newest of each call; without any the frames are empty."""
    with collection_paused():
        newest = _stored(workspace.catalog.traces.newest())
        told = Saying(message("the traces stored in this workspace"))
        return read_traced(newest, told, records=records, withdrawn=withdrawn_batches(workspace))


def only_campaign(traced: Traced, campaign: str) -> Traced:
    """The results that are of a campaign; raises UnknownCampaign, which names those there are."""
    found = traced.only(pl.col("campaign") == campaign)
    if not found.number:
        there = traced.calls.drop_nulls("campaign").group_by("campaign").len().collect()
        raise UnknownCampaign(_no_campaign(campaign, dict(there.iter_rows())))
    return found


def _no_campaign(campaign: str, there: dict[str, int]) -> str:
    if not there:
        return f"No trace is of a campaign {campaign!r}: none names any. A calls.csv may have a column campaign."
    most = sorted(there.items(), key=lambda each: (-each[1], each[0]))[:8]
    told = ", ".join(f"{name} ({calls:,})" for name, calls in most)
    return f"No trace is of a campaign {campaign!r}. There are, with their calls: {told}."


def _lines(path: Path) -> Iterator[Line]:
    try:
        of_file = f"{path}, line"
        with Source(0, path, path.name, "").open() as stream:
            for number, line in enumerate(stream, 1):
                if not line.isspace():
                    yield (of_file, number), line
    except (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
        raise InputRefused(f"{path} is cut short or damaged: {error}. Get it again; no report was written.") from error


def _stored(results: Iterator[tuple[str, str]]) -> Iterator[Line]:
    for call_ref, result in results:
        yield ("The stored trace of call", call_ref), result
