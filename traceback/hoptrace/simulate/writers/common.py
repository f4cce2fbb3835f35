"""What several writers share: tags and serial numbers made of ids, SIP reasons, text times."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import polars as pl

from hoptrace.simulate.calls import BUSY, CANCELLED, OK, UNAVAILABLE

SECOND = 1_000_000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_REASONS = {
    OK: "OK",
    BUSY: "Busy Here",
    UNAVAILABLE: "Temporarily Unavailable",
    CANCELLED: "Request Terminated",
    503: "Service Unavailable",
}


def reason_of(code: int) -> str:
    """The SIP reason phrase of a status (RFC 3261 section 21)."""
    return _REASONS[code]


def token(text: str, length: int) -> str:
    """A hexadecimal token that depends on the text alone."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def chance_of(text: str) -> float:
    """A number from 0 to 1 that depends on the text alone."""
    return int(token(text, 8), 16) / 0xFFFFFFFF


def serials(rows: pl.DataFrame) -> dict[int, int]:
    """A running number for every arrival of a call, in the order of the rows."""
    legs = rows.get_column("leg").unique(maintain_order=True)
    return {leg: number for number, leg in enumerate(legs)}


def syslog_time(micros: int) -> str:
    """A time as syslog writes it (RFC 3164 section 4.1.2), in UTC."""
    moment = datetime.fromtimestamp(micros // SECOND, tz=UTC)
    return f"{_MONTHS[moment.month - 1]} {moment.day:2d} {moment:%H:%M:%S}"
