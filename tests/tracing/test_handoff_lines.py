"""What the evidence says of two records is what they say, whatever it is worth for this pair of carriers."""

from __future__ import annotations

import pytest

from hoptrace.linking.weights import DEFAULTS, Weights

BETWEEN_TWO = {
    "call_id": DEFAULTS["call_id"] | {"differs": 0.2},
    "orig_id": DEFAULTS["orig_id"] | {"differs": 0.3, "lost": 0.2},
    "outcome": DEFAULTS["outcome"] | {"alike": -0.2, "differs": 0.1, "failed_otherwise": 0.1},
}
"""Weights of two carriers between which Call-IDs and origids always differ and outcomes are told anyhow."""


def lines(world, above: dict[str, str], below: dict[str, str]) -> dict[str, tuple[bool | None, str]]:
    """What is said of a handoff, by what it is about; the two records say so much beside the usual."""
    world.weights = Weights(pairs={("up", "down"): BETWEEN_TWO})
    world.say("up", 0.0, customer="c", downstream="down", **above)
    world.say("down", 0.1, upstream="up", **below)
    hop = world.trace(at=0.1).hops[1]
    return {line.about: (line.agrees, line.detail) for line in hop.evidence}


@pytest.mark.parametrize("ended", ["answered", "no_answer"])
def test_ids_that_differ_are_told_so_even_where_that_speaks_for_the_handoff(world, ended):
    facts = {"outcome": ended}
    told = lines(
        world, {"call_id": "one@a", "orig_id": "first", **facts}, {"call_id": "two@b", "orig_id": "other", **facts}
    )
    assert told["call_id"] == (
        None,
        "Their Call-IDs differ, as they do wherever a carrier ends and restarts the call.",
    )
    assert told["orig_id"] == (False, "The SHAKEN origids differ.")


def test_an_origid_that_only_one_side_recorded_is_not_compared(world):
    assert "orig_id" not in lines(world, {"orig_id": "first"}, {})


def test_an_outcome_that_is_the_same_is_told_so_even_where_that_says_little(world):
    facts = {"outcome": "no_answer", "release_code": "480"}
    told = lines(world, facts, facts | {"release_code": "19"})
    assert told["outcome"] == (True, "Both say how it ended: no answer.")


def test_outcomes_that_differ_are_told_so(world):
    told = lines(world, {"outcome": "no_answer"}, {"outcome": "failed"})
    assert told["outcome"] == (False, "down says failed, up says no answer.")
