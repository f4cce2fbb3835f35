"""What must not change a trace's answer, on random small worlds."""

from __future__ import annotations

import dataclasses
import random
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hoptrace.model.verdicts import Verdict

CARRIERS = ("o1", "o2", "t1", "t2", "t3", "gate", "term")


def build(new_world, seed: int):
    """A few calls to one number over random chains; some carriers silent, some redials, a failed branch or two."""
    chance = random.Random(seed)
    world = new_world()
    world.country = {"o2": "GB", **dict.fromkeys(("o1", "t1", "t2", "t3", "gate", "term"), "US")}
    for n in range(chance.randint(1, 4)):
        middle = chance.sample(["t1", "t2", "t3", "gate"], chance.randint(0, 3))
        world.chain(chance.choice(["o1", "o2"]), *middle, "term", at=n * chance.uniform(1.0, 9.0))
    silent = {carrier for carrier in ("t1", "t2", "gate") if chance.random() < 0.25}
    world.rows = [row for row in world.rows if row["carrier"] not in silent]
    world.covers -= silent
    return world


def answer(result):
    """What a reader is told, without the places in the files."""
    hops = tuple((hop.carrier, hop.support, hop.evidence) for hop in result.hops)
    return result.verdict, result.path, result.customer, result.point_of_entry, round(result.confidence, 3), hops


seeds = st.integers(0, 10_000)
quick = settings(max_examples=25, deadline=None)
few = settings(max_examples=8, deadline=None)


@given(seed=seeds)
@quick
def test_the_order_of_the_records_does_not_matter(new_world_type, seed):
    world = build(new_world_type, seed)
    before = answer(world.trace())
    random.Random(seed + 1).shuffle(world.rows)
    assert answer(world.trace()) == before


@given(seed=seeds, days=st.integers(-300, 300))
@quick
def test_the_date_does_not_matter(new_world_type, seed, days):
    world = build(new_world_type, seed)
    before = answer(world.trace())
    moved = timedelta(days=days)
    for row in world.rows:
        for name in ("start_time", "answer_time", "end_time"):
            if row.get(name) is not None:
                row[name] += moved
    shifted = world.trace(at=moved.total_seconds())
    assert answer(shifted)[:4] == before[:4]


@given(seed=seeds, carrier=st.sampled_from(CARRIERS), fast=st.integers(-7200, 7200))
@quick
def test_a_known_clock_offset_does_not_matter(new_world_type, seed, carrier, fast):
    world = build(new_world_type, seed)
    before = answer(world.trace())
    world.clocks[carrier] = float(fast)
    for row in world.rows:
        if row["carrier"] == carrier:
            for name in ("start_time", "answer_time", "end_time"):
                if row.get(name) is not None:
                    row[name] += timedelta(seconds=fast)
    after = world.trace()
    assert answer(after)[:4] == before[:4]


@given(seed=seeds)
@quick
def test_other_peoples_calls_do_not_matter(new_world_type, seed):
    world = build(new_world_type, seed)
    world.covers |= {"o2", "t3", "term"}  # how many carriers take part does matter
    before = answer(world.trace())
    world.chain("o2", "t3", "term", at=0.3, called_number="+13125550111", calling_number="+12025550177")
    assert answer(world.trace()) == before


@given(seed=seeds)
@quick
def test_an_originator_is_only_named_by_its_own_record(new_world_type, seed):
    world = build(new_world_type, seed)
    found = world.trace()
    named = [row for row in world.rows if row.get("customer") and row["carrier"] == found.originating_carrier]
    assert (found.verdict is Verdict.ORIGINATOR_IDENTIFIED) == bool(found.customer)
    assert bool(named) == bool(found.customer)
    assert len(found.hops) == len(found.path)
    assert 0.0 <= found.confidence <= 1.0


@given(seed=seeds)
@quick
def test_without_the_originators_records_nobody_is_named_who_did_not_say_so(new_world_type, seed):
    world = build(new_world_type, seed)
    world.rows = [row for row in world.rows if not row.get("customer")]
    if world.rows:
        found = world.trace()
        assert found.originating_carrier is None
        assert dataclasses.asdict(found)["customer"] is None


class AnyOrder:
    """A view that gives its statements in an order of its own each time."""

    version = 1

    def __init__(self, view, seed: int) -> None:
        self.view, self.seed = view, seed

    def statements(self, spans):
        return self._mixed(self.view.statements(spans))

    def placed_by(self, spans):
        return self._mixed(self.view.placed_by(spans))

    def _mixed(self, frame):
        self.seed += 1
        return frame.sample(fraction=1.0, shuffle=True, seed=self.seed)


def build_harder(new_world, seed: int):
    """The same with times cut to minutes, calls that nobody answered, refused routes, rewritten numbers and liars."""
    chance = random.Random(seed)
    world = build(new_world, seed)
    coarse = chance.choice(["t1", "t2", "gate", "nobody"])
    for row in world.rows:
        if row["carrier"] == coarse:
            row["start_time"] = row["start_time"].replace(second=0, microsecond=0)
            row["precision"] = 60_000_000
        if chance.random() < 0.1:
            row |= {"outcome": "failed", "release_code": "503"}
        if chance.random() < 0.1:
            row |= {"calling_number": "anonymous", "calling": -1}
    if chance.random() < 0.4:
        world.say("t3", 0.05, upstream="t1", downstream=chance.choice(CARRIERS))
    if chance.random() < 0.4:
        world.say("o1", chance.uniform(-1, 1), customer="invented", downstream="term")
    return numbered(world)


def numbered(world, files: int = 1):
    """Each row at a place of its own, in so many files of its carrier."""
    for place, row in enumerate(world.rows):
        row["row"], row["batch"] = place + 1, f"{row['carrier']}-{place % files}"
    return world


def told(result):
    """Verdict and origin; of records that fit exactly alike either may stand in the path of an ambiguous answer."""
    path = None if result.verdict is Verdict.AMBIGUOUS else result.path
    return result.verdict, path, result.customer, result.point_of_entry


@given(seed=seeds)
@few
def test_the_order_of_statements_does_not_matter_to_any_answer(new_world_type, seed):
    """Nor do the files they stand in, their places there, or the order in which the lake gives them back."""
    world = build_harder(new_world_type, seed)
    before = [told(world.trace(at=at)) for at in (0.0, 4.0)]
    random.Random(seed + 1).shuffle(world.rows)
    numbered(world, files=3)

    class Mixed(new_world_type):
        def ground(self):
            ground = super().ground()
            return dataclasses.replace(ground, view=AnyOrder(ground.view, seed))

    mixed = Mixed(world.rows, world.country, world.clocks, world.covers, world.spread)
    assert [told(mixed.trace(at=at)) for at in (0.0, 4.0)] == before


@given(seed=seeds)
@few
def test_a_call_traced_alone_is_answered_as_in_a_batch(new_world_type, report_call_type, seed):
    world = build_harder(new_world_type, seed)
    chance = random.Random(seed + 2)
    for n in range(3):
        called = f"+1312555{101 + n:04d}"
        world.chain("o1", chance.choice(["t1", "t2"]), "term", at=chance.uniform(-50, 50), called_number=called)
    numbered(world)
    numbers = ["+13125550187", "+13125550187", "+13125550101", "+13125550102", "+13125550103"]
    calls = [
        report_call_type(chance.uniform(-5.0, 9.0), call_ref=f"C{n}", called=called, terminating_carrier=end)
        for n, (called, end) in enumerate(zip(numbers, [None, "term", "term", "gate", None], strict=True))
    ]
    together = world.trace_all(calls)
    assert together == [world.trace_all([call])[0] for call in calls]
    backwards = world.trace_all(calls[::-1])
    assert together == backwards[::-1]
