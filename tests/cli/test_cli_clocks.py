"""hoptrace clocks: the tables, their history, learning anew; and what submit says of files in a wrong zone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result

from hoptrace import open_workspace
from hoptrace.catalog.clocks import ClockRow, ShiftRow

Run = Callable[..., Result]
HEADER = "start_time,duration,calling_number,called_number,upstream,customer,downstream\n"
BEGIN = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
REFERENCE = datetime(2026, 11, 2, 17, tzinfo=UTC).timestamp()
ROWS = (
    ClockRow("alpha", -25_198.29, 0.149, 506, 2.68, REFERENCE, -7.0, start_is_answer=True, tick=60.0),
    ClockRow("bravo", 0.0, 20.0, 0, tick=1.0),
    ClockRow("charlie", 2.5, 0.05, 40, 0.1, REFERENCE),
)
SHIFTS = (ShiftRow("alpha-1", "alpha", 25_200.0, 13), ShiftRow("charlie-1", "charlie", 4_500.0, 80))


@pytest.fixture
def learned(loaded: Run) -> Run:
    """Two clock tables, the second with all there is."""
    with open_workspace("hoptrace-workspace") as workspace:
        workspace.catalog.clocks.save_clocks(1, ROWS[2:])
        workspace.catalog.clocks.save_clocks(2, ROWS, SHIFTS, {"network": {}})
    return loaded


def write(carrier: str, file: str, calls: range, hours: float = 0.0) -> str:
    """Records of calls from alpha to bravo as that carrier writes them, with times that are hours off."""
    ends = ",cust-81,bravo" if carrier == "alpha" else "alpha,,"
    late = 0.1 if carrier == "bravo" else 0.0
    lines = [
        f"{BEGIN + timedelta(hours=hours, seconds=97 * call + late):%Y-%m-%dT%H:%M:%S.%f}Z,30,"
        f"+1202555{call:04},+1312555{call:04},{ends}\n"
        for call in calls
    ]
    Path(file).write_text(HEADER + "".join(lines))
    return file


def test_the_table_tells_clocks_habits_and_single_batches(learned: Run) -> None:
    told = learned("clocks", "show").stdout
    assert "The offsets are those at 2026-11-02T17:00:00Z" in told
    lines = {line.split()[0]: line.split() for line in told.splitlines() if line.strip()}
    assert lines["alpha"][1:6] == ["-7", "+1.710", "+2.680", "0.149", "506"]
    assert " ".join(lines["alpha"][6:]) == "start is answer, cut to the minute"
    assert lines["bravo"][1:] == ["unknown", "0", "cut", "to", "the", "second"]
    assert lines["alpha-1"] == ["alpha-1", "alpha", "+7", "0", "13"]
    assert lines["charlie-1"][2:4] == ["+1.25", "+1.25"]
    assert "Clocks that were set" not in told


def test_clocks_that_were_set_stand_in_a_table_of_their_own(learned: Run) -> None:
    with open_workspace("hoptrace-workspace") as workspace:
        workspace.catalog.clocks.save_clocks(3, ROWS, SHIFTS, {"steps": [("charlie", REFERENCE, -45.0)]})
    told = learned("clocks", "show").stdout
    before, _, steps = told.partition("Clocks that were set while records were written")
    assert steps, before
    assert ["charlie", "2026-11-02T17:00:00Z", "-45.000"] in [line.split() for line in steps.splitlines()]
    assert json.loads(learned("clocks", "show", "--json").stdout)["weights"]["steps"] == [["charlie", REFERENCE, -45.0]]


def test_of_two_carriers_that_only_know_each_other_either_may_have_been_set(learned: Run) -> None:
    told = {"steps": [("bravo", REFERENCE, 8.0), ("charlie", REFERENCE, -45.0)], "set_either": [("charlie", "alpha")]}
    with open_workspace("hoptrace-workspace") as workspace:
        workspace.catalog.clocks.save_clocks(3, ROWS, SHIFTS, told)
    shown = learned("clocks", "show").stdout
    lines = [line.split() for line in shown.splitlines()]
    assert ["charlie", "or", "alpha", "2026-11-02T17:00:00Z", "-45.000"] in lines
    assert ["bravo", "2026-11-02T17:00:00Z", "+8.000"] in lines
    assert "Only charlie and alpha tell of each other's clock" in shown


def test_without_a_command_the_newest_table_is_shown(learned: Run) -> None:
    assert learned("clocks").stdout == learned("clocks", "show").stdout
    assert json.loads(learned("clocks", "--json").stdout) == json.loads(learned("clocks", "show", "--json").stdout)
    assert learned("clocks", "--json", "history").exit_code == 2


def test_json_has_everything(learned: Run) -> None:
    told = json.loads(learned("clocks", "show", "--json").stdout)
    assert told["rows"][0] == {
        "carrier_id": "alpha",
        "offset": -25_198.29,
        "spread": 0.149,
        "matches": 506,
        "drift": 2.68,
        "reference": REFERENCE,
        "hours": -7.0,
        "start_is_answer": True,
        "tick": 60.0,
    }
    assert told["shifts"][1] == {"batch": "charlie-1", "carrier_id": "charlie", "shift": 4_500.0, "matches": 80}
    assert told["weights"] == {"network": {}}
    assert told["handed_on"] == 0.1


def test_what_a_handoff_takes_is_told_where_it_is_not_as_usual(learned: Run) -> None:
    assert "handoff" not in learned("clocks", "show").stdout
    with open_workspace("hoptrace-workspace") as workspace:
        workspace.catalog.clocks.save_clocks(3, ROWS, SHIFTS, {"handed_on": 0.42})
    assert "A handoff takes 0.42 s in this network; 0.1 s is usual." in learned("clocks", "show").stdout
    assert json.loads(learned("clocks", "show", "--json").stdout)["handed_on"] == 0.42
    assert "handoff" not in learned("clocks", "show", "--version", "2").stdout


def test_a_carrier_that_keeps_calls_for_longer_is_told_to(learned: Run) -> None:
    with open_workspace("hoptrace-workspace") as workspace:
        workspace.catalog.clocks.save_clocks(3, ROWS, SHIFTS, {"delays": [["charlie", 1.07, 0.4], ["bravo", 0.0, 0.5]]})
    lines = {line.split()[0]: line for line in learned("clocks", "show").stdout.splitlines() if line.strip()}
    assert lines["charlie"].rstrip().endswith("hands on 1.1 s late")
    assert "hands on" not in lines["bravo"]


def test_how_far_reported_times_are_off_is_told_where_it_was_learned(learned: Run) -> None:
    assert "reported times" not in learned("clocks", "show").stdout
    reports = {"seconds": [2.14, 0.0], "minutes": [-30.0, 52.1]}
    with open_workspace("hoptrace-workspace") as workspace:
        workspace.catalog.clocks.save_clocks(3, ROWS, SHIFTS, {"reports": reports})
    told = learned("clocks", "show").stdout
    assert "By calls that were traced, reported times are 2.1 s late on average.\n" in told
    assert "reported times of full minutes are 30.0 s early on average and may be off by 52.1 s.\n" in told


def test_a_file_of_calls_says_that_its_times_are_full_minutes(learned: Run) -> None:
    rows = [f"C{number},2026-11-02T15:{number:02}:00Z,+1312555{number:04}\n" for number in range(4)]
    Path("calls.csv").write_text("call_ref,start_time,called_number\n" + "".join(rows))
    done = learned("trace", "--calls", "calls.csv", "--out", "results.jsonl")
    assert done.exit_code == 0
    assert "reported times of full minutes are 30.0 s early on average and may be off by 52.1 s" in done.stderr


def test_a_file_of_calls_says_that_records_are_of_other_days(loaded: Run) -> None:
    assert loaded("submit", write("alpha", "alpha.csv", range(20)), "--carrier", "alpha").exit_code == 0
    last = BEGIN + timedelta(seconds=97 * 19)
    times = [last, last + timedelta(seconds=599), last + timedelta(hours=5), BEGIN - timedelta(hours=7)]
    rows = [f"C{number},{time.isoformat()},+13125550001\n" for number, time in enumerate(times)]
    Path("calls.csv").write_text("call_ref,start_time,called_number\n" + "".join(rows))
    done = loaded("trace", "--calls", "calls.csv", "--out", "results.jsonl", "--json")
    assert json.loads(done.stdout)["outside"]["calls"] == 2
    assert (
        "2 calls outside the time of all records on file, 2026-11-02T15:00:00Z to 2026-11-02T15:30:43Z" in done.stderr
    )


def test_a_file_of_calls_says_that_its_times_are_hours_off(loaded: Run) -> None:
    assert loaded("submit", write("alpha", "alpha.csv", range(20)), "--carrier", "alpha").exit_code == 0
    times = [BEGIN + timedelta(hours=-5, seconds=97 * call) for call in range(8)]
    rows = [f"C{call},{time.isoformat()},+1312555{call:04},+1202555{call:04}\n" for call, time in enumerate(times)]
    Path("calls.csv").write_text("call_ref,start_time,called_number,calling_number\n" + "".join(rows))
    done = loaded("trace", "--calls", "calls.csv", "--out", "results.jsonl", "--json")
    told = json.loads(done.stdout)
    assert told["hours_off"] == {"calls": 8, "of": 8, "hours": 5.0}
    assert told["verdicts"] == {"not_found": 8}
    assert (
        "Note: of 8 calls looked at, 8 have no record at their time, but one with both their numbers 5 hours later. "
        "If calls.csv is in another time zone than it says, correct it (5 hours later)" in done.stderr
    )


def test_older_tables_are_listed_and_shown(learned: Run) -> None:
    heads = json.loads(learned("clocks", "history", "--json").stdout)
    assert [(head["version"], head["lake_version"], head["carriers"], head["shifts"]) for head in heads] == [
        (2, 2, 3, 2),
        (1, 1, 1, 0),
    ]
    assert "Lake version" in learned("clocks", "history").stdout
    assert "alpha" not in learned("clocks", "show", "--version", "1").stdout
    unknown = learned("clocks", "show", "--version", "9")
    assert unknown.exit_code == 4
    assert "no clock table 9" in unknown.stderr


def test_learning_anew_replaces_what_the_records_do_not_show(learned: Run) -> None:
    assert "A new table was learned." in learned("clocks", "learn").stdout
    assert "Nothing new was found." in learned("clocks", "learn").stdout
    assert json.loads(learned("clocks", "learn", "--json").stdout)["version"] == 3


def test_submit_tells_which_batches_are_hours_off(loaded: Run) -> None:
    loaded("submit", write("alpha", "a.csv", range(80)), "--carrier", "alpha")
    files = [write("bravo", "b1.csv", range(50)), write("bravo", "b2.csv", range(50, 80), hours=-5)]
    good, bad = json.loads(loaded("submit", *files, "--carrier", "bravo", "--json").stdout)
    assert (good["hours_off"], good["clock_note"]) == (0, None)
    assert bad["hours_off"] == -5
    assert "5 whole hours slow" in bad["clock_note"]
    again = loaded("submit", *files, "--carrier", "bravo").stdout
    assert again.count("Note:") == 1
    assert f"batch {bad['batch']} runs 5 whole hours slow" in again.splitlines()[-1]


def test_submit_tells_when_all_files_are_hours_off(loaded: Run) -> None:
    Path("carriers.csv").write_text("carrier_id\nalpha\nbravo\ncharlie\n")
    loaded("submit", write("alpha", "a.csv", range(60)), "--carrier", "alpha")
    loaded("submit", write("bravo", "b.csv", range(30, 60)), "--carrier", "bravo")
    files = [write("charlie", "c1.csv", range(15), hours=1), write("charlie", "c2.csv", range(15, 30), hours=1)]
    Path("a2.csv").write_text(Path("a.csv").read_text().replace(",bravo", ",charlie"))
    loaded("submit", "a2.csv", "--carrier", "alpha")
    told = loaded("submit", *files, "--carrier", "charlie").stdout
    assert "all 2 batches just submitted" in told
    assert "1 whole hour fast" in told
