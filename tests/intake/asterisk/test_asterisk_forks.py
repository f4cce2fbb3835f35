"""Telephones that are rung for one call are one statement; routes over trunks stay attempts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hoptrace.intake.formats.asterisk.names import dials_numbers

HEADER = "calldate,src,dst,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,uniqueid,linkedid,sequence"
CALL = "1772460001.1"


@pytest.fixture
def calls(read, tmp_path: Path):
    """What becomes of rows of (second, channel, dstchannel, lastapp, lastdata, billsec, uniqueid) of one call."""

    def made(*rows: tuple[int, str, str, str, str, int, str], listed: str = "") -> pl.DataFrame:
        lines = [
            f'2026-03-02 09:00:0{second},+12025550130,301,{channel},{dstchannel},{app},"{data}",20,{talk},'
            f"{'ANSWERED' if talk else 'NO ANSWER'},{uniqueid},{CALL},{number}"
            for number, (second, channel, dstchannel, app, data, talk, uniqueid) in enumerate(rows)
        ]
        (tmp_path / "Master.csv").write_text("\n".join([HEADER, *lines]) + "\n")
        chunk = read(tmp_path / "Master.csv", given="UTC", listed=listed)
        assert chunk.rows["call"].null_count() == 1, "only the titles are in no call"
        assert chunk.rows.height == len(rows) + 1
        return chunk.calls

    return made


def rung(app: str, data: str, *telephones: tuple[str, int]) -> list[tuple[Any, ...]]:
    """Rows of one channel that rang these telephones, each with the seconds it talked."""
    return [
        (1, "PJSIP/tg-north-00000001", f"{name}-0000000{n}", app, data, talk, CALL)
        for n, (name, talk) in enumerate(telephones, start=2)
    ]


@pytest.mark.parametrize(
    ("app", "data"),
    [
        ("Queue", "600,t,,,30"),
        ("Dial", "PJSIP/101&PJSIP/102,30"),
        ("Dial", "PJSIP/101/sip:101@203.0.113.60&PJSIP/102/sip:102@203.0.113.61,30"),
    ],
)
def test_of_telephones_that_rang_together_the_answered_one_stands(calls, app: str, data: str) -> None:
    told = calls(*rung(app, data, ("PJSIP/101", 0), ("PJSIP/102", 12)))
    assert told.select("downstream", "duration").rows() == [(None, 12.0)]


@pytest.mark.parametrize(
    ("app", "data"), [("Queue", "600,t,,,30"), ("Dial", "PJSIP/101,30"), ("Dial", "SIP/101&SIP/102")]
)
def test_what_is_listed_as_a_trunk_is_no_telephone(calls, app: str, data: str) -> None:
    rows = rung(app, data, ("PJSIP/101", 0), ("PJSIP/102", 12))
    assert calls(*rows, listed="101 102").select("downstream", "duration").rows() == [("101", 0.0), ("102", 12.0)]
    assert calls(*rows, listed="101").select("downstream", "duration").rows() == [("101", 0.0), (None, 12.0)]


def test_telephones_that_rang_one_after_the_other_and_in_vain_are_one_call(calls) -> None:
    told = calls(*rung("Dial", "SIP/101", ("SIP/101", 0)), *rung("Dial", "SIP/102", ("SIP/102", 0)))
    assert told.select("downstream", "duration").rows() == [(None, 0.0)]


def test_a_queue_that_rings_over_local_channels_is_one_call(calls) -> None:
    halves = [("Local/101@from-queue-00000001", "101", 0), ("Local/102@from-queue-00000002", "102", 14)]
    outer = rung("Queue", "600,t", *((f"{name};1", talk) for name, _, talk in halves))
    outer = [(second, channel, name.rsplit("-", 1)[0], *rest) for second, channel, name, *rest in outer]
    inner = [
        (2, f"{name};2", f"PJSIP/{ext}-0000001{n}", "Dial", f"PJSIP/{ext},30", talk, f"1772460002.{n}")
        for n, (name, ext, talk) in enumerate(halves)
    ]
    told = calls(*outer, *inner)
    assert told.select("upstream", "downstream", "duration").rows() == [("tg-north", None, 14.0)]


def test_routes_over_trunks_stay_attempts(calls) -> None:
    number = "+13125550187"
    rows = rung("Dial", f"PJSIP/{number}@tg-east&PJSIP/{number}@tg-west,30", ("PJSIP/tg-east", 0), ("PJSIP/tg-west", 9))
    assert calls(*rows)["downstream"].to_list() == ["tg-east", "tg-west"]
    rows = rung("Queue", "600,t", ("PJSIP/tg-east", 0), ("PJSIP/tg-west", 9))
    assert calls(*rows)["downstream"].to_list() == ["tg-east", "tg-west"]


def test_a_route_after_a_telephone_rang_in_vain_stays_an_attempt(calls) -> None:
    rows = [
        *rung("Dial", "PJSIP/101", ("PJSIP/101", 0)),
        *rung("Dial", "PJSIP/+13125550187@tg-east", ("PJSIP/tg-east", 9)),
    ]
    assert calls(*rows)["downstream"].to_list() == [None, "tg-east"]


@pytest.mark.parametrize(
    ("data", "numbers"),
    [
        ("PJSIP/101", False),
        ("PJSIP/101&SIP/102,30,tT", False),
        ("PJSIP/101/sip:101@203.0.113.60:5060;x-ast-orig-host=a,30", False),
        ("PJSIP/+13125550187@tg-east", True),
        ("SIP/tg-east/13125550187,60", True),
        ("PJSIP/tg-east/sip:13125550187@203.0.113.9", True),
        ("PJSIP/101&PJSIP/+13125550187@tg-east", True),
    ],
)
def test_a_dial_string_tells_whether_a_number_is_dialled(data: str, numbers: bool) -> None:
    assert dials_numbers(data) is numbers
