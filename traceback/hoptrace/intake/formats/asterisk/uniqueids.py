"""Asterisk's uniqueid of a channel: `[systemname-]epoch.n`."""

from __future__ import annotations

import re

UNIQUEID = re.compile(r"(?:.+-)?(\d{9,10})\.\d+")


def epoch_of(uniqueid: str) -> int | None:
    """The UTC epoch in `[systemname-]epoch.n`, when the channel was made; None where it is no such id."""
    match = UNIQUEID.fullmatch(uniqueid)
    return int(match[1]) if match else None
