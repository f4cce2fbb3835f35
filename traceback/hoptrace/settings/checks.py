"""What a setting may be: each check gives the value as it is used, or raises Refused, which says what it should be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from hoptrace.model.deadlines import DEFAULT, ResponseClock, read_clock

_COUNTRY = re.compile(r"[A-Z]{2}")


class Refused(ValueError):
    """A value that cannot be used; the message says what it should be."""


class Several(Refused):
    """All that was refused; the message names each setting."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number from `least` to `most`; `above`: not `least` itself; `whole`: without a fraction."""

    least: float = 0.0
    most: float = float("inf")
    above: bool = False
    whole: bool = False

    def __call__(self, value: object) -> float:
        """The number, an int where it must be whole."""
        number = _as_number(value, whole=self.whole)
        if not self.least <= number <= self.most or (self.above and number == self.least):
            bounds = f"{'greater than' if self.above else 'at least'} {self.least:g}"
            bounds += "" if self.most == float("inf") else f" and at most {self.most:g}"
            raise Refused(f"should be {bounds}")
        return number


def _as_number(value: object, *, whole: bool) -> float:
    wanted = "should be a whole number" if whole else "should be a number"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Refused(wanted)
    try:
        number = float(value)
    except ValueError:
        raise Refused(wanted) from None
    if whole and not number.is_integer():
        raise Refused(wanted)
    return int(number) if whole else number


def country_code(value: object) -> str:
    """An ISO 3166-1 alpha-2 code in capitals."""
    if not isinstance(value, str) or _COUNTRY.fullmatch(value) is None:
        raise Refused("should be an ISO 3166-1 code of two capitals, such as US")
    return value


def text_or_none(value: object) -> str | None:
    """Text, or None."""
    if value is not None and not isinstance(value, str):
        raise Refused("should be text")
    return value


def switch(value: object) -> bool:
    """True or false, also in the words that an environment variable may have."""
    if isinstance(value, bool):
        return value
    known = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
    if not isinstance(value, str) or value.lower() not in known:
        raise Refused("should be true or false")
    return known[value.lower()]


def _by_country(value: object, read: Callable[[object], Any]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise Refused("should be a table of countries")
    told: dict[str, Any] = {}
    for country, text in value.items():  # pyright: ignore[reportUnknownVariableType]
        if country != DEFAULT and _COUNTRY.fullmatch(str(country)) is None:  # pyright: ignore[reportUnknownArgumentType]
            raise Refused(f"{country}: should be an ISO 3166-1 code of two capitals, such as US, or default")
        try:
            told[str(country)] = read(text)  # pyright: ignore[reportUnknownArgumentType]
        except ValueError as problem:
            raise Refused(f"{country}: {problem}") from None
    return told


def clocks(value: object) -> dict[str, ResponseClock]:
    """By country, how long carriers have to answer."""
    return _by_country(value, lambda text: read_clock(str(text)))


def days(value: object) -> dict[str, int]:
    """By country, a number of days."""
    return _by_country(value, lambda days: int(Number(1, 40_000, whole=True)(days)))


def table(model: type[Any], value: object, name: str) -> dict[str, Any]:
    """The values of a table of settings; raises Refused where it is none, Several for problems in it."""
    if not isinstance(value, Mapping):
        raise Refused("should be a table of settings")
    return checked(model, value, f"{name}.")  # pyright: ignore[reportUnknownArgumentType]


def checked(model: type[Any], values: Mapping[str, Any], inside: str = "") -> dict[str, Any]:
    """The values as the checks of a settings class give them; raises Several with every problem at once.

    `inside` is the name of the table that they stand in, with a dot at its end.
    """
    checks = {each.name: each.metadata["check"] for each in fields(model)}
    sound: dict[str, Any] = {}
    problems: list[str] = []
    for name, value in values.items():
        if name not in checks:
            problems.append(f"{inside}{name}: no such setting")
            continue
        try:
            sound[name] = checks[name](value)
        except Several as several:
            problems.append(str(several))
        except Refused as problem:
            problems.append(f"{inside}{name}: {problem}")
    if problems:
        raise Several("; ".join(problems))
    return sound
