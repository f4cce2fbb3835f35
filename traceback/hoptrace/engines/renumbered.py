"""Renumbered: the other called numbers under which a call went, before it was forwarded or translated and after.

Where the record of the carrier that changed the number tells both, the one leads to the other. Where it does not, or
has no record, the trail ends at a carrier that should know the call and does not, at its upper or its lower end; the
same caller's statement at that handoff is then looked for under any number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.engines.ground import Ground
from hoptrace.engines.spans import to_read
from hoptrace.linking.clocks.repeated_hours import any_twice, both_readings
from hoptrace.linking.members import WANTED, comparable, nothing_wanted
from hoptrace.tracing.case import Case, Coverage, Fact
from hoptrace.tracing.reported import Reported
from hoptrace.tracing.trail import Ending, Trail

if TYPE_CHECKING:
    from hoptrace.tracing.kernel import Judged

LATER_WINDOW = 240.0
"""Seconds around a handoff in which the statements of the leg before or after a forwarding are looked for."""

REWRITE_WINDOW = 60.0
"""Seconds around a handoff in which the same caller's statement with another called number is looked for."""

MOST_GUESSES = 8
"""Other numbers of the same caller that are looked into, nearest in time first: a dialler calls many."""

UNBORNE = (Ending.LACKING, Ending.SILENT, Ending.ENTRY, Ending.CONTRADICTED, Ending.MISNAMED)
"""Endings at a carrier that is named but has no record of the call under this number."""

ASKED = pl.Schema({"call": pl.Int64, "key": pl.Int64, "upper": pl.String, "lower": pl.String, "at": pl.Float64})
"""Caller `key`'s statement at about `at` is asked for, at a handoff from `upper` to `lower`."""

Question = tuple[int, int, str, str, float]
"""A row of ASKED."""


def declared(members: pl.DataFrame, reported: Mapping[int, Reported]) -> pl.DataFrame:
    """The numbers before and after each forwarding that a record tells, in the WANTED schema.

    The number before is looked for always; the one after only on the way on from the number that was reported.
    """
    if members["egress_called"].null_count() == members.height:
        return nothing_wanted()
    changed = members.filter(pl.col("egress_called").is_not_null() & (pl.col("egress_called") != pl.col("called")))
    if changed.is_empty():
        return nothing_wanted()
    onward = changed.join(_on_from(changed, reported), on=["call", "called"], how="semi")
    before = changed.select("call", key="called", at="start")
    after = onward.select("call", key="egress_called", at="start")
    # A number may be called several times in that while: each of the calls came around the moment of its own change.
    told = pl.concat([before, after]).group_by("call", "key", maintain_order=True)
    spans = told.agg(first=pl.col("at").min(), last=pl.col("at").max())
    at, half = (pl.col("first") + pl.col("last")) / 2, (pl.col("last") - pl.col("first")) / 2
    return spans.select("call", "key", at=at, window=half + LATER_WINDOW)


def _on_from(changed: pl.DataFrame, reported: Mapping[int, Reported]) -> pl.DataFrame:
    """The numbers (`call`, `called`) to which calls that `changed` went on from the reported one, itself included."""
    some: list[int] = changed["call"].unique().sort().to_list()
    numbers = [(call, reported[call].called, reported[call].at) for call in some]
    schema = {"call": pl.Int64, "called": pl.Int64, "at": pl.Float64}
    start = pl.DataFrame(numbers, schema=schema, orient="row")
    then = changed.join(start.select("call", "at"), on="call")
    near = then.filter((pl.col("start") - pl.col("at")).abs() <= LATER_WINDOW)
    steps = near.select("call", "called", "egress_called").unique()
    known = start.select("call", "called")
    while True:
        further = steps.join(known, on=["call", "called"], how="semi").select("call", called="egress_called")
        new = further.unique().join(known, on=["call", "called"], how="anti")
        if new.is_empty():
            return known
        known = pl.concat([known, new])


def changed_silently(judged: Iterable[Judged], ground: Ground) -> pl.DataFrame:
    """Numbers under which calls may have gone where no record tells of a change, in the WANTED schema."""
    above, below = list[Question](), list[Question]()
    for one in judged:
        for weighed in one.judgement.likely:
            above += _question_above(one.call, one.case, weighed.trail)
            below += _question_below(one.call, one.case, weighed.trail)
    if not above and not below:
        return nothing_wanted()
    return pl.concat([found_above(above, ground), found_below(below, ground)])


def found_above(asked: Sequence[Question], ground: Ground) -> pl.DataFrame:
    """The other numbers under which calls may have come to a carrier that has no record of them, in the WANTED schema.

    The carrier above said to whom it handed the call, or somebody handed it to that carrier.
    """
    name, upper, lower = pl.col("carrier_right"), pl.col("upper"), pl.col("lower")
    handed_down = ((name == upper) & (pl.col("downstream") == lower)) | (pl.col("downstream") == upper)
    return _found(asked, handed_down, ground)


def found_below(asked: Sequence[Question], ground: Ground) -> pl.DataFrame:
    """The other numbers under which calls may have gone on from a carrier, in the WANTED schema.

    The carrier below says that it got the call there, or somebody got it from that carrier.
    """
    name, upper, lower = pl.col("carrier_right"), pl.col("upper"), pl.col("lower")
    taken = ((name == lower) & (pl.col("upstream") == upper)) | (pl.col("upstream") == lower)
    return _found(asked, taken, ground)


def _found(asked: Sequence[Question], fits: pl.Expr, ground: Ground) -> pl.DataFrame:
    if not asked:
        return nothing_wanted()
    questions = pl.DataFrame(asked, schema=ASKED, orient="row")
    spans = to_read(questions.with_columns(window=pl.lit(REWRITE_WINDOW)), ground.learned)
    read = ground.view.placed_by(spans)
    found = comparable(both_readings(read) if any_twice(read) else read, ground.learned)
    seen = found.select("called", "upstream", "downstream", "start", carrier_right="carrier", key="calling")
    near = (pl.col("start") - pl.col("at")).abs() <= REWRITE_WINDOW
    return (
        questions.join(seen, on="key")
        .filter(near & fits.fill_null(value=False))
        .sort("call", (pl.col("start") - pl.col("at")).abs(), "called")
        .group_by("call", maintain_order=True)
        .head(MOST_GUESSES)
        .select("call", key="called", at="start", window=pl.lit(LATER_WINDOW))
        .select(WANTED.names())
    )


def _question_above(call: int, case: Case, trail: Trail) -> list[Question]:
    return question_above(call, case.facts[trail.last_statement]) if trail.ending in UNBORNE else []


def question_above(call: int, last: Fact) -> list[Question]:
    """What to ask where the furthest record of a call names a carrier that has none of it."""
    if last.calling is None or last.calling < 0 or last.upstream is None:
        return []
    return [(call, last.calling, last.upstream, last.carrier, last.start)]


def questions_above(last: pl.DataFrame) -> list[Question]:
    """The same of many calls' furthest records (members)."""
    asked = last.filter((pl.col("calling") >= 0) & pl.col("upstream").is_not_null())
    return list(asked.select("call", "calling", "upstream", "carrier", "start").iter_rows())


def _question_below(call: int, case: Case, trail: Trail) -> list[Question]:
    first = case.facts[trail.first_statement]
    if first.sent_calling is None or first.sent_calling < 0 or first.downstream is None:
        return []
    if not _goes_on(case.reported.terminating, first.carrier, first.downstream, case.covered):
        return []
    return [(call, first.sent_calling, first.carrier, first.downstream, first.start)]


def questions_below(first: pl.DataFrame, coverage: Sequence[Coverage]) -> list[Question]:
    """The same of many calls' lowest records (members with the report's `terminating`), where these were handed on."""
    asked = first.filter((pl.col("sent_calling") >= 0) & pl.col("downstream").is_not_null())
    questions: list[Question] = asked.select("call", "sent_calling", "carrier", "downstream", "start").rows()
    ends: list[str | None] = asked["terminating"].to_list()
    told = zip(questions, ends, strict=True)
    return [row for row, end in told if _goes_on(end, row[2], row[3], coverage[row[0]].covered)]


def _goes_on(end: str | None, carrier: str, downstream: str, covered: frozenset[str]) -> bool:
    """Whether the call went on below a trail's lowest record: to a carrier that should know it, or to another end."""
    if downstream in covered:
        return end != carrier
    return end not in (carrier, downstream)
