"""A caller of whom only the beginning is known: it speaks for a match, or against one, but little."""

from __future__ import annotations

import pytest

from hoptrace.linking.weights import DEFAULTS
from hoptrace.model.number_masks import CUT, masked_key

CALLER = "+12025550143"


@pytest.mark.parametrize(
    ("mask", "weight", "agrees"),
    [
        (masked_key("1202555", 4), 0.7, True),
        (masked_key("1202555", CUT), 0.7, True),
        (masked_key("1202556", 4), -0.7, False),
        (masked_key("1202555", 5), -0.7, False),
    ],
)
@pytest.mark.parametrize("side", ["upper", "lower"])
def test_the_beginning_weighs_little(world, report_call, side: str, mask: int, weight: float, agrees: bool) -> None:
    masked = {"calling": mask, "calling_number": "1202555XXXX"}
    world.say("orig", 0.0, downstream="term", customer="cust-1", **(masked if side == "upper" else {}))
    world.say("term", 0.1, upstream="orig", **(masked if side == "lower" else {}))
    gathered = world.gather([report_call(0.0)])
    assert gathered.pairs["w_calling"].to_list() == [weight]
    found = world.trace()
    assert found.originating_carrier == "orig"
    (told,) = [line for line in found.hops[1].evidence if line.about == "calling number"]
    assert told.agrees is agrees
    assert "only the beginning is compared" in told.detail
    assert found.hops[0 if side == "lower" else 1].calling.startswith("+120255")


def test_it_weighs_less_than_any_whole_number() -> None:
    assert abs(0.7) < min(abs(DEFAULTS["calling"]["same"]), abs(DEFAULTS["calling"]["changed"]))


def test_a_report_with_the_whole_number_is_not_contradicted(world, report_call) -> None:
    world.say("orig", 0.0, downstream="term", customer="cust-1")
    world.say("term", 0.1, upstream="orig", calling=masked_key("1202555", 4), calling_number="1202555XXXX")
    fits, other = (world.trace(calling=number).confidence for number in (CALLER, "+14155550143"))
    assert fits >= other
