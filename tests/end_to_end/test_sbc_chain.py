"""One call over three session border controllers, each file as its switch wrote it, traced to the customer."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import hoptrace
from hoptrace.workspace import Workspace, init_workspace

DAY = datetime(2026, 6, 11, 14, 0, tzinfo=UTC)
CALLS = 6
CARRIERS = "carrier_id,country,timezone\nrowan,US,America/New_York\nalder,US,\nbirch,US,\n"
TRUNKS = """carrier_id,trunk,peer,customer
rowan,PBX-17,,cust-17
rowan,192.0.2.20,alder,
alder,ROWAN_TG,rowan,
alder,BIRCH_TG,birch,
birch,Alder,alder,
"""


def filled(width: int, columns: dict[int, str]) -> str:
    """A delimited row with these columns (from 1) filled."""
    return ",".join(columns.get(place, "") for place in range(1, width + 1))


def oracle(n: int) -> str:
    """The originating carrier's stop row, in its own summer time; the called number still without country code."""
    start = DAY - timedelta(hours=4) + timedelta(seconds=37 * n)
    clock = [f"{start + timedelta(seconds=s):%H:%M:%S}.250 EDT JUN 11 2026" for s in (0, 4, 34)]
    columns = {1: "2", 4: f'"SD-{n}"', 5: f'"pbx-{n}@198.51.100.17"', 6: f'"SD-{n}@203.0.113.1"', 13: "30"}
    columns |= {
        10: f'""Call, {n}" <sip:+1202555013{n}@198.51.100.17>;tag={n}"',
        11: f'"<sip:312555018{n}@203.0.113.1>"',
    }
    columns |= {14: clock[0], 15: clock[1], 16: clock[2], 17: "16", 122: "PBX-17", 130: "192.0.2.20:5060", 135: "200"}
    return filled(175, columns)


def ribbon(n: int) -> str:
    """The transit carrier's STOP, in Central time."""
    start = DAY - timedelta(hours=5) + timedelta(seconds=37 * n, milliseconds=400)
    end = start + timedelta(seconds=34)
    subs = ["SIP", f"SD-{n}@203.0.113.1", "", "", "0", "", "", "", f"sip:+1312555018{n}@192.0.2.20"]
    sent = ["SIP", f"gk-{n}@192.0.2.21", "", "", "0", "", "", "", f"sip:+1312555018{n}@192.0.2.30"]
    columns = {1: "STOP", 2: "ALDER1", 3: f"0x{n:016X}", 4: "1", 5: "GMT-06:00-Central(US)", 6: f"{start:%m/%d/%Y}"}
    columns |= {
        7: f"{start:%H:%M:%S}.4",
        10: "360",
        11: f"{end:%m/%d/%Y}",
        12: f"{end:%H:%M:%S}.4",
        14: "3000",
        15: "16",
    }
    columns |= {20: f"1202555013{n}", 34: "ROWAN_TG", 52: f'"{",".join(subs)}"', 60: f"1312555018{n}", 68: "BIRCH_TG"}
    return filled(223, columns | {69: f'"{",".join(sent)}"'})


def audiocodes(n: int) -> str:
    """The terminating carrier's report of its incoming leg, in UTC."""
    start = DAY + timedelta(seconds=37 * n, milliseconds=700)
    clock = [f"{start + timedelta(seconds=s):%H:%M:%S}.700 UTC Thu Jun 11 2026" for s in (0, 3, 33)]
    cells = [
        "CALL_END",
        "SBC",
        f"gk-{n}@192.0.2.21",
        f"a1:1:{n}",
        "RMT",
        "192.0.2.21",
        "5060",
        "192.0.2.30",
        "5060",
        "UDP",
    ]
    cells += [f"+1202555013{n}@192.0.2.30"] * 2 + [f"+1312555018{n}@192.0.2.30"] * 2
    cells += ["30", "RMT", "GWAPP_NORMAL_CALL_CLEAR", "NORMAL_CALL_CLEAR", *clock, "-1", "", "", "40", "1 (Alder)"]
    cells += ["0 (SRD)", "1", "1", "0 ()", "0 (MR)", "no", "BYE"]
    return f"Jun 11 14:00:00 192.0.2.30 local0.notice [S={n}] |" + " |".join(cells)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "carriers.csv").write_text(CARRIERS)
    (tmp_path / "trunks.csv").write_text(TRUNKS)
    (tmp_path / "cdr.csv").write_text("".join(oracle(n) + "\n" for n in range(CALLS)))
    (tmp_path / "1.ACT.gz").write_bytes(gzip.compress("".join(ribbon(n) + "\n" for n in range(CALLS)).encode()))
    (tmp_path / "syslog.log").write_text("".join(audiocodes(n) + "\n" for n in range(CALLS)))
    with init_workspace(tmp_path / "workspace") as made:
        made.catalog.directory.load_directory(tmp_path / "carriers.csv", tmp_path / "trunks.csv")
        yield made


def test_a_call_is_traced_over_three_kinds_of_files(workspace: Workspace, tmp_path: Path) -> None:
    # A syslog without a title row is never guessed: its format has to be said.
    files = {"rowan": ("cdr.csv", "auto"), "alder": ("1.ACT.gz", "auto"), "birch": ("syslog.log", "audiocodes")}
    receipts = [
        hoptrace.submit(workspace, [tmp_path / file], carrier, format=name)[0]
        for carrier, (file, name) in files.items()
    ]
    assert [receipt.format for receipt in receipts] == ["acme", "ribbon_act", "audiocodes"]
    assert [(receipt.accepted, receipt.statements, receipt.unknown_trunks) for receipt in receipts] == [
        (CALLS, CALLS, {})
    ] * 3
    assert receipts[1].timezone == "America/Chicago (GMT-06:00-Central(US) in the file's own records)"
    call = hoptrace.ReportedCall("c1", "2026-06-11T14:01:15Z", "+13125550182", "+12025550132")
    (result,) = hoptrace.trace(workspace, [call])
    assert result.verdict is hoptrace.Verdict.ORIGINATOR_IDENTIFIED
    assert (result.path, result.customer) == (("birch", "alder", "rowan"), "cust-17")
    assert [hop.clock_offset for hop in result.hops] == pytest.approx([0, 0, 0], abs=1)


def test_the_same_file_again_adds_nothing(workspace: Workspace, tmp_path: Path) -> None:
    hoptrace.submit(workspace, [tmp_path / "cdr.csv"], "rowan")
    (tmp_path / "again.csv").write_text((tmp_path / "cdr.csv").read_text() + oracle(7) + "\n")
    (receipt,) = hoptrace.submit(workspace, [tmp_path / "again.csv"], "rowan")
    assert (receipt.accepted, receipt.duplicates, receipt.statements) == (1, CALLS, 1)
