"""A start in the hour that comes twice, in a file of one row that cannot tell which it was: both times are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hoptrace.engines.forward import trace_forward
from hoptrace.intake.submit import submit
from hoptrace.workspace import Workspace

FORMATS = Path(__file__).parents[2] / "fixtures" / "formats"
CLOCK = "2026-11-01 01:20:00"
FIRST = datetime(2026, 11, 1, 5, 20, tzinfo=UTC)
PROFILE = """name = "own"
format = "delimited"
[file]
header = false
[fields]
start_time = 1
calling_number = 2
called_number = 3
"""
ASTERISK = (
    '"","2025550143","3125550187","from-pbx","""A"" <2025550143>","SIP/pbx-00000001","SIP/TG-00000002","Dial",'
    f'"SIP/TG/13125550187,30","{CLOCK}","","{CLOCK}","0","0","NO ANSWER","DOCUMENTATION"\n'
)
FREESWITCH = (
    f'"A","2025550143","3125550187","public","{CLOCK}","","{CLOCK}","0","0","NO_ANSWER",'
    '"0a1b2c3d-0000-4000-8000-000000000001","","","PCMU","PCMU"\n'
)
ACC = (
    f'"1","INVITE","f1","t1","1@example.net","486","Busy","{CLOCK}","2125550111","203.0.113.20","","2125550112",'
    '"203.0.113.30:5060","1"\n'
)
CGRATES = (
    '{"CGRID":"1","RunID":"*default","OriginHost":"203.0.113.5","OriginID":"a1","ToR":"*voice","Account":"1001",'
    f'"Subject":"2025550143","Destination":"3125550187","SetupTime":"{CLOCK.replace(" ", "T")}",'
    '"AnswerTime":"0001-01-01T00:00:00Z","Usage":0}\n'
)


@pytest.mark.parametrize(
    ("name", "text", "format_name"),
    [
        ("own.csv", f"{CLOCK},2025550143,3125550187\n", "own.toml"),
        ("Master.csv", ASTERISK, "asterisk"),
        ("fs.csv", FREESWITCH, "freeswitch_csv"),
        ("acc_1.log", ACC, str(FORMATS / "acc" / "quoted.toml")),
        ("cdrs.json", CGRATES, "cgrates_json"),
    ],
)
def test_both_times_are_kept_and_found(
    workspace: Workspace, tmp_path: Path, name: str, text: str, format_name: str
) -> None:
    (tmp_path / "own.toml").write_text(PROFILE)
    (tmp_path / name).write_text(text)
    asked = str(tmp_path / format_name) if format_name == "own.toml" else format_name
    (receipt,) = submit(workspace, [tmp_path / name], "alpha", format=asked, timezone="America/New_York")
    assert receipt.accepted == 1, receipt
    assert any("kept with both times" in flag for flag in receipt.flags)
    (told,) = workspace.lake.view().scan().collect().select("start_time", "may_be_later").rows()
    assert told == (FIRST, 3600)


def test_the_fingerprint_of_a_row_does_not_depend_on_what_settled_it(workspace: Workspace, tmp_path: Path) -> None:
    """Sent again in a file whose order tells that it was the first time, the row is a duplicate."""
    (tmp_path / "own.toml").write_text(PROFILE)
    alone, among = tmp_path / "alone.csv", tmp_path / "among.csv"
    alone.write_text(f"{CLOCK},2025550143,3125550187\n")
    clocks = ["00:30:00", "00:50:00", "01:20:00", "01:50:00", "01:10:00", "01:40:00", "02:20:00"]
    among.write_text("".join(f"2026-11-01 {each},2025550143,3125550187\n" for each in clocks))
    submit(workspace, [alone], "alpha", format=str(tmp_path / "own.toml"), timezone="America/New_York")
    (receipt,) = submit(workspace, [among], "alpha", format=str(tmp_path / "own.toml"), timezone="America/New_York")
    assert (receipt.duplicates, receipt.accepted) == (1, 6)


def test_a_batch_covers_both_times(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(PROFILE)
    (tmp_path / "own.csv").write_text(f"{CLOCK},2025550143,3125550187\n")
    zone = "America/New_York"
    (receipt,) = submit(workspace, [tmp_path / "own.csv"], "alpha", format=str(tmp_path / "own.toml"), timezone=zone)
    assert (receipt.first_time, receipt.last_time) == ("2026-11-01T05:20:00Z", "2026-11-01T06:20:00Z")
    ((carrier, _, first, last),) = workspace.catalog.batches.spans()
    assert (carrier, first, last - first) == ("alpha", FIRST, timedelta(hours=1))


def test_a_number_is_traced_forward_at_the_time_that_others_bear_out(workspace: Workspace, tmp_path: Path) -> None:
    """alpha's record of a call to beta is an hour early; beta's own tells that it was the second of both times."""
    (tmp_path / "own.toml").write_text(PROFILE.replace("called_number = 3", "called_number = 3\ndownstream = 4"))
    (tmp_path / "own.csv").write_text(f"{CLOCK},2025550143,3125550187,beta\n")
    (tmp_path / "beta.csv").write_text(
        "start_time,duration,calling_number,called_number,upstream\n"
        "2026-11-01T06:20:00Z,20,2025550143,3125550187,alpha\n"
    )
    submit(workspace, [tmp_path / "own.csv"], "alpha", format=str(tmp_path / "own.toml"), timezone="America/New_York")
    submit(workspace, [tmp_path / "beta.csv"], "beta")
    found = trace_forward(workspace, "+13125550187")
    assert found.serving_carrier == "beta"
    assert {(each.carrier, each.first_time, each.last_time) for each in found.carriers} == {
        ("alpha", "2026-11-01T06:20:00Z", "2026-11-01T06:20:00Z"),
        ("beta", "2026-11-01T06:20:00Z", "2026-11-01T06:20:00Z"),
    }
