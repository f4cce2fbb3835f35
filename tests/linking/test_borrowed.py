"""Customers that show other customers' caller ids, each once: records modelled on calls that somebody else placed."""

from __future__ import annotations

import json

import polars as pl
import pytest

from hoptrace.linking.learned import Learned
from hoptrace.linking.members import comparable
from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.linking.trust.borrowed import BORROWED, MOST_BORROWED, borrowers, count_borrowed

SUBSCRIBERS = [f"+1212555{100 + n:04d}" for n in range(6)]


def called(n: int) -> str:
    return f"+1312555{100 + n:04d}"


def subscribers_call(world, times: int = 3) -> None:
    """Each subscriber is a customer of its own, who calls several numbers."""
    for n, caller in enumerate(SUBSCRIBERS):
        for again in range(times):
            number = called(10 * n + again)
            world.chain(
                "honest",
                "term",
                at=100.0 * n + again,
                customer=f"line-{n}",
                calling_number=caller,
                called_number=number,
            )


def counted(world) -> list[tuple[str, str, int, int, int]]:
    return count_borrowed(comparable(world.frame(), Learned.nothing())).rows()


def test_a_customer_with_others_caller_ids_is_counted_and_borrows(world):
    subscribers_call(world)
    for n, caller in enumerate([*SUBSCRIBERS[:4], "+12125550190"]):
        world.say(
            "liar", 50.0 + n, customer="shell", downstream="silent", calling_number=caller, called_number=called(90 + n)
        )
    assert counted(world) == [("liar", "shell", 5, 4, 4)]
    told = Trust(borrowed=tuple(counted(world)))
    assert Trust.from_json(json.loads(json.dumps(told.as_json()))).borrows == {("liar", "shell")}


def test_campaigns_with_one_list_of_numbers_borrow_from_nobody(world):
    for n, caller in enumerate(SUBSCRIBERS):
        for again in range(3):
            world.say(
                "one",
                10.0 * n + again,
                customer="campaign",
                calling_number=caller,
                called_number=called(10 * n + again),
            )
        world.say("other", 10.0 * n + 5, customer="twin", calling_number=caller, called_number=called(10 * n))
    assert counted(world) == []


def test_caller_ids_next_to_the_called_number_are_hit_upon(world):
    subscribers_call(world)
    for n, caller in enumerate(SUBSCRIBERS):
        world.say("other", 50.0 + n, customer="campaign", calling_number=caller, called_number=f"+1212555{190 + n:04d}")
    assert counted(world) == []


def test_who_shows_a_caller_id_as_often_as_anybody_borrows_it_from_nobody(world):
    subscribers_call(world, times=1)
    for n, caller in enumerate(SUBSCRIBERS):
        world.say("other", 50.0 + n, customer="branch", calling_number=caller, called_number=called(90 + n))
    assert counted(world) == []


@pytest.mark.parametrize(("callers", "borrows"), [(10, True), (14, False)])
def test_who_hits_upon_a_few_of_others_numbers_is_no_borrower(callers, borrows):
    rows = [("c", "room", callers, 4, 4)]
    assert (MOST_BORROWED * callers <= 4) is borrows
    assert bool(borrowers(pl.DataFrame(rows, schema=BORROWED, orient="row"))) is borrows
