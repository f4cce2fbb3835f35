"""Times as a report writes them: UTC, and the clock offset taken off."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hoptrace.reports.wording.language import Language, language


def corrected(recorded: str | None, clock_offset_s: float = 0.0) -> datetime | None:
    """The recorded RFC 3339 time in UTC less `clock_offset_s`; None where it is missing, zone-less or out of range."""
    if recorded is None:
        return None
    try:
        moment = datetime.fromisoformat(recorded)
        if moment.tzinfo is None:
            return None
        return moment.astimezone(UTC) - timedelta(seconds=clock_offset_s)
    except (ValueError, OverflowError):
        return None


def utc_text(moment: datetime | None) -> str | None:
    """`moment` as "2026-03-04 15:04:05.123" (UTC); the fraction only where there is one."""
    if moment is None:
        return None
    whole = f"{moment.replace(tzinfo=None, microsecond=0):%Y-%m-%d %H:%M:%S}"
    return f"{whole}.{moment.microsecond // 1000:03d}" if moment.microsecond else whole


def trimmed(recorded: str) -> str:
    """A written time without microseconds that are none: 15:04:03.120000Z is 15:04:03.120Z."""
    return re.sub(r"(:\d\d)(?:\.000|(\.\d{3}))000(?!\d)", lambda found: found[1] + (found[2] or ""), recorded)


def seconds_text(seconds: float, voice: Language | None = None) -> str:
    """A span for a person, up to three decimals and never "-0": 0.412 s, 143 s, 3,600 s."""
    text = f"{seconds:,.3f}".rstrip("0").rstrip(".")
    return (voice or language()).say("{number} s", number="0" if text == "-0" else text)


def clock_text(clock_offset_s: float, voice: Language | None = None) -> str:
    """What a clock offset says of the carrier's clock: "143 s fast"."""
    voice = voice or language()
    if abs(clock_offset_s) < 0.0005:
        return voice.say("on time")
    span = seconds_text(abs(clock_offset_s), voice)
    return voice.say("{span} fast", span=span) if clock_offset_s > 0 else voice.say("{span} slow", span=span)
