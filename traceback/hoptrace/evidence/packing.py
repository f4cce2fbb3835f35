"""Packing: the stored traces of calls, traced again on what they rest on, with all of it, in one signed file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hoptrace.engines.packed import Packed
from hoptrace.errors import PackageRefused
from hoptrace.evidence.archive import Member, archive
from hoptrace.evidence.citing import cited_rows, original_members, receipt_lines
from hoptrace.evidence.grounds import Versions, folder_of, grounds_of, stored_result, versions_of
from hoptrace.evidence.keys import SigningKey
from hoptrace.evidence.manifest import (
    MANIFEST,
    PUBLIC_KEY,
    RECEIPTS_FILE,
    RESULTS_FILE,
    SIGNATURE,
    CallLine,
    Manifest,
    created_at,
    file_lines,
    write_manifest,
)
from hoptrace.evidence.readme import README_FILE, readme
from hoptrace.evidence.reporting import (
    REPORTING_FILE,
    Manner,
    Reporter,
    read_receipts,
    write_manner,
)
from hoptrace.evidence.tables import as_lines, write_tables
from hoptrace.intake.kept_files import KeptFiles
from hoptrace.intake.originals import Originals
from hoptrace.output import check_place, whole_file
from hoptrace.reports import render
from hoptrace.reports.wording.language import ENGLISH, language

if TYPE_CHECKING:
    from hoptrace.model.verdicts import TraceResult
    from hoptrace.workspace import Workspace

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
MOST_REF = 60
"""Characters of a call's reference in the name of its folder."""


@dataclass(frozen=True, slots=True)
class Packaged:
    """What went into a package: calls, statements, of the cited rows how many with their bytes, and the signing key."""

    out: Path
    calls: int
    statements: int
    cited: int
    originals: int
    bytes: int
    key: str
    without_bytes: tuple[str, ...]
    """Files that cited rows stand in and that are not at hand, by their names."""

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for `--json`."""
        return {name: getattr(self, name) for name in self.__slots__} | {"out": str(self.out)}


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a package beside the calls: `files` that were submitted, to read cited rows from; how it is told.

    `asked`: when the next carriers are asked, for the reports to say by when they are due.
    """

    files: Sequence[Path] = ()
    language: str = ENGLISH
    asked: datetime | None = None


USUAL = Contents()


def package(
    workspace: Workspace,
    call_refs: Iterable[str],
    out: str | os.PathLike[str],
    key: SigningKey,
    contents: Contents = USUAL,
) -> Packaged:
    """Write the evidence package of traced calls.

    The newest stored result of each call is traced again on its own versions; only what comes out again is packaged.
    Raises UnknownTrace, NotFound (the statements have expired), PackageRefused, InputRefused or StorageFailed.
    """
    place = Path(out)
    check_place(place, *contents.files)
    language(contents.language)
    results = [stored_result(workspace, call_ref) for call_ref in sorted(set(call_refs))]
    grounds = grounds_of(workspace, results)
    originals = Originals.of(contents.files, KeptFiles.of(workspace.path))
    cited = original_members(workspace, cited_rows(results), originals)
    calls = [_call_line(number, item) for number, item in enumerate(results, start=1)]
    members = [*_of_results(workspace, results, calls, grounds, contents), *cited.members, *_tables(grounds)]
    content = _signed(sorted(members, key=lambda member: member.name), calls, key)
    with whole_file(place) as stream:
        stream.write(content)
    return Packaged(
        out=place,
        calls=len(results),
        statements=sum(held.statements.height for held in grounds.values()),
        cited=cited.cited,
        originals=cited.found,
        bytes=len(content),
        key=key.public.fingerprint,
        without_bytes=cited.missing,
    )


def _of_results(
    workspace: Workspace,
    results: Sequence[TraceResult],
    calls: Sequence[CallLine],
    grounds: Mapping[Versions, Packed],
    contents: Contents,
) -> Iterator[Member]:
    """The results themselves, the receipts of what they stand on, and their reports."""
    receipts = as_lines(receipt_lines(workspace, results, grounds.values()))
    manner = Manner(contents.language, contents.asked, workspace.settings.deadlines())
    yield Member(README_FILE, readme())
    yield Member(RESULTS_FILE, b"".join(item.as_json() + b"\n" for item in results))
    yield Member(RECEIPTS_FILE, receipts)
    yield Member(REPORTING_FILE, write_manner(manner))
    yield from _reports(results, calls, _reporters(grounds, receipts, manner))


def _call_line(number: int, result: TraceResult) -> CallLine:
    ref = _NOT_IN_NAMES.sub("_", result.call_ref)[:MOST_REF].strip("_")
    folder = f"calls/{number:04d}" + (f"-{ref}" if ref else "")
    return CallLine(
        call_ref=result.call_ref, verdict=str(result.verdict), folder=folder, ground=folder_of(versions_of(result))
    )


def _reporters(grounds: Mapping[Versions, Packed], receipts: bytes, manner: Manner) -> dict[Versions, Reporter]:
    # Made of what the package will hold, as its check will make them.
    told = read_receipts(receipts)
    return {versions: Reporter.on(held, told, manner) for versions, held in grounds.items()}


def _reports(
    results: Sequence[TraceResult], calls: Sequence[CallLine], reporters: Mapping[Versions, Reporter]
) -> Iterator[Member]:
    for item, line in zip(results, calls, strict=True):
        report = reporters[versions_of(item)].report(item)
        yield Member(f"{line.folder}/report.html", render(report, "html"))
        yield Member(f"{line.folder}/report.json", render(report, "json"))


def _tables(grounds: Mapping[Versions, Packed]) -> Iterator[Member]:
    for versions, held in grounds.items():
        for name, text in write_tables(held).items():
            yield Member(f"{folder_of(versions)}/{name}", text)


def _signed(members: Sequence[Member], calls: Sequence[CallLine], key: SigningKey) -> bytes:
    from hoptrace import __version__
    from hoptrace.settings.environment import source_date_epoch

    moment = source_date_epoch() or datetime.now(UTC)
    manifest = Manifest(
        hoptrace=__version__,
        created=created_at(moment),
        key=key.public.fingerprint,
        calls=list(calls),
        files=file_lines(members),
    )
    try:
        text = write_manifest(manifest)
        head = [Member(MANIFEST, text), Member(SIGNATURE, key.sign(text)), Member(PUBLIC_KEY, key.public.pem)]
        return archive([*head, *members], manifest.time)
    except ValueError as error:
        raise PackageRefused(f"The package cannot be written: {error}.") from error
