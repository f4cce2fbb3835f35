"""Rows of an AudioCodes device's CDRs in syslog: `|`-separated columns behind a prefix, named by a title row.

Column names are the default titles of AudioCodes' manuals (6.8 and 7.2) for SBC and gateway calls; operators may choose
others and their order, so that a row is read by the title row before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from hoptrace.intake.formats.clocks.times import ClockTimes
from hoptrace.intake.ledger import NO_CALLED
from hoptrace.intake.profile import Profile

CALL_START, CALL_CONNECT, CALL_END = "CALL_START", "CALL_CONNECT", "CALL_END"
CALL_TYPES = (CALL_END, CALL_CONNECT, CALL_START)
"""The reports of a call's leg, the one that says most first."""

NO_TIME, NO_SIDE = "setup time not understood", "Orig is neither LCL nor RMT"

_TITLES = (
    "SBCReportType EPTyp SIPCallId SessionId Orig SourceIp SourcePort DestIp DestPort TransportType SrcURI "
    "SrcURIBeforeMap DstURI DstURIBeforeMap Durat TrmSd TrmReason TrmReasonCategory SetupTime ConnectTime ReleaseTime "
    "RedirectReason RedirectURINum RedirectURINumBeforeMap TxSigIPDiffServ IPGroup SrdId SIPInterfaceId ProxySetId "
    "IpProfileId MediaRealmId DirectMedia SIPTrmReason SIPTermDesc Caller Callee Trigger LegId VoiceAIConnectorName"
)
DEFAULT_TITLES = tuple(_TITLES.split())
"""Columns of 7.4; 7.2 ends before Trigger, 6.8 before SIPTermDesc."""

_NAMES = {
    "type": ("sbcreporttype", "gwreporttype", "cdrreporttype", "reporttype"),
    "call_id": ("sipcallid", "callid"),
    "session": ("sessionid",),
    "leg": ("legid",),
    "side": ("orig",),
    "source": ("sourceip",),
    "dest": ("destip",),
    "src": ("srcuri", "srcphonenum", "sourceuri"),
    "src_before": ("srcuribeforemap", "srcnumbeforemap", "sourceuribeforemap"),
    "dst": ("dsturi", "dstphonenum", "desturi"),
    "dst_before": ("dsturibeforemap", "dstnumbeforemap", "desturibeforemap"),
    "duration": ("durat", "duration"),
    "reason": ("trmreason",),
    "sip_reason": ("siptrmreason",),
    "setup": ("setuptime",),
    "connect": ("connecttime",),
    "release": ("releasetime",),
    "redirect": ("redirecturinumbeforemap", "redirectnumbeforemap", "redirecturinum", "redirectphonenum"),
    "group": ("ipgroup", "ipgroupname", "tg"),
}
_CAUSES = {
    "UNASSIGNED_NUMBER": 1,
    "NO_ROUTE_TO_DESTINATION": 3,
    "NORMAL_CALL_CLEAR": 16,
    "USER_BUSY": 17,
    "NO_USER_RESPONDING": 18,
    "NO_ANSWER_FROM_USER_ALERTED": 19,
    "CALL_REJECTED": 21,
    "NUMBER_CHANGED": 22,
    "DESTINATION_OUT_OF_ORDER": 27,
    "INVALID_NUMBER_FORMAT": 28,
    "NETWORK_OUT_OF_ORDER": 38,
    "NETWORK_TEMPORARY_FAILURE": 41,
    "NETWORK_CONGESTION": 42,
}
"""AudioCodes' termination reasons (GWAPP_...) that are causes of Q.850."""

_NOTHING = frozenset({"", "-", "-1", "None", "0.0.0.0", "127.0.0.1"})
_TITLE_END = "reporttype"
_IN_BRACKETS = re.compile(r"\s*\(([^)]*)\)")
_PLAIN = re.compile(r"[^a-z0-9]")
_STATUS = re.compile(r"[3-6]\d\d")
_LONGEST = 7 * 86_400


class Leg(NamedTuple):
    """One report of one leg: `incoming` where the other side called (RMT); times in UTC, `duration` in seconds.

    `src` and `dst` are as the leg's other side has them: before manipulation where it is incoming, else after.
    """

    file: int
    row: int
    type: str
    session: str | None
    leg: str | None
    call_id: str | None
    incoming: bool
    setup: datetime
    tick: int
    connect: datetime | None
    release: datetime | None
    duration: float | None
    src: str | None
    dst: str
    redirect: str | None
    peer: str | None
    code: str | None

    @property
    def place(self) -> tuple[int, int]:
        """File and row."""
        return self.file, self.row


@dataclass(frozen=True, slots=True)
class Titles:
    """Which column (from 0) holds what, and how many there are."""

    width: int
    columns: Mapping[str, int]

    @staticmethod
    def of(names: Sequence[str]) -> Titles:
        """The titles of a title row, or of a profile's layout."""
        return _titles(tuple(names))

    @property
    def usable(self) -> bool:
        """Enough columns are named to read a call."""
        return {"type", "side", "setup"} <= self.columns.keys() and not self.columns.keys().isdisjoint(
            ("dst", "dst_before")
        )


@lru_cache(maxsize=8)
def _titles(names: tuple[str, ...]) -> Titles:
    """A device repeats its title row over and over."""
    plain = [_PLAIN.sub("", _IN_BRACKETS.sub("", name).lower()) for name in names]
    found = {
        column: plain.index(spelling)
        for column, spellings in _NAMES.items()
        if (spelling := next((each for each in spellings if each in plain), None)) is not None
    }
    return Titles(len(names), found)


def columns_of(text: str) -> list[str]:
    """The columns of a line behind its syslog prefix, or of one without any; empty where it has none.

    Only the first is without its blanks.
    """
    before, bar, rest = text.partition("|")
    first = before.strip()
    bare = first in CALL_TYPES or first.lower().endswith(_TITLE_END)
    cells = (text if bare else rest).split("|") if bar else []
    cells[:1] = [cell.strip() for cell in cells[:1]]
    return cells


def is_title(cells: Sequence[str]) -> bool:
    """A title row, of SBC, gateway or media CDRs."""
    return bool(cells) and cells[0].lower().endswith(_TITLE_END)


def titles_for(cells: Sequence[str], profile: Profile, *, documented: bool) -> Titles | None:
    """The titles of a row that no title row fits: the profile's layout of that length, or the documented columns.

    `documented`: these may be meant, as no title row stands before it.
    """
    for names in profile.layouts.values():
        if len(names) == len(cells):
            return Titles.of(names)
    shortest = DEFAULT_TITLES.index("SIPTrmReason") + 1
    if documented and shortest <= len(cells) <= len(DEFAULT_TITLES) and cells[1].strip() == "SBC":
        return Titles.of(DEFAULT_TITLES[: len(cells)])
    return None


def read_leg(where: tuple[int, int], cells: Sequence[str], titles: Titles, times: ClockTimes) -> Leg | list[str]:
    """One report of a leg, or every reason why it is none; raises TimezoneMissing."""
    said = {name: cell for name, place in titles.columns.items() if (cell := cells[place].strip()) not in _NOTHING}
    incoming = said.get("side") == "RMT"
    first, second = ("_before", "") if incoming else ("", "_before")
    called = said.get("dst" + first) or said.get("dst" + second)
    setup = times.read(said.get("setup", ""))
    missing = ((setup is None, NO_TIME), (not called, NO_CALLED), (said.get("side") not in ("RMT", "LCL"), NO_SIDE))
    if setup is None or not called or missing[2][0]:
        return [reason for wrong, reason in missing if wrong]
    connect = times.read(said["connect"], after=setup.at) if "connect" in said else None
    release = times.read(said["release"], after=setup.at) if "release" in said else None
    answered = connect.at if connect else None
    return Leg(
        *where,
        type=said["type"],
        session=said.get("session") if said.get("session") != "0" else None,
        leg=said.get("leg"),
        call_id=said.get("call_id"),
        incoming=incoming,
        setup=setup.at,
        tick=setup.tick,
        connect=answered,
        release=release.at if release else None,
        duration=_duration(said, answered, release.at if release else None),
        src=said.get("src" + first) or said.get("src" + second),
        dst=called,
        redirect=said.get("redirect"),
        peer=_peer(said, incoming),
        code=_code(said, answered),
    )


def _peer(said: Mapping[str, str], incoming: bool) -> str | None:
    """The name of the IP group, alone or in brackets behind its number, else the address of the other side."""
    group = said.get("group", "")
    match = _IN_BRACKETS.search(group)
    name = match[1].strip() if match is not None else "" if group.isdecimal() else group
    return name or said.get("source" if incoming else "dest")


def _duration(said: Mapping[str, str], connect: datetime | None, release: datetime | None) -> float | None:
    """Seconds of conversation, from answer and end, else as written; 0 where not answered, None while it lasts."""
    if said["type"] != CALL_END:
        return None
    if connect is None:
        return 0.0
    if release is not None and release >= connect:
        return (release - connect).total_seconds()
    written = said.get("duration", "")
    return float(written) if written.isascii() and written.isdigit() and int(written) < _LONGEST else None


def _code(said: Mapping[str, str], connect: datetime | None) -> str | None:
    """A SIP status, a cause of Q.850, or AudioCodes' own word."""
    if said["type"] != CALL_END:
        return None
    sip = said.get("sip_reason", "").upper()
    if _STATUS.fullmatch(sip):
        return sip
    if sip == "CANCEL" and connect is None:
        return "487"
    reason = said.get("reason", "").upper().removeprefix("GWAPP_").removeprefix("REASON_")
    cause = _CAUSES.get(reason)
    return str(cause) if cause is not None else reason or None
