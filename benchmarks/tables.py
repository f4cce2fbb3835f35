"""The tables of docs/accuracy.md as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from failures import tallied
from figures import BINS, Bin, Figures, ratio, total
from measuring import CEILING, METHODS, OWN, Measured
from targets import reached, target_of
from worlds import SCENARIOS

Rows = Mapping[str, Mapping[str, Figures]]
"""Figures by scenario and method."""

MISSED = "✗"
TARGETED = {
    "false_per": "false accusations per 2,000",
    "precision": "precision",
    "recall": "recall",
    "furthest_share": "furthest carrier right",
    "exact_share": "exact path",
    "calibration_error": "calibration error",
}
COUNTED = {
    "calls": "calls",
    "indistinguishable": "indistinguishable",
    "provable": "originators provable",
    "named": "named",
    "wrong": "wrong name",
    "lucky": "named though indistinguishable",
    "irrefutable": "by lies that nothing contradicts",
    "on_file_recall": "recall, gaps bridged",
    "ambiguous": "ambiguous",
}
BRIEF = {
    "named": "named",
    **{name: text for name, text in TARGETED.items() if name != "calibration_error"},
    "on_file_recall": COUNTED["on_file_recall"],
}
PLACES = {"false_per": 1, "calibration_error": 4}
"""Digits of the figures that are no shares."""
COMMONEST = 3


def by_scenario(worlds: Iterable[Measured]) -> dict[str, dict[str, Figures]]:
    """The worlds of one source added up, scenarios in the order of the tables."""
    parts: dict[str, dict[str, list[Figures]]] = {}
    for world in worlds:
        methods = parts.setdefault(world.spec.scenario, {method: [] for method in METHODS})
        for method, found in world.figures.items():
            methods[method].append(found)
    ordered = sorted(parts, key=SCENARIOS.index)
    return {name: {method: total(each) for method, each in parts[name].items()} for name in ordered}


def tables_of(source: str, worlds: Sequence[Measured]) -> dict[str, str]:
    """All tables of one source by the names of their marks."""
    rows = by_scenario(worlds)
    made = {
        "targets": targets(rows),
        "counts": counts(rows),
        "methods": methods(rows),
        "ceiling": ceiling(rows),
        "reliability": reliability(total(each[OWN] for each in rows.values()).bins),
        "failures": failures(worlds),
    }
    return {f"{name} {source}": f"{run(worlds)}\n\n{text}" for name, text in made.items()}


def run(worlds: Sequence[Measured]) -> str:
    """Which worlds the figures under it are of."""
    seeds = sorted({world.spec.seed for world in worlds})
    told = f"Seed {seeds[0]}" if len(seeds) == 1 else f"Seeds {seeds[0]} to {seeds[-1]}"
    sizes = {world.spec.size for world in worlds}
    sized = "" if sizes == {1.0} else f", worlds of {min(sizes):g} of the full size"
    return f"{told}: {len(worlds)} worlds{sized}, {sum(world.figures[OWN].calls for world in worlds):,} reported calls."


def targets(rows: Rows) -> str:
    """Reached figures with their targets in brackets, a mark where one is missed."""
    body = [
        [f"`{name}`", *(_targeted(methods[OWN], column, name) for column in TARGETED)] for name, methods in rows.items()
    ]
    return markdown(["scenario", *TARGETED.values()], body)


def _targeted(found: Figures, column: str, scenario: str) -> str:
    target = target_of(scenario)
    text = f"{cell(found, column)} ({getattr(target, column):g})"
    return text if reached(found, column, target) else f"**{text}** {MISSED}"


def counts(rows: Rows) -> str:
    """How the figures come about."""
    own = {f"`{name}`": methods[OWN] for name, methods in rows.items()}
    own["all"] = total(own.values())
    body = [[name, *(cell(found, column) for column in COUNTED)] for name, found in own.items()]
    return markdown(["scenario", *COUNTED.values()], body)


def methods(rows: Rows) -> str:
    """All methods on the same files."""
    every = {f"`{name}`": each for name, each in rows.items()}
    every["all"] = {method: total(each[method] for each in rows.values()) for method in METHODS}
    body = [
        [f"{name} {method}", *(cell(each[method], column) for column in BRIEF)]
        for name, each in every.items()
        for method in METHODS
    ]
    return markdown(["scenario, method", *BRIEF.values()], body)


def ceiling(rows: Rows) -> str:
    """Of all reported calls: what could be told, and what was."""
    heads = ["scenario", "distinguishable", "chain leads to the origin", "origin tellable", "named rightly"]
    body: list[list[str]] = []
    for name, each in rows.items():
        own, best = each[OWN], each[CEILING]
        parts = (best.apart, best.provable, best.right, own.right, best.whole, own.whole)
        body.append([f"`{name}`", *(percent(ratio(part, own.calls)) for part in parts)])
    return markdown([*heads, "whole way tellable", "whole way told"], body)


def reliability(bins: Sequence[Bin]) -> str:
    """Stated confidence beside the share of claims that were right."""
    body = [
        [
            f"{place / BINS:.1f} to {(place + 1) / BINS:.1f}",
            f"{each.claims:,}",
            share(ratio(each.stated, each.claims)),
            share(ratio(each.right, each.claims)),
        ]
        for place, each in enumerate(bins)
        if each.claims
    ]
    return markdown(["confidence", "claims", "mean stated confidence", "share right"], body)


def failures(worlds: Sequence[Measured]) -> str:
    """How often each kind of failure occurs, where, and which faults touched the calls."""
    rows = tallied((world.spec.scenario, failure) for world in worlds for failure in world.failures)
    body = [[kind, f"{count:,}", _most(where, code=True), _most(tags)] for kind, count, where, tags in rows]
    return markdown(["what is wrong", "answers", "where", "commonest tags"], body, right=(1,))


def _most(counted: Counter[str], *, code: bool = False) -> str:
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = ordered if code else ordered[:COMMONEST]
    return ", ".join(f"`{name}` {count:,}" for name, count in shown) or "-"


def markdown(heads: Sequence[str], body: Iterable[Sequence[str]], right: Sequence[int] | None = None) -> str:
    """A table; all columns but the first stand to the right, or those given."""
    aligned = range(1, len(heads)) if right is None else right
    rule = "|" + "|".join("---:" if place in aligned else "---" for place in range(len(heads))) + "|"
    return "\n".join([f"| {' | '.join(heads)} |", rule, *(f"| {' | '.join(row)} |" for row in body)])


def cell(found: Figures, column: str) -> str:
    """One figure as text."""
    value: Any = getattr(found, column)
    if value is not None and column in PLACES:
        return f"{value:.{PLACES[column]}f}"
    return f"{value:,}" if isinstance(value, int) else share(value)


def share(value: float | None) -> str:
    """A share to four places, cut and not rounded up, so that 1 means all."""
    return "-" if value is None else f"{int(value * 10_000 + 1e-9) / 10_000:.4f}"


def percent(value: float | None) -> str:
    """A share in percent."""
    return "-" if value is None else f"{100 * value:.1f} %"
