"""Over what a trail leapt: carriers without a record between two records, or below the lowest one."""

from __future__ import annotations

from hoptrace.model.verdicts import Hop, TraceResult


def leaps_of(result: TraceResult) -> tuple[str, ...]:
    """The kinds of leaps in a trail, each once: `bridged`, `forwarded`, `rewritten`, `gap`, `end gap`."""
    found: set[str] = set()
    silent = 0
    recorded = False
    for hop in result.hops:
        if not hop.records:
            silent += 1
            continue
        if recorded:
            found |= _between(hop, silent)
        elif silent > 1:
            found.add("end gap")
        silent, recorded = 0, True
    return tuple(sorted(found))


def _between(hop: Hop, silent: int) -> set[str]:
    """The leap from one record to the next, `silent` carriers without a record between them."""
    changed = any(each.about == "called number" and each.agrees is False for each in hop.evidence)
    if silent == 0:
        return {"rewritten"} if changed else set()
    if silent > 1:
        return {"gap"}
    return {"forwarded"} if changed else {"bridged"}
