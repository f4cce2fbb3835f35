"""The calls to be traced and the truth about each: what happened, what the files can prove, which verdict is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hoptrace.model.verdicts import Verdict
from hoptrace.simulate.calls import OK, SECOND, campaign_label
from hoptrace.simulate.evidence import Files, Happened, Told, Trail, files_of, trail_of
from hoptrace.simulate.lookalikes import lookalikes_of, reports_of
from hoptrace.simulate.routes import LONGEST, Path
from hoptrace.simulate.tags import tags_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Telling:
    """What the truth of one call is told from: its report's time, and the calls that the report may as well mean."""

    ref: str
    call: int
    path: Path
    arrived: int
    reported: int
    lookalikes: list[int]
    redialled: bool


def reported_and_true(world: Happened) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each call to be traced as a row of calls.csv and as its line of truth.jsonl, in order of time."""
    files, report = files_of(world), reports_of(world)
    alike = lookalikes_of(world, report)
    groups: list[int] = world.calls.group[report.call].tolist()
    attempts = Counter(groups)
    width = max(4, len(str(len(report.call))))
    times = zip(report.call.tolist(), report.arrived.tolist(), report.reported.tolist(), strict=True)
    for number, (call, arrived, reported) in enumerate(times, start=1):
        path = world.routes.paths[int(world.calls.route[call])]
        redialled = attempts[int(world.calls.group[call])] > 1
        telling = _Telling(f"T{number:0{width}d}", call, path, arrived, reported, alike.get(call, []), redialled)
        yield _report(world, telling), _truth(world, files, telling)


def _report(world: Happened, telling: _Telling) -> dict[str, Any]:
    calls, call = world.calls, telling.call
    shown = int(calls.rewritten_to[call] if calls.rewritten_at[call] >= 0 else calls.caller[call])
    hidden = shown < 0 or (calls.withheld[call] and calls.rewritten_at[call] < 0)
    reported = _EPOCH + timedelta(microseconds=telling.reported)
    return {
        "call_ref": telling.ref,
        "start_time": reported.isoformat(timespec="milliseconds"),
        "calling_number": "anonymous" if hidden else f"+{shown}",
        "called_number": f"+{calls.called[call]}",
        "terminating_carrier": world.network.carriers[telling.path[-1]].carrier_id,
        "campaign": campaign_label(int(calls.campaign[call])),
    }


def _truth(world: Happened, files: Files, telling: _Telling) -> dict[str, Any]:
    """One line of truth.jsonl, its keys in the order of docs/simulate.md."""
    trail = trail_of(world, files, telling.call, telling.path)
    return {
        "call_ref": telling.ref,
        **_way(world, files, telling, trail),
        **_alike(world, telling),
        "lies": [_lie(world, told) for told in files.lies.get(telling.call, ())],
        "refutable": trail.refutable,
        "tags": tags_of(world, files, telling.call, telling.path, telling.redialled),
        **_of_the_call(world, files, telling),
        "report_error": round((telling.reported - telling.arrived) / SECOND, 3),
    }


def _way(world: Happened, files: Files, telling: _Telling, trail: Trail) -> dict[str, Any]:
    """Where the call began, which way it took, and how far the files lead back along it."""
    call, carriers = telling.call, world.network.carriers
    names = [carriers[index].carrier_id for index in reversed(telling.path)]
    confessed = all(told.pos != 0 for told in files.lies.get(call, ()))
    return {
        "path": names,
        **_origin(world, call),
        "holders": list(files.holders.get(call, ())),
        "furthest": names[trail.furthest],
        "furthest_position": trail.furthest,
        "origin_provable": trail.verdict is Verdict.ORIGINATOR_IDENTIFIED,
        "origin_on_file": call * (LONGEST + 1) in files.legs and confessed,
        "nameable_path": [names[place] for place in trail.nameable],
        "verdict": str(trail.verdict),
    }


def _alike(world: Happened, telling: _Telling) -> dict[str, Any]:
    """The calls that the report may as well mean: of others, and of the same customer."""
    source = _source(world, telling.call)
    strangers = [other for other in telling.lookalikes if _source(world, other) != source]
    return {
        "indistinguishable": bool(strangers),
        "lookalikes": [_origin(world, other) for other in strangers],
        "other_paths": _other_paths(world, telling),
    }


def _lie(world: Happened, told: Told) -> dict[str, str | None]:
    carriers = world.network.carriers
    accused = carriers[told.accused].carrier_id if told.accused >= 0 else None
    return {"carrier": carriers[told.carrier].carrier_id, "lie": str(told.lie), "accused": accused}


def _of_the_call(world: Happened, files: Files, telling: _Telling) -> dict[str, Any]:
    """What happened to the call, and what it was."""
    calls, call, carriers = world.calls, telling.call, world.network.carriers
    entry = next((carriers[b].carrier_id for a, b in pairwise(telling.path) if _enters(world, a, b)), None)
    return {
        "forwarded": bool(calls.moved_at[call] >= 0 and not calls.toll_free[call]),
        "toll_free": bool(calls.toll_free[call]),
        "rerouted": call in files.refused_by,
        "point_of_entry": entry,
        "campaign": campaign_label(int(calls.campaign[call])) or None,
        "spoofed": bool(calls.spoofed[call]),
        "withheld": bool(calls.withheld[call]),
        "redial_group": int(calls.group[call]),
        "answered": bool(calls.code[call] == OK),
    }


def _source(world: Happened, call: int) -> tuple[int, int]:
    return int(world.calls.origin[call]), int(world.calls.customer[call])


def _origin(world: Happened, call: int) -> dict[str, str]:
    origin, customer = _source(world, call)
    carrier = world.network.carriers[origin]
    return {"origin": carrier.carrier_id, "customer": carrier.customers[customer].reference}


def _other_paths(world: Happened, telling: _Telling) -> list[list[str]]:
    """Ways that redials and other calls of the same customer took, which the report may as well mean."""
    same = [other for other in telling.lookalikes if _source(world, other) == _source(world, telling.call)]
    paths = {world.routes.paths[int(world.calls.route[other])] for other in same} - {telling.path}
    return sorted([world.network.carriers[index].carrier_id for index in reversed(path)] for path in paths)


def _enters(world: Happened, above: int, below: int) -> bool:
    carriers = world.network.carriers
    return carriers[above].country != "US" and carriers[below].country == "US"
