from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hoptrace.errors import MissingExtra
from hoptrace.intake.formats.tgpp.calls import facts_of, number, timestamp
from hoptrace.intake.formats.tgpp.reader import Tgpp
from hoptrace.intake.formats.tgpp.records import records_of
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier

FOLDER = Path(__file__).parents[3] / "fixtures" / "formats" / "3gpp"
GATEWAY, IMS, FRAMED = FOLDER / "gateway.ber", FOLDER / "ims.ber", FOLDER / "framed.cdr"


def read(*paths: Path) -> Chunk:
    pytest.importorskip("pycrate_asn1dir")
    sources = [Source(i, path, path.name, "digest") for i, path in enumerate(paths)]
    (chunk,) = Tgpp().read(sources, Context(Carrier("oak")))
    return chunk


def test_gateways_name_the_trunks_of_both_sides() -> None:
    chunk = read(GATEWAY)
    came, went, transit, _ = chunk.calls.iter_rows(named=True)
    assert came["start_time"] == datetime(2026, 3, 2, 14, 0, 1, tzinfo=UTC)
    assert (came["upstream"], came["downstream"]) == ("TG-INTL-1", "42")
    assert (came["calling_number"], came["duration"], came["release_code"]) == ("+442079460123", 15.0, "16")
    assert (went["called_number"], went["duration"], went["release_code"]) == ("3125550161", 0.0, "17")
    assert transit["start_time"] == datetime(2026, 3, 2, 14, 2, tzinfo=UTC)
    assert chunk.rows["fate"].to_list() == ["accepted", "accepted", "accepted", "skipped", "accepted"]


def test_another_trunk_group_out_is_another_route_that_was_tried(tmp_path: Path) -> None:
    came = next(iter(records_of(GATEWAY.read_bytes()))).raw
    again = tmp_path / "again.ber"
    again.write_bytes(came + came.replace(bytes([42]), bytes([43])))
    assert read(again).calls["downstream"].to_list() == ["42", "43"]


def test_a_mobile_subscriber_is_the_customer_of_the_call_that_it_placed() -> None:
    call = read(GATEWAY).calls.row(3, named=True)
    assert (call["customer"], call["upstream"], call["downstream"]) == ("+13125550170", None, "TG-B")


def test_who_forwards_a_call_is_not_said_to_have_placed_it() -> None:
    served, caller = bytes.fromhex("91312155051007f0"), bytes.fromhex("9144029764101003")
    fields = {
        "servedMSISDN": served,
        "callingNumber": caller,
        "calledNumber": served,
        "seizureTime": bytes.fromhex("260302080001") + b"-" + bytes.fromhex("0600"),
    }
    facts = facts_of("moCallRecord", fields)
    assert isinstance(facts, dict)
    assert (facts["customer"], facts["redirecting_number"]) == (None, number(served))


@pytest.mark.parametrize(("seconds", "told"), [(0, 0.5), (7, 7.0), (None, None)])
def test_an_answered_call_of_less_than_a_second_is_no_unanswered_one(seconds: int | None, told: float | None) -> None:
    at = [bytes.fromhex(f"26030208000{second}") + b"-" + bytes.fromhex("0600") for second in (1, 4)]
    called = bytes.fromhex("91312155051007f0")
    fields = {"calledNumber": called, "seizureTime": at[0], "answerTime": at[1], "callDuration": seconds}
    facts = facts_of("incGatewayRecord", fields)
    assert isinstance(facts, dict)
    assert facts["duration"] == told


def test_border_nodes_of_ims() -> None:
    ibcf, mgcf, bgcf = read(IMS).calls.iter_rows(named=True)
    assert ibcf["start_time"] == datetime(2026, 3, 2, 14, 5, 0, 250_000, tzinfo=UTC)
    assert (ibcf["upstream"], ibcf["downstream"], ibcf["call_id"]) == (
        "203.0.113.80",
        "oak.example.net",
        "ib-1@203.0.113.80",
    )
    assert (ibcf["calling_number"], ibcf["duration"], ibcf["precision"]) == ("tel:+442079460125", 10.25, 1_000)
    assert (mgcf["upstream"], mgcf["egress_call_id"], mgcf["release_code"]) == ("TG-PSTN-3", "mg-1@203.0.113.81", "21")
    assert (bgcf["downstream"], bgcf["duration"]) == ("far.example.net", None)


def test_frames_of_ts_32_297() -> None:
    assert read(FRAMED).calls["release_code"].to_list() == ["16", "17"]


def test_repeated_records_are_duplicates_and_a_cut_one_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "cut.ber"
    path.write_bytes(GATEWAY.read_bytes() + GATEWAY.read_bytes()[:-9])
    rows = read(path).rows
    assert rows["fate"].to_list()[5:] == ["duplicate", "duplicate", "duplicate", "skipped", "rejected"]
    assert rows["reasons"].to_list()[-1] == ["record is cut: file still being written?"]


def test_without_pycrate_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pycrate_asn1dir.CDR", None)
    with pytest.raises(MissingExtra, match=r"hoptrace\[3gpp\]"):
        list(Tgpp().read([Source(0, GATEWAY, GATEWAY.name, "d")], Context(Carrier("oak"))))


@pytest.mark.parametrize(
    ("raw", "time"),
    [
        ("260302080001" + "2d" + "0600", datetime(2026, 3, 2, 14, 0, 1, tzinfo=UTC)),
        ("260302193001" + "2b" + "0530", datetime(2026, 3, 2, 14, 0, 1, tzinfo=UTC)),
        ("26ff02193001" + "2b" + "0530", None),
        ("260302193001" + "00" + "0530", None),
        ("260302240001" + "2b" + "0000", None),
        ("260229193001" + "2b" + "0000", None),
        ("260302193001" + "2b" + "2400", None),
        ("260302193001" + "2b" + "0a00", None),
        ("2603", None),
    ],
)
def test_timestamps(raw: str, time: datetime | None) -> None:
    assert timestamp(bytes.fromhex(raw)) == time


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("91440297641032f0", "+4420794601230"),
        ("a1312155", "131255"),
        ("2180312155", "131255"),
        ("91", None),
        ("", None),
    ],
)
def test_directory_numbers(raw: str, text: str | None) -> None:
    assert number(bytes.fromhex(raw)) == text


def test_indefinite_lengths() -> None:
    inner = bytes.fromhex("800103")
    records = list(records_of(bytes.fromhex("a380") + inner + b"\0\0" + bytes.fromhex("a403") + inner))
    assert [(record.tag, record.problem) for record in records] == [(3, None), (4, None)]
