from __future__ import annotations

import math
import random

import pytest

from hoptrace.tracing.case import Fact
from hoptrace.tracing.moment import Question, match_all, setting_up

AT = 1_762_000_000.0


def fact(setup: float | None, tick: float = 0.001, outcome: str = "answered", start: float | None = None) -> Fact:
    begun = AT + (setup if setup is not None else start or 0.0)
    times = {"start": begun, "setup": None if setup is None else begun}
    names = {"sid": 1, "carrier": "a", "called": 1, "sent": 1, "egress_called": None, "calling": None}
    rest = {"sent_calling": None, "upstream": None, "downstream": None, "customer": None, "cid": None, "sent_cid": None}
    return Fact(**names, **rest, **times, tick=tick, spread=0.05, outcome=outcome)


def match(facts, at: float, called: int | None = None):
    (found,) = match_all([Question(facts, at, called)])
    return found


def weight(facts, at: float) -> float:
    return match(facts, AT + at).weight


def test_the_nearer_the_better():
    weights = [weight([fact(0.0)], away) for away in (0.0, 0.3, 1.0, 5.0)]
    assert weights == sorted(weights, reverse=True)


def test_within_a_cut_second_every_moment_fits():
    records = [fact(0.0, tick=1.0), fact(0.0, tick=1.0), fact(0.0, tick=1.0)]
    assert weight(records, 0.2) == pytest.approx(weight(records, 0.8), abs=0.15)
    assert weight(records, 0.5) > weight(records, 4.0) + 1.0


def test_a_sharp_record_narrows_a_cut_one():
    cut = fact(0.0, tick=1.0)
    assert weight([cut, fact(0.9)], 0.9) > weight([cut], 0.9)
    assert match([cut, fact(0.9)], AT + 0.9).residual == pytest.approx(0.0, abs=0.1)


def test_a_stamp_of_the_answer_tells_that_the_call_came_before():
    answered = [fact(None, tick=1.0, start=20.0)]
    assert weight(answered, 10.0) > weight(answered, 25.0)
    refused = [fact(None, tick=1.0, start=20.0, outcome="busy")]
    assert weight(refused, 20.0) > weight(refused, 10.0) + 2.0


def test_the_terminating_record_outweighs_one_that_is_far_off():
    assert weight([fact(9.0), fact(0.0)], 9.0) > weight([fact(9.0), fact(0.0)], 0.0) + 2.0


def test_a_call_may_take_its_time_to_come_to_its_end():
    """Records further up tell that it began earlier, and do not move the moment at which it came to the last one."""
    way = [fact(-0.45 * above) for above in range(6)]
    found, alone = match(way, AT), match(way[:1], AT)
    assert found.residual == pytest.approx(0.0, abs=0.1)
    assert found.weight == pytest.approx(alone.weight, abs=0.2)
    silent_end = match([fact(-0.45 * above, tick=1.0) for above in range(1, 7)], AT)
    assert silent_end.weight > alone.weight - 1.0


def test_a_report_days_away_is_weighed_without_trouble():
    assert math.isfinite(weight([fact(0.0)], 500_000.0))


def test_a_report_a_few_seconds_off_still_fits_and_a_minute_off_does_not():
    """Student's t with 1 s: a report 3 s off is nothing unusual, one of a minute off is no more than a hint."""
    near, off, away = (weight([fact(0.0)], seconds) for seconds in (0.0, 3.0, 60.0))
    assert near - 4.0 < off < near - 1.0
    assert away < off - 3.0


def test_how_far_apart_report_and_call_are_does_not_count_what_the_records_leave_open():
    sharp, cut = match([fact(0.0)], AT + 50.0), match([fact(0.0, tick=60.0)], AT + 50.0)
    assert sharp.apart == pytest.approx(50.0, abs=0.5)
    assert cut.apart < 1.0
    assert sharp.open < 2.0
    assert cut.open > 50.0


def test_a_forwarded_call_may_have_rung_at_the_carrier_above_before():
    """The sharp record above bears another number: it may be 25 s older than the call that was reported."""
    above, below = fact(0.0)._replace(called=2), fact(0.0, tick=60.0)
    told = match([below, above], AT + 25.0, called=1).weight
    assert told > match([below, above], AT + 25.0).weight + 1.0


def test_a_trail_is_matched_alike_alone_and_among_others():
    """To the last bit: results must not depend on what else is traced at the same time."""
    chance = random.Random(3)
    questions = [
        Question(
            [
                fact(chance.uniform(-5, 5), chance.choice([0.001, 1.0, 60.0]))
                if chance.random() < 0.8
                else fact(None, start=chance.uniform(0, 40))
                for _ in range(chance.randint(1, 6))
            ],
            AT + chance.uniform(-9, 9),
            chance.choice([None, 1, 2]),
        )
        for _ in range(300)
    ]
    together = match_all(questions)
    assert together == [match_all([question])[0] for question in questions]
    assert match_all([]) == []


def test_where_handoffs_take_long_the_terminating_record_still_tells_the_moment():
    """Otherwise the records further up would outvote it, and a call reported rightly would seem reported late."""
    facts = [fact(-1.25 * place) for place in range(6)]
    (slow,) = match_all([Question(facts, AT, setting_up=setting_up(1.2))])
    assert slow.residual == pytest.approx(0.0, abs=0.1)
    assert match(facts, AT).residual > 1.0
    assert setting_up(0.1) == 0.5


def test_the_records_above_a_refused_route_leave_open_when_the_call_was_delivered():
    """It came to the two carriers above 7 s before the one that delivered it, and was reported when that one got it."""
    facts = [fact(7.0), fact(0.1), fact(0.0)]
    (told,) = match_all([Question(facts, AT + 7.0, slow=[8.0, 0.0])])
    assert told.residual == pytest.approx(0.0, abs=0.2)
    assert told.weight > weight(facts, 7.0) + 1.0
    assert told.weight == pytest.approx(weight([fact(7.0)], 7.0), abs=0.2)
