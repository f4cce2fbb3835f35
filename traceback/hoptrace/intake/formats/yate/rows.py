"""Rows of Yate's cdrfile: one leg a row (12 columns), or both legs in one (17 columns).

The columns are those of the sample configuration `conf.d/cdrfile.conf.sample` of Yate.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import NamedTuple

from hoptrace.intake.ledger import NO_CALLED, NO_START

LEG_COLUMNS = 12
COMBINED_COLUMNS = 17

_TIME = re.compile(r"\d{10}\.\d{1,6}|\d{10}")
_SECONDS = re.compile(r"-?\d+(?:\.\d+)?")
_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]):\d{1,5}")
_FIRST, _LAST = 946_684_800.0, 4_102_444_800.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 7 * 86_400
_NOTHING = frozenset({"", "NULL", "(null)"})

SIP_PHRASES = {
    "moved permanently": "301",
    "moved temporarily": "302",
    "bad request": "400",
    "unauthorized": "401",
    "forbidden": "403",
    "not found": "404",
    "method not allowed": "405",
    "not acceptable": "406",
    "proxy authentication required": "407",
    "request timeout": "408",
    "gone": "410",
    "unsupported media type": "415",
    "temporarily unavailable": "480",
    "call/transaction does not exist": "481",
    "loop detected": "482",
    "too many hops": "483",
    "address incomplete": "484",
    "ambiguous": "485",
    "busy here": "486",
    "request terminated": "487",
    "cancelled": "487",
    "not acceptable here": "488",
    "server internal error": "500",
    "internal server error": "500",
    "not implemented": "501",
    "bad gateway": "502",
    "service unavailable": "503",
    "server time-out": "504",
    "server timeout": "504",
    "busy everywhere": "600",
    "decline": "603",
    "does not exist anywhere": "604",
    "busy": "486",
    "noanswer": "408",
    "noroute": "404",
    "offline": "480",
    "rejected": "603",
    "congestion": "503",
}
"""Reason phrases of RFC 3261 section 21, and Yate's own words for the same, to the SIP status."""


class Direction(Enum):
    """Which way a leg goes, as Yate's switch sees it."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


class Leg(NamedTuple):
    """One leg of a call: `time` is its beginning in epoch seconds; durations in seconds, None where absurd.

    A named tuple, for one is made of every row.
    """

    file: int
    row: int
    time: float
    tick: int
    billid: str
    chan: str
    address: str | None
    caller: str | None
    called: str | None
    billtime: float | None
    duration: float | None
    direction: Direction
    status: str
    reason: str

    @property
    def rows(self) -> tuple[tuple[int, int], ...]:
        """The row of the leg as (file, row)."""
        return ((self.file, self.row),)

    @property
    def incoming(self) -> bool:
        """Whether the call came in on this leg."""
        return self.direction is Direction.INCOMING

    @property
    def answered(self) -> bool:
        """Whether the leg was answered."""
        return bool(self.billtime)

    @property
    def begun(self) -> datetime:
        """When the leg began, in UTC."""
        return _EPOCH + timedelta(microseconds=self.start)

    @property
    def start(self) -> int:
        """The same in microseconds since 1970, as all times below."""
        return _micros(self.time)

    @property
    def end(self) -> int | None:
        """When the leg ended."""
        return None if self.duration is None else _micros(self.time + self.duration)

    @property
    def answered_at(self) -> int | None:
        """When the leg was answered; None where it was not."""
        if not self.billtime or self.duration is None or self.duration < self.billtime:
            return None
        return _micros(self.time + self.duration - self.billtime)


@dataclass(slots=True)
class Odd:
    """Values of a file that were left out because they cannot be."""

    durations: int = 0


def _micros(epoch: float) -> int:
    return round(epoch * 1_000_000)


def looks_like_yate(cells: Sequence[str]) -> bool:
    """Whether a row has the width and the telling values of a Yate record."""
    if len(cells) not in (LEG_COLUMNS, COMBINED_COLUMNS) or _TIME.fullmatch(cells[0]) is None or not cells[1]:
        return False
    if any(_SECONDS.fullmatch(cell) is None for cell in cells[6:9]):
        return False
    if len(cells) == LEG_COLUMNS:
        return cells[9] in ("incoming", "outgoing")
    return all(_SECONDS.fullmatch(cell) is not None or not cell for cell in cells[13:16])


def problems(cells: Sequence[str]) -> list[str]:
    """Why a row of the right width cannot be used; empty where it can."""
    found: list[str] = []
    if _TIME.fullmatch(cells[0]) is None or not _FIRST <= float(cells[0]) < _LAST:
        found.append(NO_START)
    if len(cells) == LEG_COLUMNS and cells[9] not in ("incoming", "outgoing"):
        found.append("direction is neither incoming nor outgoing")
    if _text(cells[5]) is None:
        found.append(NO_CALLED)
    return found


def incoming_leg(where: tuple[int, int], cells: Sequence[str], odd: Odd) -> Leg:
    """The leg of a one-leg row, or the incoming one of a combined row."""
    combined = len(cells) == COMBINED_COLUMNS
    status, reason = (cells[9], cells[10]) if combined else (cells[10], cells[11])
    _, _, fraction = cells[0].partition(".")
    return Leg(
        *where,
        time=float(cells[0]),
        tick=10 ** (6 - len(fraction)),
        billid=cells[1],
        chan=cells[2],
        address=_address(cells[3]),
        caller=_text(cells[4]),
        called=_text(cells[5]),
        billtime=_seconds(cells[6], odd),
        duration=_seconds(cells[8], odd),
        direction=Direction.INCOMING if combined else Direction(cells[9]),
        status=status,
        reason=reason,
    )


def outgoing_leg(leg: Leg, cells: Sequence[str], odd: Odd) -> Leg | None:
    """The outgoing leg of a combined row; its numbers and beginning are not written. None where nobody was dialled."""
    if _text(cells[11]) is None and _text(cells[12]) is None:
        return None
    return Leg(
        leg.file,
        leg.row,
        time=leg.time,
        tick=leg.tick,
        billid=leg.billid,
        chan=cells[11],
        address=_address(cells[12]),
        caller=None,
        called=None,
        billtime=_seconds(cells[13], odd),
        duration=_seconds(cells[15], odd),
        direction=Direction.OUTGOING,
        status=leg.status,
        reason=cells[16],
    )


def release_code(reason: str) -> str | None:
    """A leg's reason as a SIP status, or the word itself where it is none."""
    text = reason.strip()
    if not text:
        return None
    return SIP_PHRASES.get(text.lower(), text)


def _text(cell: str) -> str | None:
    text = cell.strip()
    return None if text in _NOTHING else text


def _address(cell: str) -> str | None:
    text = _text(cell)
    match = _PORT.fullmatch(text) if text else None
    return match[1].strip("[]") if match else text


def _seconds(cell: str, odd: Odd) -> float | None:
    text = cell.strip()
    if _SECONDS.fullmatch(text) and len(text) < 30 and 0 <= (seconds := float(text)) <= _LONGEST:
        return seconds
    odd.durations += bool(text)
    return None
