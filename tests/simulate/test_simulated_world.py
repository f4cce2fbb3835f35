from __future__ import annotations

import hashlib
import json
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hoptrace.errors import UsageError
from hoptrace.simulate import Faults, scenario_named, scenario_names, simulate
from hoptrace.simulate.kinds import FileKind
from hoptrace.simulate.world import happen


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_seed_gives_the_same_bytes(demo, tmp_path):
    simulate(demo.happened.scenario, demo.world.seed, tmp_path / "again")
    assert digests(tmp_path / "again") == digests(demo.world.folder)


def test_another_seed_gives_another_world(small, tmp_path):
    simulate("small", small.world.seed + 1, tmp_path / "other")
    assert digests(tmp_path / "other")["calls.csv"] != digests(small.world.folder)["calls.csv"]


def test_a_demo_world_is_made_within_seconds(tmp_path):
    begun = time.process_time()
    world = simulate("demo", 3, tmp_path / "world")
    assert time.process_time() - begun < 10
    assert 2_800 <= world.calls <= 3_600
    assert world.carriers == 40


def test_every_kind_of_file_occurs_in_the_demo(demo):
    kinds = {carrier.files for carrier in demo.happened.network.carriers}
    assert kinds == set(FileKind)


def test_submit_json_names_every_file_on_disk(demo):
    folder = demo.world.folder
    entries = json.loads((folder / "submit.json").read_text())
    named = {folder / name for entry in entries for name in entry["files"]}
    written = {path for path in (folder / "cdrs").rglob("*") if path.is_file()}
    assert {path for path in written if path not in named and path.parent not in named} == set()
    assert all(path.exists() for path in named)
    profiles = {entry["format"] for entry in entries if entry["format"].endswith(".toml")}
    assert profiles == {path.relative_to(folder).as_posix() for path in (folder / "profiles").iterdir()}


def test_only_reserved_numbers_and_addresses_are_written(demo):
    known = re.compile(
        r"\+1\d{3}55501\d\d|\+44(?:2079460|1134960|1144960|1214960|1314960|1414960|1614960|7700900)\d{3}"
    )
    for row in demo.table("calls.csv"):
        assert known.fullmatch(row["called_number"])
        assert row["calling_number"] == "anonymous" or known.fullmatch(row["calling_number"])
    addresses = {row["trunk"] for row in demo.table("trunks.csv") if row["trunk"][0].isdigit()}
    assert {address.rsplit(".", 1)[0] for address in addresses} <= {"203.0.113", "198.51.100", "192.0.2"}


def test_trunks_name_exactly_one_of_peer_and_customer(demo):
    carriers = {row["carrier_id"] for row in demo.table("carriers.csv")}
    seen = set()
    for row in demo.table("trunks.csv"):
        assert bool(row["peer"]) != bool(row["customer"])
        assert row["carrier_id"] in carriers
        assert not row["peer"] or row["peer"] in carriers
        assert (row["carrier_id"], row["trunk"]) not in seen
        seen.add((row["carrier_id"], row["trunk"]))


def test_a_folder_that_holds_something_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(UsageError, match="not empty"):
        simulate("small", 1, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_unknown_scenario_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="clean, clock-offsets"):
        scenario_named("nonesuch")


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_happens(name):
    world = happen(replace(scenario_named(name), traffic=replace(scenario_named(name).traffic, calls=400)), 5)
    assert world.filed.height > 0


def test_turning_one_fault_leaves_the_rest_of_the_world_as_it_was():
    calm = scenario_named("clean", calls=500)
    dark = replace(calm, faults=Faults(clock_spread=3.0, taking_part=0.5, dropped=0.1))
    one, other = happen(calm, 11), happen(dark, 11)
    assert one.records.equals(other.records)
    assert other.filed.height < one.filed.height
