from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hoptrace.intake.formats.leg_attempts import attempts_of, joined

BASE = datetime(2026, 3, 2, 14, tzinfo=UTC)


@dataclass(frozen=True)
class Leg:
    row: int
    incoming: bool
    second: int
    answered: bool = False

    @property
    def begun(self) -> datetime:
        return BASE + timedelta(seconds=self.second)

    @property
    def rows(self) -> tuple[tuple[int, int], ...]:
        return ((0, self.row),)


LEGS = st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.booleans()), max_size=12).map(
    lambda told: [Leg(row, *facts) for row, facts in enumerate(told, start=1)]
)


def test_an_outgoing_leg_belongs_to_the_latest_incoming_one_before_it() -> None:
    first, second, gone = Leg(1, True, 0), Leg(2, True, 5), Leg(3, False, 6)
    found = [(attempt.incoming, attempt.outgoing) for attempt in attempts_of([gone, second, first])]
    assert found == [(first, None), (second, gone)]


def test_the_incoming_row_stands_for_the_attempt_that_was_answered() -> None:
    come, tried, answered = Leg(1, True, 0), Leg(2, False, 2), Leg(3, False, 1, answered=True)
    assert {attempt.rows for attempt in attempts_of([come, tried, answered])} == {((0, 1), (0, 3)), ((0, 2),)}


@given(st.booleans(), st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_one_leg_in_and_one_out_are_one_attempt(first: bool, begun: int, gone_at: int, answered: bool) -> None:
    come, gone = Leg(1, True, begun), Leg(2, False, gone_at, answered)
    (attempt,) = attempts_of([come, gone] if first else [gone, come])
    assert attempt == (come, gone, ((0, 1), (0, 2)))


@given(LEGS)
def test_every_row_is_in_exactly_one_attempt(legs: list[Leg]) -> None:
    rows = [row for attempt in attempts_of(legs) for row in attempt.rows]
    assert sorted(rows) == sorted(row for leg in legs for row in leg.rows)


def test_legs_are_joined_by_way_of_others() -> None:
    ids = [("a",), ("b",), ("c", "b"), (), ("a", "c"), ()]
    legs = [Leg(row, True, row) for row in range(len(ids))]
    assert sorted(sorted(leg.row for leg in group) for group in joined(legs, ids)) == [[0, 1, 2, 4], [3], [5]]


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=3), max_size=12))
def test_legs_that_share_an_id_are_never_apart(ids: list[list[str]]) -> None:
    legs = [Leg(row, True, row) for row in range(len(ids))]
    place = {leg.row: at for at, group in enumerate(joined(legs, ids)) for leg in group}
    assert sorted(place) == list(range(len(ids)))
    for one, names in enumerate(ids):
        for other, others in enumerate(ids):
            if not set(names).isdisjoint(others):
                assert place[one] == place[other]
