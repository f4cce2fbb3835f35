"""What is wrong with an answer: one kind for each failure, so that they can be counted by program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from ceiling import deceiving
from judging import Told, Truth, falsely_accused, furthest_right, origin_right, path_exact, within

IRREFUTABLE = "wrong name, by a lie that nothing on file contradicts"
WRONG_NAME = "wrong name"
LUCKY = "named though indistinguishable"
AMBIGUOUS = "ambiguous though distinguishable"
NOT_FOUND = "not found though a record is on file"
OUT_OF_NOTHING = "a trail though no record is on file"
NOT_NAMED = "origin reached but not named"
MISLED = "leads to whom a lie accuses that nothing on file contradicts"
OFF_THE_WAY = "leads to a carrier that the call did not cross"
LATE = "the path begins above the carrier that delivered the call"
LEFT_OUT = "a carrier that the records name is left out of the path"
OTHER_WAY = "the end is on the call's way, what is before it is not"
GAP = "gap not bridged: the origin's record is on file beyond it"
SHORT = {
    "no_record": "stops at `no_record` though the chain goes on",
    "non_participating": "stops at `non_participating` though the chain goes on",
    "point_of_entry_identified": "stops at the point of entry though the chain goes on",
    "disputed": "stops at `disputed` though the chain goes on",
}


def kind_of(told: Told, true: Truth) -> str | None:
    """What is wrong with an answer, the worst first; None where nothing is."""
    if falsely_accused(told, true):
        return _accusation(told, true)
    if true["indistinguishable"]:
        return None
    missed = true["origin_provable"] and told.originator is None
    if missed or not path_exact(told, true):
        return _incomplete(told, true)
    return GAP if true["origin_on_file"] and told.originator is None else None


def _accusation(told: Told, true: Truth) -> str:
    if origin_right(told, true):
        return LUCKY
    return IRREFUTABLE if true["refutable"] is False else WRONG_NAME


def _incomplete(told: Told, true: Truth) -> str:
    if told.ambiguous:
        return AMBIGUOUS
    if not true["holders"]:
        return OUT_OF_NOTHING
    if told.verdict == "not_found":
        return NOT_FOUND
    if path_exact(told, true):
        return NOT_NAMED
    return _wrong_path(told, true)


def _wrong_path(told: Told, true: Truth) -> str:
    path = list(told.path)
    if told.verdict in SHORT and path == true["path"][: len(path)]:
        return SHORT[told.verdict]
    if not furthest_right(told, true):
        return MISLED if deceiving(true) is not None else OFF_THE_WAY
    if not within(path, true["path"]):
        return OTHER_WAY
    return LEFT_OUT if path[0] == true["path"][0] else LATE


Failure = dict[str, Any]
"""`told` and `truth` of one answer, as plain data."""


def failure_of(told: Told, true: Truth) -> Failure:
    """A failure as it is kept."""
    return {"told": {**asdict(told), "path": list(told.path)}, "truth": true}


def kind_kept(failure: Failure) -> str:
    """The kind of a failure that was kept."""
    told = Told(**{**failure["told"], "path": tuple(failure["told"]["path"])})
    return kind_of(told, failure["truth"]) or "nothing"


def tallied(failures: Iterable[tuple[str, Failure]]) -> list[tuple[str, int, Counter[str], Counter[str]]]:
    """(kind, how many, by scenario, by tag of the call) of failures given as (scenario, failure); common ones first."""
    scenarios: dict[str, Counter[str]] = {}
    tags: dict[str, Counter[str]] = {}
    for scenario, failure in failures:
        kind = kind_kept(failure)
        scenarios.setdefault(kind, Counter())[scenario] += 1
        tags.setdefault(kind, Counter()).update(failure["truth"]["tags"])
    found = [(kind, each.total(), each, tags[kind]) for kind, each in scenarios.items()]
    return sorted(found, key=lambda row: (-row[1], row[0]))
