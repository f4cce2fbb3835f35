"""Tracing forward, in words: sentences that tell who did what with a number's calls, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hoptrace.model.numbers import display
from hoptrace.model.times import rfc3339
from hoptrace.tracing.forward.parties import Party

MOST_NAMED = 5
"""Names in one sentence; of more the sentence says how many."""


def shown(number: int) -> str:
    """A number for people."""
    return display(number) or "?"


def calls(count: int) -> str:
    """A number of calls in words."""
    return "1 call" if count == 1 else f"{count:,} calls"


def when(party: Party) -> str:
    """From when to when."""
    if party.first == party.last:
        return f"at {_minute(party.first)}"
    return f"from {_minute(party.first)} to {_minute(party.last)}"


def names(of: Sequence[str]) -> str:
    """Some names in a sentence: a, b and c."""
    told = list(of[:MOST_NAMED])
    if len(of) > MOST_NAMED:
        told.append(f"{len(of) - MOST_NAMED} more")
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"


def say(of: Sequence[str]) -> str:
    """Who says something, with the verb: a says, a and b say."""
    return f"{names(of)} {'says' if len(of) == 1 else 'say'}"


def delivered(party: Party, number: int) -> str:
    """That a carrier delivered calls."""
    return f"{party.name}'s records say that it delivered {calls(party.statements)} to {shown(number)}, {when(party)}"


def handed(party: Party, number: int) -> str:
    """That carriers handed calls to another."""
    return (
        f"{say(party.carriers())} that {calls(party.statements)} to {shown(number)} went to {party.name}, {when(party)}"
    )


def goes_on(party: Party, number: int) -> str:
    """That calls to a number went on as another."""
    return (
        f"{say(party.carriers())} that {calls(party.statements)} to {shown(number)} went on as "
        f"{shown(int(party.name))}, {when(party)}"
    )


def time(moment: datetime) -> str:
    """A time for programs."""
    return rfc3339(moment)


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
