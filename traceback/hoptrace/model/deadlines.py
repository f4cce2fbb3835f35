"""How long carriers of a country have to answer a traceback request, and how long they keep their records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

_WRITTEN = re.compile(r"\s*([1-9]\d{0,3})\s+(hour|day|business day)s?\s*", re.IGNORECASE)
SATURDAY = 5


class Unit(StrEnum):
    """What a deadline is counted in. Business days are Monday to Friday; public holidays are not known here."""

    HOURS = "hours"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"


@dataclass(frozen=True, slots=True)
class ResponseClock:
    """How long a carrier has to answer, from the moment when it is asked."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount} {self.unit.replace('_', ' ')}"

    def due(self, asked: datetime) -> datetime:
        """When the answer is due, in the zone of `asked`; business days end with the day."""
        if self.unit is Unit.HOURS:
            return asked + timedelta(hours=self.amount)
        if self.unit is Unit.DAYS:
            return asked + timedelta(days=self.amount)
        day, left = asked, self.amount
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < SATURDAY
        return day.replace(hour=23, minute=59, second=59, microsecond=0)


def read_clock(text: str) -> ResponseClock:
    """A clock as settings write it: "24 hours", "2 business days", "10 days"; raises ValueError."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError("should be written as '24 hours', '10 days' or '2 business days'")
    return ResponseClock(int(found[1]), Unit(found[2].lower().replace(" ", "_") + "s"))


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds in a country and why; `source` is the rule's name, "" for the workspace's own settings.

    `assumed`: no rule of the country is known here, and a default stands for it.
    """

    value: ResponseClock | int
    source: str = ""
    assumed: bool = False


# 47 CFR 64.1200(n)(1), in force for all since 8 January 2024; Telecom Notice CRTC 2024-43, proposed.
RESPONSE = {
    "US": Rule(ResponseClock(24, Unit.HOURS), "47 CFR 64.1200(n)(1)"),
    "CA": Rule(ResponseClock(2, Unit.BUSINESS_DAYS), "CRTC 2024-43"),
}
RESPONSE_DEFAULT = Rule(ResponseClock(2, Unit.BUSINESS_DAYS), assumed=True)

# In days. 47 CFR 42.6 binds those who bill toll calls (18 months); section 26 of the Thai Computer-Related Crime Act
# binds providers of service (90 days); the Canadian floor is proposed (10 calendar days).
RETENTION = {
    "US": Rule(548, "47 CFR 42.6"),
    "CA": Rule(10, "CRTC 2024-43"),
    "TH": Rule(90, "Computer-Related Crime Act, s. 26"),
}
RETENTION_DEFAULT = Rule(10, assumed=True)
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The rules by country (ISO 3166-1 alpha-2), those of the settings before those that are known here."""

    response: Mapping[str, ResponseClock] = field(default_factory=dict[str, ResponseClock])
    retention: Mapping[str, int] = field(default_factory=dict[str, int])

    def to_answer(self, country: str) -> Rule:
        """How long a carrier of that country has to answer."""
        return _rule(country, self.response, RESPONSE, RESPONSE_DEFAULT)

    def kept(self, country: str) -> Rule:
        """For how many days a carrier of that country keeps its records of calls."""
        return _rule(country, self.retention, RETENTION, RETENTION_DEFAULT)


def kept_until(day: date, days: int) -> date:
    """The last day on which a record of a call on `day` is kept, where it is kept for so many days."""
    return day + timedelta(days=days)


def _rule(
    country: str, own: Mapping[str, ResponseClock] | Mapping[str, int], known: Mapping[str, Rule], default: Rule
) -> Rule:
    if country in own:
        return Rule(own[country])
    if country in known:
        return known[country]
    return Rule(own[DEFAULT], assumed=True) if DEFAULT in own else default
