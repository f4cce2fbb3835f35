"""Which rows carry a call: record types, layouts by type and by the number of columns."""

from __future__ import annotations

import pytest

from hoptrace.errors import ColumnMissing

TYPED = """
[file]
header = false
delimiter = ";"
[records]
type = 1
call = ["START", "STOP"]
skip = ["REBOOT"]
"""
BY_LAYOUT = (
    TYPED
    + """
[[records.layout]]
types = ["START"]
columns = [4]
fields = { start_time = 2, called_number = 4 }
[[records.layout]]
types = ["STOP"]
columns = [5]
fields = { start_time = 2, duration = 3, called_number = 5 }
[fields]
calling_number = { column = 4, when = { column = 1, is = ["STOP"] } }
"""
)
START = "START;2026-11-02T08:00:01Z;x;+13125550187\n"
STOP = "STOP;2026-11-02T08:00:01Z;12;+12025550143;+13125550188\n"


def test_a_type_s_layout_is_chosen_by_its_text(taken) -> None:
    told = taken(START + STOP + "REBOOT;now\n" + "EVENT;a;b\n" + START.replace("\n", ";\n"), BY_LAYOUT)
    assert told.said(1, "called_number", "duration", "calling_number") == ("+13125550187", None, None)
    assert told.said(2, "called_number", "duration", "calling_number") == ("+13125550188", 12.0, "+12025550143")
    assert told.fates() == ["accepted", "accepted", "skipped", "rejected", "rejected"]
    assert told.reasons() == {
        4: ["row of a type that the profile does not name: EVENT"],
        5: ["5 columns where the profile names 4, 5"],
    }


def test_versions_by_the_number_of_columns(taken) -> None:
    toml = """
[file]
header = false
[[records.layout]]
columns = [3]
fields = { called_number = 3 }
[[records.layout]]
columns = [4]
names = "newer"
fields = { called_number = "dialled" }
[layouts]
newer = ["start", "from", "x", "dialled"]
[fields]
start_time = 1
calling_number = 2
"""
    told = taken("2026-11-02T08:00:01Z,a,+13125550187\n2026-11-02T08:00:02Z,b,zz,+13125550188\n1\n", toml)
    assert told.said(1, "called_number") == ("+13125550187",)
    assert told.said(2, "called_number") == ("+13125550188",)
    assert told.reasons() == {3: ["1 columns where the profile names 3, 4"]}


VERSIONS = """
dedupe = ["id"]
[file]
header = false
[layouts]
old = ["id", "start", "called"]
new = ["id", "start", "from", "called"]
[[records.layout]]
columns = [3]
names = "old"
[[records.layout]]
columns = [4]
names = "new"
[fields]
start_time = "start"
called_number = "called"
"""


def test_what_counts_for_every_version_is_named_by_columns_that_all_have_in_one_place(taken) -> None:
    rows = "7,2026-11-02T08:00:01Z,+13125550187\n7,2026-11-02T08:00:01Z,a,+13125550187\n8,2026-11-02T08:00:01Z,b,112\n"
    assert taken(rows, VERSIONS).fates() == ["accepted", "duplicate", "accepted"]
    with pytest.raises(ColumnMissing, match="takes dedupe from called, which the file does not have"):
        taken(rows, VERSIONS.replace('["id"]', '["called"]'))


def test_a_layout_s_own_units_and_conditions_count(taken) -> None:
    toml = (
        TYPED
        + """
[[records.layout]]
types = ["START"]
fields = { duration = { column = 3, unit = "ms" } }
[[records.layout]]
types = ["STOP"]
fields = { duration = { column = 3, unit = "h:m:s" } }
[fields]
start_time = 2
called_number = 4
"""
    )
    told = taken("START;2026-11-02T08:00:01Z;1500;1\nSTOP;2026-11-02T08:00:02Z;00:01:05;1\n", toml)
    assert told.calls["duration"].to_list() == [1.5, 65.0]


def test_types_of_one_width_are_told_apart_on_the_quick_way(taken) -> None:
    toml = TYPED + "[fields]\nstart_time = 2\ncalled_number = 4\n"
    told = taken(START + START.replace("START", "REBOOT") + START.replace("START", ""), toml)
    assert told.fates() == ["accepted", "skipped", "rejected"]
    assert told.reasons() == {3: ["row of a type that the profile does not name: nothing"]}


def test_other_types_may_be_passed_over(taken) -> None:
    toml = TYPED.replace('skip = ["REBOOT"]', 'others = "skip"') + "[fields]\nstart_time = 2\ncalled_number = 4\n"
    assert taken(START + "WHO;KNOWS\n", toml).fates() == ["accepted", "skipped"]


def test_sub_fields(taken) -> None:
    toml = """
[file]
header = false
quoting = "none"
delimiter = ";"
[fields]
start_time = { column = [1, 2], join = " " }
called_number = { column = 3, split = "@", part = 1 }
call_id = { column = 4, regex = "call-id=([^,]+)" }
upstream = { column = 5, null = ["none"] }
release_code = { column = 6, map = { OK = "200" } }
downstream = { value = "TG-9" }
[time]
formats = ["%d.%m.%Y %H:%M:%S"]
timezone = "UTC"
"""
    told = taken("02.11.2026;08:00:01;+13125550187@203.0.113.7;x=1,call-id=abc@example.net,y;none;OK\n", toml)
    assert told.said(1, "called_number", "call_id", "upstream", "release_code", "downstream") == (
        "+13125550187",
        "abc@example.net",
        None,
        "200",
        "TG-9",
    )


def test_the_first_column_that_is_not_empty_counts_and_null_words_are_empty(taken) -> None:
    toml = '[file]\nnull = ["NULL"]\n[fields]\nstart_time = "s"\ncalled_number = ["a", "b"]\n'
    told = taken("s,a,b\n2026-11-02T08:00:01Z,NULL,+13125550187\n2026-11-02T08:00:01Z,+13125550188,x\n", toml)
    assert told.calls["called_number"].to_list() == ["+13125550187", "+13125550188"]


@pytest.mark.parametrize(
    ("scheme", "written", "meant"),
    [
        ("sip", "sip:487", "487"),
        ("q850", "016", "16"),
        ("q850_hex", "10", "16"),
        ("q850_hex", "0x1f", "31"),
        ("q850", "USER_BUSY", "USER_BUSY"),
        ("word", "016", "016"),
    ],
)
def test_causes_of_every_scheme(taken, scheme: str, written: str, meant: str) -> None:
    toml = f'[cause]\nscheme = "{scheme}"\n[fields]\nstart_time = "s"\ncalled_number = "c"\nrelease_code = "r"\n'
    assert taken(f"s,c,r\n2026-11-02T08:00:01Z,+13125550187,{written}\n", toml).said(2, "release_code") == (meant,)


def test_a_table_of_causes(taken) -> None:
    toml = '[cause]\nscheme = "q850"\ntable = { 01 = "200", "404" = "503" }\n'
    toml += '[fields]\nstart_time = "s"\ncalled_number = "c"\nrelease_code = "r"\n'
    told = taken("s,c,r\n2026-11-02T08:00:01Z,1,01\n2026-11-02T08:00:02Z,1,404\n2026-11-02T08:00:03Z,1,017\n", toml)
    assert told.calls["release_code"].to_list() == ["200", "503", "17"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("203.0.113.7:5060", "203.0.113.7"),
        ("[2001:db8::7]:5060", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("0.0.0.0", None),
        ("gw:5060", "gw:5060"),
        ("[", "["),
    ],
)
def test_neighbours_lose_their_port(taken, written: str, meant: str | None) -> None:
    toml = '[fields]\nstart_time = "s"\ncalled_number = "c"\nupstream = "u"\n'
    assert taken(f"s,c,u\n2026-11-02T08:00:01Z,1,{written}\n", toml).said(2, "upstream") == (meant,)
