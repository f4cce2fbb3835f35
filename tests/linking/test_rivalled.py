"""Customers to whose calls others with the same caller ids call the same people, seconds or minutes apart."""

from __future__ import annotations

import json

import polars as pl
import pytest

from hoptrace.linking.learned import Learned
from hoptrace.linking.members import comparable
from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.linking.trust.rivalled import (
    LEAST_RIVALLED,
    MOST_STATEMENTS,
    RIVALLED,
    WITHIN,
    Rivals,
    count_rivalled,
    rivals_of,
)

Counts = list[tuple[str, str, str | None, int, int]]


def pair(n: int) -> dict[str, str]:
    """A caller id that is used once, and whom it calls."""
    return {"calling_number": f"+1212555{100 + n:04d}", "called_number": f"+1312555{100 + n:04d}"}


def campaign(world, calls: int) -> None:
    """`orig`'s customer calls each number under another caller id: half to `quiet`, half by way of `mid` to `loud`."""
    for n in range(calls):
        at = 1000.0 * n
        world.say("orig", at, customer="room", downstream="mid" if n % 2 else "quiet", **pair(n))
        if n % 2:
            world.say("mid", at + 0.2, upstream="orig", downstream="loud", **pair(n))


def counted(world) -> Counts:
    return count_rivalled(comparable(world.frame(), Learned.nothing())).rows()


def test_calls_with_the_same_two_numbers_from_elsewhere_are_counted_by_end(world):
    campaign(world, 8)
    for n in (1, 3, 5):
        world.say("other", 1000.0 * n + 90.0, upstream="far", downstream="loud", **pair(n))
    assert counted(world) == [
        ("orig", "room", None, 8, 3),
        ("orig", "room", "loud", 4, 3),
        ("orig", "room", "mid", 4, 3),
        ("orig", "room", "quiet", 4, 0),
    ]


@pytest.mark.parametrize(
    ("count", "after", "known"),
    [(LEAST_RIVALLED, 90.0, True), (LEAST_RIVALLED - 1, 90.0, False), (LEAST_RIVALLED, WITHIN + 90.0, False)],
    ids=["enough", "too few", "too long after"],
)
def test_few_rivals_and_those_of_another_hour_say_nothing(world, count, after, known):
    campaign(world, 8)
    for n in range(count):
        world.say("other", 1000.0 * n + after, upstream="far", **pair(n))
    assert bool(counted(world)) is known


def test_the_customers_own_tries_are_no_rivals_wherever_records_of_them_are(world):
    campaign(world, 8)
    for n in range(8):
        at = 1000.0 * n + 120.0
        world.say("orig", at, customer="room", downstream="mid", **pair(n))
        world.say("mid", at + 0.4, upstream="orig", downstream="loud", **pair(n))
        # One that stamps when it was answered, 20 s after the call came.
        world.say("late", at + 20.0, upstream="mid", start_basis="answered", **pair(n))
    assert counted(world) == []


def test_a_number_that_is_called_all_day_long_is_left_out(world):
    """Each of its statements would be held against each."""
    campaign(world, 8)
    for n in (1, 3, 5):
        world.say("other", 1000.0 * n + 90.0, upstream="far", **pair(n))
    for again in range(MOST_STATEMENTS):
        world.say("alarm", 20.0 * again, customer="alarm", downstream="loud", **pair(50))
        world.say("other", 20.0 * again + 10.0, upstream="far", downstream="loud", **pair(50))
    assert {row[:2] for row in counted(world)} == {("orig", "room")}


def test_rivals_whose_calls_would_be_on_file_are_none(world):
    """Who placed them keeps records: a call of theirs without any is not to be feared."""
    campaign(world, 6)
    for n in range(6):
        world.say("other", 1000.0 * n + 90.0, customer="rival", downstream="far", **pair(n))
        world.say("far", 1000.0 * n + 90.2, upstream="other", downstream="loud", **pair(n))
    assert counted(world) == []


def test_what_is_kept_as_json_tells_the_same(world):
    campaign(world, 6)
    for n in range(4):
        world.say("other", 1000.0 * n + 90.0, upstream="far", **pair(n))
    told = Trust(rivalled=tuple(counted(world)))
    found = Trust.from_json(json.loads(json.dumps(told.as_json()))).rivals
    assert found == rivals_of(pl.DataFrame(counted(world), schema=RIVALLED, orient="row"))
    assert set(found) == {("orig", "room")}


def test_an_end_lacks_rivals_where_others_have_more_and_the_better_it_is_known_the_surer():
    rivals = Rivals(0.4, {"loud": (40, 30), "quiet": (30, 0), "seldom": (3, 0)})
    assert rivals.lacking("loud") == 0.0
    assert rivals.lacking("quiet") > rivals.lacking("seldom") > rivals.lacking("unheard of") > 0
    assert Rivals(0.4, {}).lacking("quiet") == 0.0
