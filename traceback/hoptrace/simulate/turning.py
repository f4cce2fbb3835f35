"""Turning knobs by name: `faults.zone_errors=0.2` changes a scenario, checked; an error says what fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date
from typing import Any

from hoptrace.errors import UsageError
from hoptrace.simulate.knobs import CallerIds, Scenario

PARTS = ("network", "traffic", "faults")
_SECONDS = frozenset({"clock_spread", "drift", "duration_error", "report_error", "rival_gap"})
_SPANS = frozenset({"redials", "redial_gap", "wrong_clock_span"})
_AT_LEAST_ONE = frozenset({"originating", "tier1", "terminating", "customers", "routes", "files", "calls", "campaigns"})


def turned(scenario: Scenario, settings: Iterable[str]) -> Scenario:
    """The scenario with knobs set as `part.knob=value` says; lists are comma-separated. Raises UsageError."""
    for setting in settings:
        place, equals, text = setting.partition("=")
        part, dot, name = place.strip().partition(".")
        if not (equals and dot):
            raise UsageError(f"{setting!r} sets no knob. Write part.knob=value, for example faults.zone_errors=0.2.")
        if part not in PARTS:
            raise UsageError(f"{setting!r}: there is no part {part!r}. Parts are {', '.join(PARTS)}.")
        plan: Any = getattr(scenario, part)
        if name not in knobs_of(plan):
            raise UsageError(f"{setting!r}: {part} has no knob {name!r}. Its knobs: {', '.join(knobs_of(plan))}.")
        value = _read(getattr(plan, name), text.strip(), setting)
        changes: Any = {part: replace(plan, **{name: value})}
        scenario = replace(scenario, **changes)
    check(scenario)
    return scenario


def knobs_of(plan: Any) -> tuple[str, ...]:
    """The names of a part's knobs, in their order."""
    return tuple(each.name for each in fields(plan))


def check(scenario: Scenario) -> None:
    """Raise UsageError where a knob is out of its range."""
    for part in PARTS:
        plan: Any = getattr(scenario, part)
        usual = type(plan)()
        for name in knobs_of(plan):
            fault = _wrong(name, getattr(plan, name), getattr(usual, name))
            if fault is not None:
                raise UsageError(f"{part}.{name} is {getattr(plan, name)!r}, but it {fault}.")
    traffic = scenario.traffic
    if traffic.rivals >= traffic.campaigns:
        raise UsageError(
            f"traffic.rivals is {traffic.rivals}, but one of the {traffic.campaigns} campaigns must be no rival. "
            f"Set traffic.campaigns to {traffic.rivals + 1} or more."
        )


def _wrong(name: str, value: Any, usual: Any) -> str | None:
    """What is wrong with a knob's value, or None; `usual` is its default, which says what kind of knob it is."""
    if isinstance(usual, (bool, date)):
        return None
    if isinstance(usual, tuple):
        return _wrong_list(name, list(value))
    if isinstance(usual, int):
        low = 1 if name in _AT_LEAST_ONE else 0
        return None if value >= low else f"must be {low} or more"
    if name in _SECONDS:
        return None if value >= 0 else "must be 0 seconds or more"
    return None if 0 <= value <= 1 else "is a share and must be from 0 to 1"


def _wrong_list(name: str, value: list[Any]) -> str | None:
    if not value:
        return "must hold one value or more"
    if name in _SPANS and (len(value) != 2 or not 0 <= value[0] <= value[1]):
        return "must be two values, from and to, the smaller first"
    if name == "path_lengths" and (len(value) != 8 or min(value) < 0 or sum(value) <= 0):
        return "must be eight weights, for paths of 2 to 9 carriers, not all 0"
    return None


def _read(old: Any, text: str, setting: str) -> Any:
    """The text as a value of the kind that the knob has now."""
    try:
        if isinstance(old, tuple):
            inner: list[Any] = list(old)  # pyright: ignore[reportUnknownArgumentType]
            return tuple(_read(inner[0], each.strip(), setting) for each in text.split(",") if each.strip())
        if isinstance(old, bool):
            return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[text.lower()]
        if isinstance(old, CallerIds):
            return CallerIds(text)
        if isinstance(old, date):
            return date.fromisoformat(text)
        return type(old)(text)
    except (ValueError, KeyError):
        raise UsageError(f"{setting!r}: {text!r} is no {_kind(old)}.") from None


def _kind(old: Any) -> str:
    if isinstance(old, bool):
        return "yes or no (write true or false)"
    if isinstance(old, CallerIds):
        return f"kind of caller ids (one of {', '.join(CallerIds)})"
    if isinstance(old, date):
        return "date (write it as 2026-11-02)"
    if isinstance(old, int):
        return "whole number"
    return "number" if isinstance(old, float) else "word"
