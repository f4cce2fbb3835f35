"""Forty calls over five carriers, each file as its switch writes it, traced to the customers who placed them.

Every fourth call is never answered, every fifth is tried over a second route first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import hoptrace
from hoptrace.workspace import init_workspace

CARRIERS = """carrier_id,country,timezone
rowan,US,America/Chicago
alder,US,America/Denver
birch,US,America/New_York
maple,US,
hazel,US,
elm,US,
"""
TRUNKS = """carrier_id,trunk,peer,customer
rowan,PBX-0,,cust-0
rowan,PBX-1,,cust-1
rowan,PBX-2,,cust-2
rowan,to-alder,alder,
alder,203.0.113.1,rowan,
alder,203.0.113.3,birch,
birch,203.0.113.2,alder,
birch,gw-maple,maple,
birch,gw-elm,elm,
maple,000200,birch,
maple,000300,hazel,
hazel,MAPLE_TG,maple,
"""
FREESWITCH = """format = "freeswitch_csv"
[layouts]
master = ["caller_id_number", "destination_number", "start_stamp", "answer_stamp", "end_stamp", "billsec",
          "hangup_cause", "uuid", "bleg_uuid", "direction", "sip_network_ip", "sip_gateway_name", "sip_call_id"]
"""
PROFILES = {"birch": FREESWITCH, "hazel": 'format = "acme"\n[trunks]\nown = ["SUBS"]\n'}


class Call(NamedTuple):
    """One of the calls, by its number."""

    n: int

    @property
    def start(self) -> datetime:
        return datetime(2026, 6, 11, 14, tzinfo=UTC) + timedelta(seconds=37.3 * self.n)

    @property
    def calling(self) -> str:
        return f"+120255501{self.n:02}"

    @property
    def called(self) -> str:
        return f"+131255501{self.n:02}"

    @property
    def answered(self) -> bool:
        return self.n % 4 != 3

    @property
    def tried(self) -> bool:
        return self.n % 5 == 2

    def at(self, seconds: float, zone: str = "UTC") -> datetime:
        """So many seconds after the start, a second more beyond the carrier that tried another route."""
        return (self.start + timedelta(seconds=seconds)).astimezone(ZoneInfo(zone))

    @property
    def onward(self) -> float:
        return 1.2 if self.tried else 0.4

    @property
    def end(self) -> float:
        return 40.0 if self.answered else 20.0


def stamps(call: Call, zone: str, begun: float) -> tuple[str, str, str]:
    """Start, answer and end in local time to the second; no answer where nobody did."""
    start, answer, end = (f"{call.at(seconds, zone):%Y-%m-%d %H:%M:%S}" for seconds in (begun, 6, call.end))
    return start, answer if call.answered else "", end


def asterisk(call: Call) -> list[str]:
    start, answer, end = stamps(call, "America/Chicago", 0)
    sides = [f"PJSIP/PBX-{call.n % 3}-{call.n:08x}", f"PJSIP/to-alder-{call.n:08x}"]
    told = ["Dial", f"PJSIP/{call.called}@to-alder,60", start, answer, end, "40", "34" if answer else "0"]
    ended = ["ANSWERED" if answer else "NO ANSWER", "DOCUMENTATION", f"{call.start.timestamp():.0f}.{call.n}", ""]
    cells = ["", call.calling, call.called, "from-pbx", f'""" <{call.calling}>', *sides, *told, *ended]
    return [",".join(f'"{cell}"' for cell in cells)]


def cube(call: Call) -> list[str]:
    """The record of each leg, with times in a word for the zone that the epoch before them explains."""
    begun = {"answer": 0.1, "originate": 0.2}
    peers = {"answer": "203.0.113.1", "originate": "203.0.113.3"}

    def clock(seconds: float) -> str:
        return f"{call.at(seconds, 'America/Denver'):%H:%M:%S.%f}"[:-3] + " MDT Thu Jun 11 2026"

    def leg(origin: str, number: int) -> str:
        times = [clock(begun[origin]), "", clock(6 if call.answered else call.end), clock(call.end)]
        conference = f"{call.n:08X} 50730000 854F5801 AC117A03"
        cause = ["10" if call.answered else "13", "cause", origin, "0", "", *[""] * 5, call.calling, call.called]
        cells = [f"{call.at(call.end).timestamp():.0f}", str(number), "0", "2", conference, peers[origin], ""]
        return ",".join(f'"{cell}"' for cell in [*cells, *times, *cause])

    return [leg("answer", 2 * call.n), leg("originate", 2 * call.n + 1)]


def freeswitch(call: Call) -> list[str]:
    """Both legs: they name each other only once they are bridged."""

    def leg(number: int, other: int, direction: str, begun: float, gateway: str = "") -> str:
        start, answer, end = stamps(call, "America/New_York", begun)
        ids = [f"{call.n:08x}-0000-4000-8000-{uuid:012x}" for uuid in (number, other)]
        peer = ["203.0.113.2" if direction == "inbound" else "203.0.113.9", gateway, f"fs-{call.n}-{number}"]
        if gateway == "gw-elm":
            answer, end = "", f"{call.at(1.1, 'America/New_York'):%Y-%m-%d %H:%M:%S}"
        ended = (
            ["34", "NORMAL_CLEARING"] if answer else ["0", "NO_ROUTE" if gateway == "gw-elm" else "ORIGINATOR_CANCEL"]
        )
        cells = [call.calling, call.called, start, answer, end, *ended, ids[0], ids[1] if answer else "", direction]
        return ",".join(f'"{cell}"' for cell in [*cells, *peer])

    vain = [leg(3, 0, "outbound", 0.3, "gw-elm")] if call.tried else []
    return [*vain, leg(2, 1, "outbound", call.onward, "gw-maple"), leg(1, 2, "inbound", 0.3)]


def sansay(call: Call) -> list[str]:
    start, answer, end = (f"{call.at(seconds):%a %b %d %H:%M:%S %Y}" for seconds in (call.onward + 0.1, 6, call.end))
    times = [start, answer if call.answered else "", end, "0"]
    came = ["000200", "SIP", call.calling, "203.0.113.4", call.called, "203.0.113.5", f"fs-{call.n}-2", *[""] * 12]
    went = ["000300", "SIP", call.calling, "203.0.113.5", call.called, "203.0.113.6", f"sansay-{call.n}", *[""] * 12]
    cells = [f"{call.n:09}", "V1.10", "R", "WithMedia", f"{call.n}-1@203.0.113.5", "001", *times, "EndedByRemoteUser"]
    cells += ["200" if call.answered else "487", "T", *came, *went, "F", call.called]
    cells += ["34" if call.answered else "0", "2", "5", "0", "", ""]
    return [";".join(cells) + ";"]


def oracle(call: Call) -> list[str]:
    clock = [f"{call.at(s):%H:%M:%S}.700 UTC JUN 11 2026" for s in (call.onward + 0.2, 6, call.end)]
    columns = {1: "2", 4: f'"SD-{call.n}"', 5: f'"sansay-{call.n}"', 6: f'"SD-{call.n}@203.0.113.6"', 14: clock[0]}
    columns |= {10: f'"<sip:{call.calling}@203.0.113.5>;tag=1"', 11: f'"<sip:{call.called}@203.0.113.6>"', 16: clock[2]}
    columns |= {15: clock[1], 17: "16"} if call.answered else {17: "19"}
    columns |= {122: "MAPLE_TG", 123: "SUBS", 130: "203.0.113.7:5060", 135: "200" if call.answered else "487"}
    return [",".join(columns.get(place, "") for place in range(1, 176))]


SWITCHES: dict[str, Callable[[Call], Iterable[str]]] = {
    "rowan": asterisk,
    "alder": cube,
    "birch": freeswitch,
    "maple": sansay,
    "hazel": oracle,
}
FORMATS = ["asterisk", "cisco_cube", "freeswitch_csv", "sansay", "acme"]
WAY = ("hazel", "maple", "birch", "alder", "rowan")


def test_calls_are_traced_over_the_files_of_five_switches(tmp_path: Path) -> None:
    calls = [Call(n) for n in range(40)]
    (tmp_path / "carriers.csv").write_text(CARRIERS)
    (tmp_path / "trunks.csv").write_text(TRUNKS)
    with init_workspace(tmp_path / "workspace") as workspace:
        workspace.catalog.directory.load_directory(tmp_path / "carriers.csv", tmp_path / "trunks.csv")
        receipts: list[hoptrace.Receipt] = []
        for carrier, rows in SWITCHES.items():
            file, profile = tmp_path / f"{carrier}.csv", tmp_path / f"{carrier}.toml"
            file.write_text("".join(f"{row}\n" for call in calls for row in rows(call)))
            profile.write_text(PROFILES.get(carrier, ""))
            name = str(profile) if carrier in PROFILES else "auto"
            receipts += hoptrace.submit(workspace, [file], carrier, format=name)
        reports = [
            hoptrace.ReportedCall(f"c{call.n}", call.start.isoformat(), call.called, call.calling, "hazel")
            for call in calls
        ]
        results = list(hoptrace.trace(workspace, reports))
    assert [receipt.format for receipt in receipts] == FORMATS
    assert [(receipt.statements, receipt.rejected, receipt.unknown_trunks) for receipt in receipts] == [
        (48 if receipt.carrier == "birch" else 40, {}, {}) for receipt in receipts
    ]
    assert [(result.path, result.customer) for result in results] == [(WAY, f"cust-{call.n % 3}") for call in calls]
