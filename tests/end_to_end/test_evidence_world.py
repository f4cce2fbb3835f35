"""A simulated world with all faults: its traces are packaged, checked, and told in Thai to the last sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

import hoptrace
from hoptrace import Workspace
from hoptrace.engines.calls import read_calls
from hoptrace.evidence.keys import the_key
from hoptrace.evidence.packing import Contents, package
from hoptrace.evidence.verifying import verify
from hoptrace.reports.wording.language import language
from hoptrace.reports.wording.phrases import pattern_of, translated
from hoptrace.simulate import scenario_named, simulate

SEED = 11


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, submit_world) -> Iterator[tuple[Workspace, list[dict[str, Any]]]]:
    folder = tmp_path_factory.mktemp("evidence")
    simulate(scenario_named("all-strong", calls=800, traced=80), SEED, folder / "world")
    with hoptrace.init_workspace(folder / "workspace") as workspace:
        workspace.catalog.directory.load_directory(folder / "world/carriers.csv", folder / "world/trunks.csv")
        submit_world(folder / "world", workspace)
        results = hoptrace.trace(workspace, read_calls(folder / "world/calls.csv", "US"))
        yield workspace, [json.loads(result.as_json()) for result in results]


def sentences(result: dict[str, Any]) -> Iterator[str]:
    yield from (line["detail"] for hop in result["hops"] for line in hop["evidence"])
    yield from result["conflicts"]
    yield from (other["why"] for other in result["alternatives"])
    yield result["summary"]
    if result["next_request"] is not None:
        yield result["next_request"]["why"]


def test_every_sentence_of_a_trace_is_known_and_told_in_thai(world):
    _, results = world
    said = {sentence for result in results for sentence in sentences(result)}
    assert len(said) > 300
    assert [sentence for sentence in sorted(said) if pattern_of(sentence) is None] == []
    thai = language("th")
    english = re.compile(r"\b(?:the|says|that|which|call|record|it)\b ")
    assert [sentence for sentence in sorted(said) if english.search(translated(sentence, thai))] == []


def test_all_traces_go_into_a_package_that_replays_without_the_workspace(world, tmp_path):
    workspace, results = world
    assert len({result["verdict"] for result in results}) >= 4
    refs = [result["call_ref"] for result in results]
    made = package(workspace, refs, tmp_path / "case.zip", the_key(workspace.path), Contents(language="th"))
    found = verify(tmp_path / "case.zip")
    assert found.sound, found.problems
    assert found.replayed is not None
    assert all(one.same_bytes for one in found.replayed)
    assert (len(found.replayed), made.calls) == (len(refs), len(refs))
    # All files were kept; only rows of a database have no bytes of their own.
    receipts = [stored.receipt for stored in workspace.catalog.batches.list()]
    databases = {receipt.batch for receipt in receipts if receipt.format == "acc_sqlite"}
    without = [
        (record["batch"], record["row"])
        for result in results
        for hop in result["hops"]
        for record in hop["records"]
        if record["batch"] not in databases
    ]
    assert made.originals == len(set(without))
