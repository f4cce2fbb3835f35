"""One row of an Oracle / Acme Packet SBC's local CDR: split in spite of its quotes, and read by its layout."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from hoptrace.errors import ProfileInvalid
from hoptrace.intake.formats.acme_layout import Kind, Layout, column_named
from hoptrace.intake.formats.clock_times import ClockTimes, looks_like_time
from hoptrace.intake.profile import Profile
from hoptrace.model.number_text import undress

NO_CALLED, NO_TIME = "no called number", "setup time not understood"

_NOTHING = frozenset({"", "0.0.0.0", "::", "127.0.0.1", "NULL", "null", "(null)", "unknown", "-"})
_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]):\d{1,5}")
_PASSED = "TN-Validation-Passed-"
_VERSTAT = re.compile(_PASSED + r"([ABC])\b")
_NUMBERED = re.compile(r"^[^@]*(?<![\d.])\+?[1-9]\d{7,}", re.ASCII)
_SIP = re.compile(r"[1-6]\d\d")
_Q850 = re.compile(r"\d{1,3}")
_LONGEST = 7 * 86_400
_UPSTREAM = ("in_trunk", "in_address", "in_realm")
_DOWNSTREAM = ("out_trunk", "out_address", "out_realm")


class Record(NamedTuple):
    """One row: times in UTC, numbers and ids as written. `duration` in seconds, None where nothing says it.

    A named tuple, for one is made of every row.
    """

    file: int
    row: int
    kind: Kind
    session: str | None
    call_id: str | None
    egress_call_id: str | None
    generic: str | None
    setup: datetime
    tick: int
    connect: datetime | None
    disconnect: datetime | None
    duration: float | None
    calling: str | None
    called: str
    final_number: str | None
    diversion: str | None
    upstream: str | None
    downstream: str | None
    release: str | None
    attestation: str | None
    sequence: str | None

    @property
    def place(self) -> tuple[int, int]:
        """File and row."""
        return self.file, self.row


class Row(NamedTuple):
    """A row as text, what it says by column, and where (file, row) it stands."""

    where: tuple[int, int]
    kind: Kind
    text: str
    said: dict[str, str]


@dataclass(slots=True)
class Odd:
    """What was unusual in one file, for its receipt."""

    durations: int = 0
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Peers:
    """Which columns name the neighbours, best first: a trunk group, the address, the realm, or as the profile says."""

    upstream: tuple[str, ...] = _UPSTREAM
    downstream: tuple[str, ...] = _DOWNSTREAM

    @classmethod
    def of(cls, profile: Profile) -> Peers:
        """As [fields] of the profile says; raises ProfileInvalid for an attribute that is not known."""
        sides: list[tuple[str, ...]] = []
        for side, usual in (("upstream", _UPSTREAM), ("downstream", _DOWNSTREAM)):
            named = profile.columns_of(side)
            columns = [column_named(name) for name in named]
            if None in columns:
                raise ProfileInvalid(
                    f"{profile.name}: fields.{side}: {named[columns.index(None)]} is no known attribute."
                )
            sides.append(tuple(column for column in columns if column) or usual)
        return cls(*sides)


def split_row(text: str) -> list[str]:
    """The columns of a row by the rules of CSV."""
    try:
        return next(csv.reader((text,)))
    except (csv.Error, StopIteration):
        return split_unescaped(text)


def split_unescaped(text: str) -> list[str]:
    """The columns of a row whose quoted columns hold quotes that are not escaped: `""Smith, J" <sip:...>;tag=x",`.

    Quotes inside a SIP header come in pairs, so that a column ends at a quote before a comma only after a whole pair.
    """
    cells: list[str] = []
    at = 0
    while at <= len(text):
        if text.startswith('"', at):
            end = _closing_comma(text, at)
            if end is None:
                return [*cells, text[at + 1 :]]
            cells.append(text[at + 1 : end - 1].replace('""', '"'))
        else:
            end = text.find(',"', at)
            end = len(text) if end < 0 else end
            cells.extend(text[at:end].split(","))
        at = end + 1
    return cells


def _closing_comma(text: str, at: int) -> int | None:
    """Where the quoted column that begins here has its comma, or the text its end; None where it is not closed."""
    end, quotes = at - 1, 0
    while end < len(text):
        begin = end + 1
        end = text.find(",", begin)
        end = len(text) if end < 0 else end
        quotes += text.count('"', begin, end)
        if quotes % 2 == 0 and text.endswith('"', begin, end):
            return end
    return None


def split_where_needed(text: str, layout: Layout) -> list[str]:
    """The columns of a row with as many commas as its layout has, those of its `gap` left empty: they are not read."""
    first, behind = layout.gap
    before = text.split(",", first)
    after = before.pop().rsplit(",", layout.width - behind) if len(before) > first else []
    return [*before, *[""] * (behind - first), *after[1:]]


def said_in(cells: Sequence[str], layout: Layout) -> dict[str, str]:
    """What a row says, by column, where it says anything."""
    return {name: text for name, place in layout.columns.items() if (text := cells[place].strip()) not in _NOTHING}


def said_quickly(text: str, layout: Layout) -> dict[str, str] | None:
    """The same of a row that is divided at every comma; None where a comma inside quotes cuts one of its columns."""
    cells = split_where_needed(text, layout)
    said: dict[str, str] = {}
    for name, place in layout.columns.items():
        cell = cells[place]
        if not cell:
            continue
        if cell[0] == '"':
            if cell[-1] != '"' or len(cell) == 1:
                return None
            cell = cell[1:-1]
            if '""' in cell:
                cell = cell.replace('""', '"')
        elif cell[-1] == '"':
            return None
        cell = cell.strip()
        if cell not in _NOTHING:
            said[name] = cell
    return said if looks_like_time(said.get("setup", "")) else None


def read_record(row: Row, times: ClockTimes, peers: Peers, odd: Odd) -> Record | list[str]:
    """The row as a record, or every reason why it is none; raises TimezoneMissing."""
    said = row.said
    zone = said.get("zone", "")
    setup = times.read(said.get("setup", ""), zone)
    called = said.get("called") or said.get("final_number")
    if setup is None or called is None:
        return [reason for missing, reason in ((setup is None, NO_TIME), (called is None, NO_CALLED)) if missing]
    connect, disconnect = (times.read(said.get(name, ""), zone, setup.at) for name in ("connect", "disconnect"))
    return Record(
        *row.where,
        kind=row.kind,
        session=said.get("session"),
        call_id=said.get("call_id"),
        egress_call_id=said.get("egress_call_id"),
        generic=said.get("generic"),
        setup=setup.at,
        tick=setup.tick,
        connect=connect.at if connect else None,
        disconnect=disconnect.at if disconnect else None,
        duration=_duration(said.get("session_time"), connect and connect.at, disconnect and disconnect.at, odd),
        calling=_calling(said),
        called=called,
        final_number=said.get("final_number"),
        diversion=said.get("diversion"),
        upstream=_peer(said, peers.upstream),
        downstream=_peer(said, peers.downstream),
        release=_release(said),
        attestation=_attestation(said, row.text),
        sequence=said.get("sequence"),
    )


def _calling(said: dict[str, str]) -> str | None:
    """The From header; where it says nothing or withholds the number, the P-Asserted-Identity that came with it."""
    calling, asserted = said.get("calling"), said.get("asserted")
    if asserted is None:
        return calling
    if calling is None:
        return asserted
    if _NUMBERED.search(calling):  # nearly all are, and that is quickly seen
        return calling
    written = undress(calling)
    return asserted if written.withheld or written.missing else calling


def _peer(said: dict[str, str], columns: Sequence[str]) -> str | None:
    for column in columns:
        text = said.get(column)
        if text is not None:
            match = _PORT.fullmatch(text)
            bare = match[1].strip("[]") if match is not None else text
            if bare not in _NOTHING:
                return bare
    return None


def _release(said: dict[str, str]) -> str | None:
    status, cause = said.get("sip_status"), said.get("cause")
    if status is not None and _SIP.fullmatch(status):
        return status
    if cause is not None and _Q850.fullmatch(cause) and 0 < int(cause) < 128:
        return str(int(cause))
    return None


def _attestation(said: dict[str, str], text: str) -> str | None:
    """What the verifier read from the Identity header: its own column, or a verdict such as TN-Validation-Passed-B."""
    if said.get("attestation", "").upper() in ("A", "B", "C"):
        return said["attestation"].upper()
    if _PASSED not in text:
        return None
    found = set(_VERSTAT.findall(text))
    return found.pop() if len(found) == 1 else None


def _duration(written: str | None, connect: datetime | None, disconnect: datetime | None, odd: Odd) -> float | None:
    """Seconds of conversation: end minus answer; Acct-Session-Time, in seconds or milliseconds, where they are not."""
    try:
        told = float(written) if written is not None else None
    except ValueError:
        told = None
    if connect is None:
        return told if told is None or 0 <= told < _LONGEST else None
    if disconnect is None or disconnect < connect:
        return told if told and 0 < told < _LONGEST else None
    span = (disconnect - connect).total_seconds()
    if told is not None and abs(told - span) > 2:
        if abs(told / 1000 - span) <= 1:
            odd.milliseconds += 1
        else:
            odd.durations += 1
    return span
