"""init, carriers, lake and clocks on a real workspace."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from hoptrace import open_workspace

Run = Callable[..., Result]


def test_init_says_what_it_made(run: Run) -> None:
    told = run("init", "--home-country", "gb", "--json")
    assert json.loads(told.stdout) == {
        "workspace": str(Path("hoptrace-workspace").absolute()),
        "home_country": "GB",
    }


def test_init_twice_is_refused(run: Run) -> None:
    assert run("init").exit_code == 0
    again = run("init")
    assert again.exit_code == 1
    assert "already is a hoptrace workspace" in again.stderr


def test_loading_tells_what_changed(loaded: Run) -> None:
    again = loaded("carriers", "load", "carriers.csv", "--json")
    assert json.loads(again.stdout)["unchanged"] == 3


def test_a_wrong_directory_is_refused_with_its_line(loaded: Run) -> None:
    Path("wrong.csv").write_text("carrier_id,country\ndelta,Utopia\n")
    told = loaded("carriers", "load", "wrong.csv")
    assert told.exit_code == 1
    assert "wrong.csv, line 2" in told.stderr


def test_carriers_are_listed_as_they_are_written(loaded: Run) -> None:
    assert "Alpha [bold]Voice" in loaded("carriers", "list").stdout
    listed = json.loads(loaded("carriers", "list", "--json").stdout)
    assert [carrier["carrier_id"] for carrier in listed] == ["alpha", "bravo", "charlie"]


def test_a_carrier_is_shown_with_aliases_and_trunks(loaded: Run) -> None:
    told = loaded("carriers", "show", "alpha").stdout
    assert "lei" in told
    assert "cust-81" in told
    assert json.loads(loaded("carriers", "show", "bravo", "--json").stdout)["trunks"][0]["peer"] == "alpha"


def test_an_unknown_carrier_is_exit_code_4(loaded: Run) -> None:
    told = loaded("carriers", "show", "alfa")
    assert told.exit_code == 4
    assert "Did you mean alpha?" in told.stderr


def test_the_lake_of_a_new_workspace_is_empty(loaded: Run) -> None:
    told = json.loads(loaded("lake", "info", "--json").stdout)
    assert {"statements", "batches", "files", "bytes", "first_time", "last_time"} <= told.keys()
    assert (told["statements"], told["first_time"]) == (0, None)
    assert "statements" in loaded("lake", "info").stdout


def test_clocks_of_a_new_workspace_are_none(loaded: Run) -> None:
    assert json.loads(loaded("clocks", "show", "--json").stdout) == {
        "version": 0,
        "lake_version": 0,
        "rows": [],
        "shifts": [],
        "weights": {},
        "handed_on": 0.1,
    }


def test_a_call_that_was_not_traced_has_no_report(loaded: Run) -> None:
    told = loaded("report", "trace", "c1", "--out", "c1.html")
    assert told.exit_code == 4
    assert not Path("c1.html").exists()


LIES = [
    ["bravo", "alpha", "upstream", 20, 20],
    ["bravo", "delta", "upstream", 9, 9],
    ["charlie", "bravo", "upstream", 90, 1],
]


def test_conflicts_of_a_new_workspace_are_none(loaded: Run) -> None:
    assert json.loads(loaded("carriers", "conflicts", "--json").stdout) == []
    assert "No carrier's statements are contradicted" in loaded("carriers", "conflicts").stdout


def test_conflicts_tell_who_is_contradicted_by_whom(loaded: Run) -> None:
    honest = [["charlie", named, "upstream", 200, 0] for named in ("alpha", "delta")]
    with open_workspace("hoptrace-workspace") as workspace:
        workspace.catalog.clocks.save_clocks(1, [], weights={"trust": {"clashes": [*LIES, *honest]}})
    told = loaded("carriers", "conflicts").stdout
    assert "names an upstream that has no such call" in told
    assert "alpha (20), delta (9)" in told
    assert "no proof of intent" in told
    (row,) = json.loads(loaded("carriers", "conflicts", "--json").stdout)
    assert (row["carrier_id"], row["kind"], row["contradicted"], row["said"]) == ("bravo", "untrue_upstream", 29, 29)
    everything = json.loads(loaded("carriers", "conflicts", "--all", "--json").stdout)
    assert [(each["carrier_id"], each["worth_asking"]) for each in everything] == [("bravo", True), ("charlie", False)]


def test_trunks_that_are_listed_after_the_records_came_in_are_told_once(loaded: Run) -> None:
    Path("a.csv").write_text("start_time,called_number,upstream\n2026-11-02T15:00:00Z,+13125550187,gw-7\n")
    assert "gw-7" in loaded("submit", "a.csv", "--carrier", "bravo").stdout
    Path("more.csv").write_text("carrier_id,trunk,peer,customer\nbravo,gw-7,charlie,\n")
    told = loaded("carriers", "load", "carriers.csv", "--trunks", "more.csv").stdout
    assert "no meaning, or another one, when they came in: gw-7 (bravo)." in told
    asked = ("trace", "--called", "+13125550187", "--at", "2026-11-02T15:00:00Z", "--json")
    assert json.loads(loaded(*asked).stdout)["path"] == ["bravo", "charlie"]
    again = loaded("carriers", "load", "carriers.csv", "--trunks", "more.csv", "--json")
    assert json.loads(again.stdout)["relisted"] == []
