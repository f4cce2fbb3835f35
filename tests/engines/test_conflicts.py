"""Conflicts between carriers: out of counts, and out of a simulated network in which some carriers lie."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import hoptrace
from hoptrace import Conflict
from hoptrace.engines.conflicts import ConflictKind, conflicts_of
from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.simulate import scenario_named, simulate, turned

SMALL = (
    *("network.originating=6", "network.tier1=3", "network.tier2=4", "network.tier3=4", "network.gateways=2"),
    *("network.foreign=2", "network.terminating=4", "network.switch_formats=0", "network.files=1"),
)


def conflicts(
    clashes: list[tuple[str, str, str, int, int]],
    claims: list[tuple[str, str, int]] | None = None,
    traffic: list[tuple[str, int, int, int]] | None = None,
) -> list[Conflict]:
    counts = {"clashes": clashes, "claims": claims or [], "traffic": traffic or []}
    return conflicts_of(Trust.from_json(counts))


def test_nothing_learned_is_no_conflict() -> None:
    assert conflicts_of(Trust()) == []


def test_who_blames_several_innocents_is_the_cause() -> None:
    good = [("honest", named, "upstream", 100, 0) for named in ("b", "c", "d")]
    (found,) = conflicts([*good, ("liar", "b", "upstream", 20, 20), ("liar", "c", "upstream", 10, 9)])
    assert (found.carrier_id, found.kind) == ("liar", ConflictKind.UNTRUE_UPSTREAM)
    assert (found.contradicted, found.said) == (29, 30)
    assert [(by.carrier_id, by.contradicted) for by in found.neighbours] == [("b", 20), ("c", 9)]
    assert found.probability > 0.9
    assert found.worth_asking


def test_whose_upstream_lacks_rows_for_everybody_is_not_the_cause() -> None:
    found = conflicts([(namer, "loser", "upstream", 100, 40) for namer in ("a", "b", "c")])
    assert len(found) == 3
    assert not any(each.worth_asking for each in found)
    assert max(each.probability for each in found) < 0.5


def test_a_lost_row_or_two_is_not_worth_a_question() -> None:
    good = [(namer, "b", "upstream", 200, 0) for namer in ("a", "c", "d")]
    (found,) = conflicts([*good, ("e", "b", "upstream", 2, 2)])
    assert (found.carrier_id, found.contradicted, found.said) == ("e", 2, 2)
    assert not found.worth_asking


def test_who_claims_the_calls_of_several_is_the_cause() -> None:
    claims = [("a", "liar", 12), ("b", "liar", 9), ("c", "liar", 4)]
    (found,) = conflicts([], claims, [("liar", 40, 30, 0)])
    assert found.kind == ConflictKind.CLAIMED_CUSTOMERS
    assert (found.contradicted, found.said, found.worth_asking) == (25, 40, True)
    assert [by.carrier_id for by in found.neighbours] == ["a", "b", "c"]


def test_handoffs_that_nobody_got_are_laid_at_the_one_who_made_them_up() -> None:
    good = [("honest", named, "downstream", 200, 0) for named in ("b", "c")]
    found = conflicts([*good, ("liar", "b", "downstream", 50, 30), ("liar", "c", "downstream", 40, 20)])
    (liar,) = (each for each in found if each.worth_asking)
    assert (liar.carrier_id, liar.kind) == ("liar", ConflictKind.MADE_UP_HANDOFFS)
    assert (liar.contradicted, liar.said) == (50, 90)


def test_what_the_next_carrier_claims_for_itself_is_not_made_up() -> None:
    clashes = [(namer, "liar", "downstream", 50, 30) for namer in ("a", "b", "c")]
    found = conflicts(clashes, [(namer, "liar", 30) for namer in ("a", "b", "c")], [("liar", 100, 60, 0)])
    assert [each.carrier_id for each in found if each.worth_asking] == ["liar"]


def test_most_neighbours_come_first() -> None:
    found = conflicts(
        [("a", "x", "upstream", 90, 80), *(("b", named, "upstream", 9, 8) for named in ("x", "y"))],
    )
    assert [each.carrier_id for each in found] == ["b", "a"]


@pytest.fixture(scope="module")
def liars(tmp_path_factory: pytest.TempPathFactory, submit_world) -> tuple[list[Conflict], set[str]]:
    """The conflicts of a simulated world, and the carriers that lie in it of calls that were traced."""
    folder = tmp_path_factory.mktemp("lies")
    world = folder / "world"
    simulate(turned(scenario_named("lies", calls=1_500, traced=150), SMALL), 3, world)
    with hoptrace.init_workspace(folder / "workspace") as workspace:
        workspace.catalog.directory.load_directory(world / "carriers.csv", world / "trunks.csv")
        submit_world(world, workspace)
        return hoptrace.carriers_conflicts(workspace), _lying(world / "truth.jsonl")


def _lying(truth: Path) -> set[str]:
    rows = [json.loads(line) for line in truth.read_text().splitlines()]
    return {lie["carrier"] for row in rows for lie in row["lies"] if lie["lie"] in ("blames", "invents")}


def test_those_who_lie_are_found_and_nobody_else(liars: tuple[list[Conflict], set[str]]) -> None:
    found, lying = liars
    assert lying
    assert {each.carrier_id for each in found if each.worth_asking} == lying
