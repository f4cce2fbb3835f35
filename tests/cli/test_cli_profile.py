"""hoptrace profile: what a file is, how it is read, proposed and kept profiles; and submit by their names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures" / "formats"
UNKNOWN = (
    "when;who;whom;secs;in_trunk;out_trunk\n"
    "2026-11-02 02:00:01;12025550143;13125550187;30;T1;T2\n"
    "2026-11-02 02:00:09;12025550144;13125550188;0;T1;T3\n"
    "2026-11-02 02:00:19;12025550145;13125550189;7;T9;T3\n"
)
PROFILE = """
format = "delimited"
[file]
delimiter = ";"
[fields]
start_time = "when"
calling_number = "who"
called_number = "whom"
duration = "secs"
upstream = "in_trunk"
[time]
formats = ["%Y-%m-%d %H:%M:%S"]
timezone = "America/Chicago"
"""


@pytest.fixture
def files() -> None:
    Path("cdr.csv").write_text(UNKNOWN)
    Path("switch.toml").write_text(PROFILE)


def test_detect_says_what_a_file_is_why_and_how_sure(run) -> None:
    told = run("profile", "detect", str(FIXTURES / "sansay" / "cdr.txt"))
    assert told.exit_code == 0
    assert "sansay" in told.stdout
    assert "90%" in told.stdout
    assert "--format sansay" in told.stdout
    (claim,) = json.loads(run("profile", "detect", str(FIXTURES / "sansay" / "cdr.txt"), "--json").stdout)
    assert (claim["format"], claim["guessed"]) == ("sansay", True)


def test_detect_never_guesses_what_an_operator_chooses(run) -> None:
    told = run("profile", "detect", str(FIXTURES / "3cx" / "cdr.log"))
    assert "not read as 3cx unless you say so" in told.stdout
    assert "--profile 3cx" in told.stdout


def test_detect_of_an_unknown_file_names_the_way_on(run, files) -> None:
    told = run("profile", "detect", "cdr.csv")
    assert told.exit_code == 0
    assert told.stdout == "No format claims cdr.csv. Propose a profile for it with: hoptrace profile draft cdr.csv\n"


def test_show_puts_rows_beside_what_is_understood(run, files) -> None:
    told = run("profile", "show", "cdr.csv", "--profile", "switch.toml", "--country", "US")
    assert told.exit_code == 0, told.output
    assert "written     2026-11-02 02:00:01;12025550143;13125550187;30;T1;T2" in told.stdout
    assert "2026-11-02T08:00:01Z" in told.stdout
    assert "+13125550187" in told.stdout
    rows = json.loads(run("profile", "show", "cdr.csv", "--profile", "switch.toml", "--json").stdout)
    assert [row["row"] for row in rows] == [2, 3, 4]
    assert rows[0]["understood"]["duration"] == 30.0


def test_show_works_with_every_reader(run) -> None:
    path = FIXTURES / "yate" / "combined.csv"
    rows = json.loads(run("profile", "show", str(path), "--profile", "yate", "--json").stdout)
    assert rows[0]["written"] == path.read_text().splitlines()[0]
    assert rows[0]["fate"] == "accepted"


def test_show_without_a_profile_takes_what_submit_would_take(loaded, files) -> None:
    path = str(FIXTURES / "yate" / "combined.csv")
    named = loaded("profile", "show", path, "--profile", "yate", "--json").stdout
    assert json.loads(named)
    assert loaded("profile", "show", path, "--json").stdout == named
    assert loaded("profile", "add", "switch.toml", "--carrier", "alpha").exit_code == 0
    own = loaded("profile", "show", "cdr.csv", "--carrier", "alpha", "--json")
    assert own.stdout == loaded("profile", "show", "cdr.csv", "--profile", "switch.toml", "--json").stdout


def test_show_without_a_profile_guesses_nothing(run) -> None:
    Path("notes.txt").write_text("nothing of calls\n")
    for path, way in ((FIXTURES / "3cx" / "cdr.log", "--profile 3cx"), ("notes.txt", "hoptrace profile draft")):
        told = run("profile", "show", str(path))
        assert told.exit_code == 1
        assert way in told.stderr


def test_show_takes_no_telephone_for_what_the_carrier_lists_as_a_trunk(loaded) -> None:
    Path("trunks.csv").write_text("carrier_id,trunk,peer\nalpha,7001,bravo\n")
    assert loaded("carriers", "load", "carriers.csv", "--trunks", "trunks.csv").exit_code == 0
    Path("Master.csv").write_text(
        "calldate,src,dst,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,uniqueid\n"
        "2026-03-02 09:00:01,+12025550130,+12125550185,SIP/tg-north-00000001,SIP/7001-00000002,Dial,SIP/7001,20,12,"
        "ANSWERED,1772460001.1\n"
    )
    shown = ("profile", "show", "Master.csv", "--profile", "asterisk", "--json")
    for whose, downstream in ((("--carrier", "alpha"), "7001"), ((), None)):
        (row,) = json.loads(loaded(*shown, *whose).stdout)
        assert row["understood"].get("downstream") == downstream


def test_show_tells_what_would_be_refused_for_its_number(run, files) -> None:
    Path("bad.csv").write_text(UNKNOWN.replace(";13125550187;", ";;").replace(";13125550188;", ";anonymous;"))
    rows = json.loads(run("profile", "show", "bad.csv", "--profile", "switch.toml", "--json").stdout)
    assert [(row["fate"], row["reasons"]) for row in rows] == [
        ("rejected", ["called_number is missing"]),
        ("rejected", ["called_number is withheld"]),
        ("accepted", []),
    ]


def test_show_of_a_file_with_lone_carriage_returns(run) -> None:
    Path("mac.csv").write_bytes(UNKNOWN.replace("\n", "\r").encode())
    Path("switch.toml").write_text(PROFILE)
    rows = json.loads(run("profile", "show", "mac.csv", "--profile", "switch.toml", "--json").stdout)
    assert rows[1]["written"] == UNKNOWN.splitlines()[2]


def test_draft_reads_the_file_it_was_drafted_from(run, files) -> None:
    told = run("profile", "draft", "cdr.csv", "--out", "draft.toml")
    assert told.exit_code == 0, told.output
    text = Path("draft.toml").read_text()
    assert "# Tried on cdr.csv: 3 of 4 rows became calls." in text
    assert 'start_time = "when"' in text
    assert 'upstream = "in_trunk"' in text
    assert run("profile", "check", "draft.toml").exit_code == 0
    rows = json.loads(
        run("profile", "show", "cdr.csv", "--profile", "draft.toml", "--timezone", "UTC", "--json").stdout
    )
    assert rows[0]["understood"]["start_time"] == "2026-11-02T02:00:01Z"


def test_check_names_line_and_key(run) -> None:
    Path("bad.toml").write_text('format = "delimited"\n[file]\ndelimeter = ";"\n')
    told = run("profile", "check", "bad.toml")
    assert told.exit_code == 1
    assert told.stderr.startswith("bad.toml, line 3: file.delimeter: there is no such key; did you mean delimiter.")


def test_a_carrier_s_profile_is_added_listed_and_used_by_its_name(loaded, files) -> None:
    assert loaded("profile", "add", "switch.toml", "--carrier", "alpha").exit_code == 0
    stored = json.loads(loaded("profile", "list", "--carrier", "alpha", "--json").stdout)
    assert [(each["name"], each["version"]) for each in stored["stored"]] == [("switch", 1)]
    assert "sansay" in {each["name"] for each in stored["shipped"]}
    (receipt,) = json.loads(loaded("submit", "cdr.csv", "--carrier", "alpha", "--format", "switch", "--json").stdout)
    assert (receipt["format"], receipt["accepted"], receipt["skipped"]) == ("switch@1", 3, 1)
    assert receipt["timezone"] == "America/Chicago (from the profile)"
    told = loaded("submit", "cdr.csv", "--carrier", "bravo", "--format", "switch")
    assert told.exit_code == 2
    assert "There is no format 'switch'" in told.stderr


def test_list_and_add_in_words(loaded, files) -> None:
    told = loaded("profile", "add", "switch.toml", "--carrier", "alpha")
    assert told.stdout.startswith("switch.toml is kept as switch@1 of alpha.")
    assert "is at hand already as switch@1" in loaded("profile", "add", "switch.toml", "--carrier", "alpha").stdout
    listed = loaded("profile", "list").stdout
    assert "Sansay VSX/VSXi" in listed
    assert "switch" in listed


def test_a_shipped_profile_by_name_by_auto_and_under_own_keys(loaded) -> None:
    path = str(FIXTURES / "sansay" / "cdr.txt")
    (named,) = json.loads(loaded("submit", path, "--carrier", "alpha", "--format", "sansay", "--json").stdout)
    assert (named["format"], named["accepted"], named["skipped"]) == ("sansay", 4, 1)
    (found,) = json.loads(loaded("submit", path, "--carrier", "bravo", "--json").stdout)
    assert found["format"] == "sansay"
    Path("own.toml").write_text('format = "sansay"\n[numbers.trunks]\n"000202" = ["7701"]\n')
    (own,) = json.loads(loaded("submit", path, "--carrier", "charlie", "--format", "own.toml", "--json").stdout)
    assert (own["format"], own["rejected"]) == ("sansay", {})


def test_a_profile_without_a_format_lies_over_the_one_that_is_found(loaded) -> None:
    Path("own.toml").write_text('[fields]\nupstream = "x"\n[trunks]\nown = ["000202"]\n')
    told = loaded(
        "submit", str(FIXTURES / "twilio" / "calls.csv"), "--carrier", "alpha", "--format", "own.toml", "--json"
    )
    (receipt,) = json.loads(told.stdout)
    assert (receipt["format"], receipt["accepted"]) == ("twilio", 3)


def test_auto_refuses_what_an_operator_chooses_and_names_the_command(loaded) -> None:
    told = loaded("submit", str(FIXTURES / "3cx" / "cdr.log"), "--carrier", "alpha")
    assert told.exit_code == 1
    assert "hoptrace profile show cdr.log --profile 3cx" in told.stderr
    assert loaded("batches", "list", "--json").stdout.strip() == "[]"


def test_schema_is_json(run) -> None:
    assert json.loads(run("profile", "schema").stdout)["title"] == "A profile of hoptrace"
    assert run("profile", "schema", "--out", "s.json").exit_code == 0
    assert json.loads(Path("s.json").read_text())["properties"]["fields"]


def test_detect_and_auto_ask_the_carrier_s_own_profiles(loaded, files) -> None:
    loaded("profile", "add", "switch.toml", "--carrier", "alpha")
    (claim,) = json.loads(loaded("profile", "detect", "cdr.csv", "--carrier", "alpha", "--json").stdout)
    assert (claim["format"], claim["guessed"]) == ("switch@1", True)
    assert claim["take"] == "hoptrace submit cdr.csv --carrier alpha --format switch"
    assert claim["why"] == "its header has all 5 columns that the profile names"
    assert json.loads(loaded("profile", "detect", "cdr.csv", "--json").stdout) == []
    (receipt,) = json.loads(loaded("submit", "cdr.csv", "--carrier", "alpha", "--json").stdout)
    assert (receipt["format"], receipt["accepted"]) == ("switch@1", 3)
    assert receipt["timezone"] == "America/Chicago (from the profile)"
    told = loaded("submit", "cdr.csv", "--carrier", "bravo")
    assert told.exit_code == 1  # another carrier's profile is not asked
    assert "not a known format" in told.stderr


def test_a_stored_profile_stands_for_what_it_is_based_on(loaded) -> None:
    Path("own.toml").write_text('format = "sansay"\n[numbers.trunks]\n"000202" = ["7701"]\n')
    loaded("profile", "add", "own.toml", "--carrier", "alpha")
    path = str(FIXTURES / "sansay" / "cdr.txt")
    (claim,) = json.loads(loaded("profile", "detect", path, "--carrier", "alpha", "--json").stdout)
    assert claim["format"] == "own@1 over sansay"
    (receipt,) = json.loads(loaded("submit", path, "--carrier", "alpha", "--json").stdout)
    assert (receipt["format"], receipt["rejected"]) == ("own@1 over sansay", {})
    (other,) = json.loads(loaded("submit", path, "--carrier", "bravo", "--json").stdout)
    assert other["format"] == "sansay"


def test_a_stored_profile_of_a_reader_counts_with_its_rows(loaded) -> None:
    """Found by auto or named, the profile is read with the reader that it names; rejected rows keep their bytes."""
    Path("pbx.toml").write_text('format = "asterisk"\n[time]\ntimezone = "America/Chicago"\n')
    loaded("profile", "add", "pbx.toml", "--carrier", "alpha")
    path = str(FIXTURES / "asterisk" / "Master.csv")
    (receipt,) = json.loads(loaded("submit", path, "--carrier", "alpha", "--json").stdout)
    assert receipt["format"] == "pbx@1 over asterisk"
    assert receipt["timezone"] == "America/Chicago (from the profile)"


def test_two_stored_profiles_that_fit_are_asked_about(loaded, files) -> None:
    Path("other.toml").write_text(PROFILE)
    loaded("profile", "add", "switch.toml", "--carrier", "alpha")
    loaded("profile", "add", "other.toml", "--carrier", "alpha")
    told = loaded("submit", "cdr.csv", "--carrier", "alpha")
    assert told.exit_code == 1
    assert "Say which with --format other or --format switch." in told.stderr


def test_what_an_operator_chooses_is_not_guessed_by_a_stored_profile_either(loaded) -> None:
    Path("queue.toml").write_text('format = "3cx"\n[time]\ntimezone = "UTC"\n')
    loaded("profile", "add", "queue.toml", "--carrier", "alpha")
    path = str(FIXTURES / "3cx" / "cdr.log")
    told = loaded("submit", path, "--carrier", "alpha")
    assert told.exit_code == 1
    assert "hoptrace profile show cdr.log --profile queue --carrier alpha" in told.stderr
    assert "submit with --format queue" in told.stderr
    (receipt,) = json.loads(loaded("submit", path, "--carrier", "alpha", "--format", "queue", "--json").stdout)
    assert receipt["format"] == "queue@1 over 3cx"
    shown = loaded("profile", "show", path, "--profile", "queue", "--carrier", "alpha")
    assert shown.exit_code == 0, shown.output


def test_what_no_stored_profile_claims_names_them(loaded, files) -> None:
    loaded("profile", "add", "switch.toml", "--carrier", "alpha")
    Path("else.csv").write_text("a;b\n1;2\n")
    told = loaded("submit", "else.csv", "--carrier", "alpha")
    assert (
        "No stored profile of alpha claims it either; to read it by one all the same: --format switch." in told.stderr
    )


def test_list_without_a_workspace_shows_the_shipped_ones(run) -> None:
    told = run("profile", "list")
    assert told.exit_code == 0, told.output
    assert "Sansay VSX/VSXi" in told.stdout
    assert json.loads(run("profile", "list", "--json").stdout)["stored"] == []
    assert run("profile", "list", "--workspace", "nowhere").exit_code != 0
    assert run("profile", "list", "--carrier", "alpha").exit_code != 0


def test_a_zone_refusal_in_nobody_s_name_names_nobody(run, files) -> None:
    Path("zoneless.toml").write_text(PROFILE.replace('timezone = "America/Chicago"\n', ""))
    told = run("profile", "show", "cdr.csv", "--profile", "zoneless.toml")
    assert told.exit_code == 1
    assert "The times in this file have no zone" in told.stderr


def test_a_stored_profile_of_a_folder_s_format_takes_the_folder(loaded) -> None:
    Path("legs.toml").write_text('format = "freeswitch_json"\n[time]\ntimezone = "UTC"\n')
    loaded("profile", "add", "legs.toml", "--carrier", "alpha")
    path = str(FIXTURES / "freeswitch")
    told = loaded("submit", path, "--carrier", "alpha", "--format", "legs", "--json")
    assert {receipt["format"] for receipt in json.loads(told.stdout)} == {"legs@1 over freeswitch_json"}
