"""Legs that are joined by an id, over all files of a group."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoptrace.intake.profile import read_profile

TOML = """
format = "delimited"
[fields]
start_time = "start"
duration = "secs"
calling_number = "from"
called_number = "to"
upstream = "peer"
downstream = "peer"
call_id = "cid"
release_code = "code"
[legs]
rule = "joined"
id = "call"
direction = "dir"
incoming = ["in"]
outgoing = ["out"]
"""
HEAD = "call,dir,start,secs,from,to,peer,cid,code\n"


def leg(
    call: str, way: str, second: int, secs: int = 0, peer: str = "TG", code: str = "200", to: str = "+13125550187"
) -> str:
    return f"{call},{way},2026-11-02T08:00:{second:02d}Z,{secs},+12025550143,{to},{peer},{call}-{way}-{peer},{code}\n"


@pytest.fixture
def joined(tmp_path: Path, take):
    def read(*contents: str):
        paths = [tmp_path / f"part{at}.csv" for at in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_text(HEAD + content)
        return take(read_profile(TOML, "legs.toml", "legs"), *paths)

    return read


def test_a_call_is_its_two_legs(joined) -> None:
    told = joined(leg("a", "in", 1, 10, "ALFA") + leg("a", "out", 2, 9, "BRAVO", to="13125550187"))
    assert told.calls.height == 1
    call = told.call(2)
    assert (call["upstream"], call["downstream"]) == ("ALFA", "BRAVO")
    assert (call["call_id"], call["egress_call_id"]) == ("a-in-ALFA", "a-out-BRAVO")
    assert (call["called_number"], call["egress_called_number"]) == ("+13125550187", "13125550187")
    assert call["duration"] == 10.0
    assert told.fates() == ["skipped", "accepted", "accepted"]


def test_every_route_that_was_tried_is_a_statement(joined) -> None:
    told = joined(
        leg("a", "in", 1, 10, "ALFA")
        + leg("a", "out", 2, 0, "BRAVO", "503")
        + leg("a", "out", 4, 9, "CHARLIE")
        + leg("a", "out", 6, 0, "DELTA", "487")
    )
    assert told.calls.sort("row").select("row", "downstream", "release_code", "duration").rows() == [
        (2, "CHARLIE", "200", 10.0),
        (3, "BRAVO", "503", 0.0),
        (5, "DELTA", "487", 0.0),
    ]
    assert told.calls["upstream"].unique().to_list() == ["ALFA"]


def test_legs_in_several_files(joined) -> None:
    told = joined(leg("a", "in", 1, 10, "ALFA") + leg("b", "in", 1, 0, "ALFA", "404"), leg("a", "out", 2, 9, "BRAVO"))
    assert told.calls.select("file", "row", "downstream").sort("row").rows() == [(0, 2, "BRAVO"), (0, 3, None)]
    assert told.rows.sort("file", "row")["fate"].to_list() == ["skipped", "accepted", "accepted", "skipped", "accepted"]


def test_a_leg_alone_says_what_it_knows(joined) -> None:
    told = joined(leg("a", "in", 1, 0, "ALFA", "404") + leg("b", "out", 1, 5, "BRAVO"))
    assert told.said(2, "upstream", "downstream", "release_code") == ("ALFA", None, "404")
    assert told.said(3, "upstream", "downstream") == (None, "BRAVO")


def test_an_outgoing_leg_goes_with_the_incoming_one_before_it(joined) -> None:
    told = joined(
        leg("a", "in", 1, 0, "ALFA")
        + leg("a", "in", 20, 9, "ECHO")
        + leg("a", "out", 3, 0, "BRAVO")
        + leg("a", "out", 22, 9, "BRAVO")
    )
    assert told.calls.select("upstream", "downstream").sort("upstream").rows() == [("ALFA", "BRAVO"), ("ECHO", "BRAVO")]


def test_legs_without_an_id_stand_alone_and_strange_directions_are_rejected(joined) -> None:
    told = joined(leg("", "in", 1, 0, "ALFA") + leg("", "out", 2, 0, "BRAVO") + leg("a", "across", 3))
    assert told.calls.height == 2
    assert told.reasons() == {4: ["direction is not one that the profile names"]}
