"""Which column is which in an Asterisk CDR file: by header, by profile, or by the shape of the values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import PurePath

from hoptrace.errors import InputRefused, ProfileInvalid
from hoptrace.intake.profile import Profile

_CSV_CORE = (
    "accountcode src dst dcontext clid channel dstchannel lastapp lastdata start answer end duration billsec "
    "disposition amaflags"
)
_CUSTOM_CORE = (
    "clid src dst dcontext channel dstchannel lastapp lastdata start answer end duration billsec disposition "
    "amaflags accountcode"
)
_REPORT_CORE = (
    "calldate clid src dst dcontext channel dstchannel lastapp lastdata duration billsec disposition amaflags"
    " accountcode"
)
_TAILS = (
    "",
    "uniqueid",
    "userfield",
    "uniqueid userfield",
    "uniqueid userfield sequence",
    "uniqueid userfield peeraccount",
    "uniqueid userfield peeraccount linkedid",
    "uniqueid userfield peeraccount linkedid sequence",
    # newcdrcolumns in cdr.conf without loguserfield, without loguniqueid, and as it is set out, without either.
    "uniqueid peeraccount linkedid sequence",
    "userfield peeraccount linkedid sequence",
    "peeraccount linkedid sequence",
    "uniqueid userfield did cnum cnam outbound_cnum outbound_cnam dst_cnam recordingfile linkedid peeraccount sequence",
    "uniqueid userfield did recordingfile cnum cnam outbound_cnum outbound_cnam dst_cnam linkedid peeraccount sequence",
)
_SYNONYMS = {
    "calldate": "start",
    "starttime": "start",
    "start_time": "start",
    "source": "src",
    "destination": "dst",
    "destinationchannel": "dstchannel",
    "callerid": "clid",
    "sipcallid": "call_id",
    "answertime": "answer",
    "endtime": "end",
    "callernumber": "src",
    "calleenumber": "dst",
    "sourcechannel": "channel",
    "destchannel": "dstchannel",
    "lastapp": "lastapp",
    "lastdata": "lastdata",
    "context": "dcontext",
    "calltime": "duration",
    "talktime": "billsec",
    "callstatus": "disposition",
    "accountcode": "accountcode",
    "amaflags": "amaflags",
    "uniqueid": "uniqueid",
    "sourcetrunkname": "src_trunk_name",
    "destinationtrunkname": "dst_trunk_name",
    "desttrunkname": "dst_trunk_name",
    "srctrunk": "src_trunk_name",
    "dsttrunk": "dst_trunk_name",
    "dstrunk": "dst_trunk_name",
    "didnumber": "did",
}
"""What exports name the columns (FreePBX, VitalPBX, Grandstream UCM, Yeastar), without spaces, to Asterisk's names."""
MOST_ROWS_LOOKED_AT = 2_000
_FITS = 0.8

SPACES = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What Python's `strip` takes for space."""

_TIME = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]\d{1,2}:\d{2}.*|\d{1,2}/\d{1,2}/\d{2,4} \d{1,2}:\d{2}.*")
_CHANNEL = re.compile(r"[A-Za-z][A-Za-z0-9_]*/\S.*")
_UNIQUEID = re.compile(r"(?:.+-)?(\d{9,10})\.\d+")
_SEQUENCE = re.compile(r"\d{1,9}")
_WORDS = frozenset({"ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION", "UNKNOWN", "NOANSWER", "CANCEL"})


def _matching(pattern: re.Pattern[str]) -> Callable[[Sequence[str]], int]:
    """How many of some values match a pattern."""
    return lambda values: len(values) - [*map(pattern.fullmatch, values)].count(None)


def _numbers(values: Sequence[str]) -> int:
    return sum(value.lstrip("-").isdigit() for value in values)


_ids = _matching(re.compile(rf"(?:{_UNIQUEID.pattern})?"))
_TESTS: dict[str, Callable[[Sequence[str]], int]] = {
    "start": _matching(_TIME),
    "channel": _matching(_CHANNEL),
    "disposition": lambda values: sum(value.upper() in _WORDS for value in values),
    "duration": _numbers,
    "billsec": _numbers,
    "uniqueid": _ids,
    "linkedid": _ids,
    "sequence": _matching(_SEQUENCE),
    # Alone a userfield may hold anything but what looks like a uniqueid.
    "userfield": lambda values: len(values) - _matching(_UNIQUEID)(values),
}
"""How many of a column's values look as its name says."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Column names in order; `why` says how they were found."""

    columns: tuple[str, ...]
    why: str

    def index(self, column: str) -> int | None:
        """Where a column stands, None where the layout does not have it."""
        return self.columns.index(column) if column in self.columns else None


def rejoined(cells: Sequence[str], layout: Layout) -> list[str] | None:
    """A row wider than its header, as the arguments of Dial stand in it without quotes (Grandstream's CDR API)."""
    at, more = layout.index("lastdata"), len(cells) - len(layout.columns)
    if at is None or more <= 0:
        return None
    return [*cells[:at], ",".join(cells[at : at + more + 1]), *cells[at + more + 1 :]]


def epoch_of(uniqueid: str) -> int | None:
    """The UTC epoch in `[systemname-]epoch.n`, when the channel was made; None where it is no such id."""
    match = _UNIQUEID.fullmatch(uniqueid)
    return int(match[1]) if match else None


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row names columns: source, destination, a time, and no row of data would read so."""
    names = {canonical_name(cell) for cell in cells}
    return {"src", "dst", "start"} <= names and bool({"channel", "disposition"} & names)


def is_type_row(cells: Sequence[str]) -> bool:
    """Whether a row gives the SQL types of columns, as some exports write below the header."""
    words = {cell.strip().split("(")[0].lower() for cell in cells if cell.strip()}
    return bool(words) and words <= {
        "varchar",
        "char",
        "text",
        "int",
        "integer",
        "bigint",
        "datetime",
        "timestamp",
        "time",
    }


def canonical_name(cell: str) -> str:
    """A header cell as the column's usual name."""
    name = cell.strip().strip('"').lower()
    return _SYNONYMS.get(name.replace(" ", ""), name)


def header_layout(cells: Sequence[str]) -> Layout:
    """The layout that a header names; a column that has the usual name goes before others that mean the same.

    VitalPBX's table has both `src` and `source`, `dst` and `destination`.
    """
    written = [cell.strip().strip('"').lower() for cell in cells]
    usual = set(written)
    names = (canonical_name(name) for name in written)
    return Layout(
        tuple(name if name == cell or name not in usual else cell for name, cell in zip(names, written, strict=True)),
        "by its header",
    )


def profile_layout(profile: Profile, file_name: str) -> Layout | None:
    """The layout that a profile gives for a file, None where it gives none; raises ProfileInvalid."""
    if not profile.layouts:
        return None
    base = PurePath(file_name).name
    for pattern, layout in profile.files.items():
        if fnmatchcase(base, pattern):
            if layout not in profile.layouts:
                raise ProfileInvalid(
                    f"profile {profile.name}: files.{pattern} names layout {layout}, which is not there."
                )
            return Layout(tuple(map(canonical_name, profile.layouts[layout])), f"layout {layout} of the profile")
    if len(profile.layouts) == 1 and not profile.files:
        name, columns = next(iter(profile.layouts.items()))
        return Layout(tuple(map(canonical_name, columns)), f"layout {name} of the profile")
    return None


def guess_layout(columns: Sequence[Sequence[str]]) -> Layout | None:
    """The layout of headerless rows of one width by the shape of their values; None where none fits.

    `columns`: the values of some rows. Layouts that fit equally differ in columns that say nothing here.
    """
    shares = _Shares(columns)
    scored = [(score, layout) for layout in _known(len(columns)) if (score := _score(layout, shares)) is not None]
    if not scored:
        return None
    return max(scored, key=lambda pair: pair[0])[1]


class _Shares(dict[tuple[str, int], float]):
    """The share of a column's values (by its place) that look as those of a column of that name should."""

    def __init__(self, columns: Sequence[Sequence[str]]) -> None:
        super().__init__()
        self._columns = columns

    def __missing__(self, key: tuple[str, int]) -> float:
        values = self._columns[key[1]]
        share = self[key] = _TESTS[key[0]](values) / len(values)
        return share


def no_layout(file_name: str, widths: Sequence[int]) -> InputRefused:
    """The refusal of a file whose columns nobody can tell."""
    seen = ", ".join(map(str, sorted(widths)[:5])) or "no"
    return InputRefused(
        f"{file_name}: the columns cannot be told from the values (rows of {seen} columns). Give a profile whose "
        "layout names them in order, see docs/formats/asterisk.md, or send the file with its header."
    )


def is_known(width: int) -> bool:
    """Whether some layout has so many columns."""
    return bool(_known(width))


@cache
def _known(width: int) -> list[Layout]:
    found: list[Layout] = []
    for core, why in (
        (_CSV_CORE, "in the order of cdr_csv"),
        (_CUSTOM_CORE, "in the order of cdr_custom"),
        (_REPORT_CORE, "in the order of the cdr table"),
    ):
        for tail in _TAILS:
            columns = tuple("start" if name == "calldate" else name for name in f"{core} {tail}".split())
            if len(columns) == width:
                found.append(Layout(columns, why))
    return found


def _score(layout: Layout, shares: _Shares) -> float | None:
    """The share of values that look as their column should; None where a column does not fit."""
    found: list[float] = []
    for column in _TESTS:
        at = layout.index(column)
        if at is None:
            continue
        if shares[column, at] < _FITS:
            return None
        found.append(shares[column, at])
    return sum(found) / len(found) + len(found) / 1000
