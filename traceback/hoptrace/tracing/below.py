"""Below: what a trail still tells where its leap over a gap leads too far.

Numbers and time alone lead over such a gap. Where the caller id is shown from elsewhere too, they may lead to somebody
else's call; but the records below it tell of the reported one as surely as if nothing had been found beyond.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hoptrace.linking.kinds import Kind
from hoptrace.tracing.case import Case
from hoptrace.tracing.judging import judge
from hoptrace.tracing.kernel import Judged


def below_gaps(told: Iterable[Judged]) -> list[Judged]:
    """Those of the calls whose trail leaps a gap to a caller id shown from elsewhere, judged without that leap.

    Only where its lower part is then what fits best, and no other call came as near to the report.
    """
    leapt = [one for one in told if one.elsewhere and one.judgement.alike < 1 and _gaps(one)]
    cases = [_without_gaps(one) for one in leapt]
    again = zip(leapt, cases, judge(cases), strict=True)
    found = [Judged(one.call, case, judgement) for one, case, judgement in again]
    return [lower for lower, whole in zip(found, leapt, strict=True) if _lower_part(lower, whole)]


def _gaps(one: Judged) -> set[int]:
    """The lower ends (sids) of the leaps of the best trail over gaps that only numbers and time bridge."""
    best = one.judgement.best
    return set() if best is None else {pair.d for pair in best.trail.pairs if pair.kind is Kind.GAP}


def _without_gaps(one: Judged) -> Case:
    gaps, made = _gaps(one), one.case.assignment
    chosen = {sid: pair for sid, pair in made.chosen.items() if sid not in gaps}
    return replace(one.case, assignment=replace(made, chosen=chosen))


def _lower_part(lower: Judged, whole: Judged) -> bool:
    """Whether the best trail of a call is the lower part of what it was."""
    found, before = lower.judgement.best, whole.judgement.best
    if found is None or before is None:
        return False
    length = len(found.trail.statements)
    return found.trail.statements == before.trail.statements[:length] and length < len(before.trail.statements)
