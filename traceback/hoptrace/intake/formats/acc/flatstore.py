"""Kamailio and OpenSIPS db_flatstore: rows without header, `|`-separated or quoted with commas, one file a worker.

A CSV of the table acc has a header; it is passed over, for which column is a neighbour's is the operator's to say.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePath

from hoptrace.errors import InputRefused, ProfileInvalid
from hoptrace.intake.formats.acc.columns import CALL_METHODS, OTHER_METHODS
from hoptrace.intake.formats.acc.events import Origin
from hoptrace.intake.formats.acc.gather import Gathering
from hoptrace.intake.formats.acc.lines import CUT, Line, head_lines, lines_of
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Context, Detection, Source
from hoptrace.model.packing import unpacked_name

_METHODS = CALL_METHODS | OTHER_METHODS
_DIALOG_ROW = re.compile(r"\d{9,10}(?:\.\d+)?\|\d{9,10}(?:\.\d+)?\|\d+(?:\.\d+)?(?:\|.*)?", re.DOTALL)
_CODE = re.compile(r"[1-6]\d\d", re.ASCII)
_MINIMUM = ("method", "from_tag", "to_tag", "callid", "sip_code", "sip_reason", "time")
_UNNAMED, _NOT_READ = ("", "-"), "\0"
"""Layouts call columns so that are not read; no field names the one that they then have."""


@dataclass(frozen=True, slots=True)
class _Layouts:
    """The layouts that a file's rows may have: the one that [files] names, else any, told by the number of columns."""

    by_count: dict[int, tuple[str, ...]]
    expected: str

    @classmethod
    def of_counts(cls, by_count: dict[int, tuple[str, ...]]) -> _Layouts:
        """Of column names by how many there are; columns that are not to be read lose theirs."""
        read = {
            count: tuple(_NOT_READ if name in _UNNAMED else name for name in columns)
            for count, columns in by_count.items()
        }
        return cls(read, " or ".join(str(count) for count in sorted(read)))

    def of(self, columns: int) -> tuple[str, ...] | None:
        """The names of a row's columns, None where no layout has so many."""
        return self.by_count.get(columns)


class AccFlatstore:
    """Reads flatstore worker files; the profile names the columns, for no file of this kind says them."""

    name = "acc_flatstore"
    title = "Kamailio or OpenSIPS accounting, db_flatstore files"
    grouped = True
    needs_profile = True
    rows_are_lines = True

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims a file whose rows start with a SIP method, tags and Call-ID, or with start, end and duration."""
        lines = head_lines(head)
        quoted = _is_quoted(lines)
        rows = [_split(text, quoted) for text in lines]
        events = sum(1 for fields in rows if _looks_like_event(fields) or _is_header(fields))
        dialogs = 0 if quoted else sum(1 for text in lines if _DIALOG_ROW.fullmatch(text))
        if not lines or (events + dialogs) * 10 < len(lines) * 8:
            return None
        sure = 0.9 if events >= dialogs else 0.6
        return Detection(
            self.name, sure, f"{events} acc rows and {dialogs} dialog rows in its first {len(lines)} lines"
        )

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """The calls of all worker files of a group; raises InputRefused, ProfileInvalid and TimezoneMissing."""
        if not context.profile.layouts:
            raise InputRefused(_ask_for_profile(sources))
        with Gathering(sources, context) as gathering:
            for source in sources:
                layouts = _layouts_for(source, context.profile)
                missed = "missed" in _bare_name(source).lower()
                rows = _Rows(source, layouts, _is_quoted(_head_of(source)), missed)
                for line in lines_of(source):
                    rows.take(line, gathering)
        yield from gathering.chunks()


@dataclass(frozen=True, slots=True)
class _Rows:
    """Takes the lines of one worker file apart."""

    source: Source
    layouts: _Layouts
    quoted: bool
    missed: bool

    def take(self, line: Line, gathering: Gathering) -> None:
        """Enter a line: as a row, or why it is none; blank lines and headers carry no call."""
        origin = Origin(self.source.index, line.number, line.raw, self.missed)
        if not line.raw.strip():
            gathering.skip(origin)
            return
        if not line.ended:
            gathering.reject(origin, CUT)
            return
        fields = _split(line.text, self.quoted)
        if self.quoted and _is_header(fields):
            gathering.skip(origin)
            return
        names = self.layouts.of(len(fields))
        if names is None:
            gathering.reject(origin, f"{len(fields)} columns where {self.layouts.expected} were expected")
            return
        gathering.take(origin, names, fields)


def _layouts_for(source: Source, profile: Profile) -> _Layouts:
    name = _bare_name(source)
    for pattern, layout in profile.files.items():
        if fnmatchcase(name, pattern) or fnmatchcase(PurePath(source.name).name, pattern):
            columns = profile.layouts.get(layout)
            if columns is None:
                raise ProfileInvalid(
                    f"Profile {profile.name}: [files] sends {pattern} to the layout {layout}, which [layouts] lacks."
                )
            return _Layouts.of_counts({len(columns): columns})
    by_count: dict[int, tuple[str, ...]] = {}
    for layout, columns in profile.layouts.items():
        if by_count.setdefault(len(columns), columns) != columns:
            raise ProfileInvalid(
                f"{source.name}: the profile {profile.name} has several layouts of {len(columns)} columns, {layout}"
                " among them, and no pattern under [files] that fits this file's name. Add one."
            )
    return _Layouts.of_counts(by_count)


def _bare_name(source: Source) -> str:
    return unpacked_name(PurePath(source.name).name)


def _head_of(source: Source) -> list[str]:
    return [line.text for line, _ in zip(lines_of(source), range(20), strict=False) if line.raw.strip()]


def _is_quoted(lines: Sequence[str]) -> bool:
    """Comma-separated: most rows start with a quotation mark and have commas behind such, or a header says it."""
    if lines and _is_header(_split(lines[0], quoted=True)):
        return True
    return bool(lines) and sum(1 for text in lines if text.startswith('"') and '",' in text) * 2 > len(lines)


def _split(text: str, quoted: bool) -> list[str]:
    if not quoted:
        return text.split("|")
    try:
        return next(csv.reader([text]))
    except (csv.Error, StopIteration):
        return []


def _is_header(fields: Sequence[str]) -> bool:
    """The names of the columns of a table acc."""
    return "method" in fields and ("callid" in fields or "call_id" in fields)


def _looks_like_event(fields: Sequence[str]) -> bool:
    at = next((index for index, text in enumerate(fields[:3]) if text in _METHODS), None)
    return at is not None and len(fields) >= at + 7 and any(_CODE.fullmatch(text) for text in fields[at + 4 : at + 6])


def _ask_for_profile(sources: Sequence[Source]) -> str:
    """Why the files cannot be read without a profile, what was seen, and a profile to start from."""
    first = next((text for source in sources for text in _head_of(source)), None)
    name = sources[0].name if sources else "the file"
    if first is None:
        return f"{name}: is empty, and a flatstore file needs a profile that names its columns."
    fields = _split(first, _is_quoted([first]))
    names = ", ".join(f'"{column}"' for column in _guess_names(fields))
    return (
        f"{name}: a flatstore file does not say what its columns are, and the numbers cannot be guessed. Its first row"
        f" has {len(fields)} columns: {' | '.join(fields)}. Write a profile and submit with --format PROFILE.toml:\n\n"
        f'format = "acc_flatstore"\n\n[layouts]\nacc = [{names}]\n\n[files]\n"*" = "acc"\n\n'
        "Give the number and address columns their names (src_user, src_ip, dst_ouser, dst_user, dst_domain); files of"
        " other tables (acc_cdrs) need a layout and a pattern of their own."
    )


def _guess_names(fields: Sequence[str]) -> list[str]:
    """The module's own columns where they can be told; the operator's get numbers as names, to be replaced."""
    if _is_header(fields):
        return list(fields)
    at = next((index for index, text in enumerate(fields[:3]) if text in _METHODS), None)
    known = ("start_time", "end_time", "duration") if at is None else ("",) * at + _MINIMUM
    return [known[i] if i < len(known) else f"column{i + 1}" for i in range(len(fields))]
