"""What zone words mean: those that stand for one offset wherever telephone switches stand, and offsets written out."""

from __future__ import annotations

import re
from datetime import timedelta

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?")
_MOST_HOURS, _MOST_MINUTES = 14, 59

HOURS: dict[str, float] = {
    "UTC": 0, "GMT": 0, "Z": 0, "UCT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "MSD": 4, "SAMT": 4, "YEKT": 5, "OMST": 6, "NOVT": 7, "KRAT": 7, "IRKT": 8, "YAKT": 9,
    "VLAT": 10, "NST": -3.5, "NDT": -2.5, "ADT": -3, "EST": -5, "EDT": -4, "CDT": -5, "MDT": -6, "PST": -8, "PDT": -7,
    "AKST": -9, "AKDT": -8, "HST": -10, "SAST": 2, "EAT": 3, "WAT": 1, "PKT": 5, "WIB": 7, "HKT": 8, "SGT": 8,
    "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "ACST": 9.5, "ACDT": 10.5, "AWST": 8, "NZST": 12, "NZDT": 13,
    "BRT": -3, "ART": -3,
}  # fmt: skip
"""Hours east of UTC of the words that mean one zone only. CST, MST, BST, IST, AST and the like mean several."""

HOURS_BY_COUNTRY: dict[str, dict[str, float]] = {
    "MST": {"US": -7, "CA": -7, "MX": -7},
    "CST": {"US": -6, "CA": -6, "MX": -6, "CN": 8, "TW": 8, "CU": -5},
    "AST": {"US": -4, "CA": -4, "PR": -4, "BM": -4, "SA": 3, "AE": 4, "KW": 3, "QA": 3, "BH": 3},
    "IST": {"IN": 5.5, "IE": 1, "IL": 2},
    "BST": {"GB": 1, "BD": 6},
}
"""The same of words that mean several zones, by the country of the carrier (ISO 3166-1 alpha-2)."""


def stated_offset(word: str) -> timedelta | None:
    """The offset that a word such as UTC, GMT+4 or +05:30 states by itself."""
    if word in {"UTC", "Z"}:
        return timedelta()
    match = _OFFSET.fullmatch(word)
    if match is None or int(match[2]) > _MOST_HOURS or int(match[3] or 0) > _MOST_MINUTES:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return -offset if match[1] == "-" else offset
