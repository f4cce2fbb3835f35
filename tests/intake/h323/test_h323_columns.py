"""Gateways' records read by columns: each says what it says alone, and times in columns are what single ones are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoptrace.intake.formats.h323.stamps import Stamps
from hoptrace.intake.formats.h323.times import parse_stamp
from hoptrace.intake.formats.radius.reader import RadiusAccounting
from hoptrace.intake.ledger import frame_of
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier

ADDRESSES = ["203.0.113.5", "203.0.113.31:5060", "[2001:db8::1]:5060", "0.0.0.0", "gw.example.net"]
NUMBERS = ["12025550143", "ton:0,npi:0,#:+12025550144", "ton:0,npi:0,#:", "ton:1", "77#12025550145"]
TIMES = [f"08:00:0{second}.120 ZONE Mon Mar 2 2026" for second in range(4)] + [
    "yesterday",
    "*8:00:02 ZONE MAR 2 2026",
]
VALUES: dict[str, list[str]] = {
    "h323-call-origin": ["answer", "originate", "Originate"],
    "h323-call-type": ["VoIP", "Telephony"],
    "h323-setup-time": TIMES,
    "h323-connect-time": TIMES,
    "h323-disconnect-time": TIMES,
    "h323-disconnect-cause": ["10", "1F", "22 (0x16)", "0", "odd"],
    "disconnect-text": ["normal"],
    "Acme-SIP-Status": ["486", "48"],
    "Acme-Session-Ingress-CallId": ["in-1"],
    "Acme-Egress-Remote-Addr": ADDRESSES,
    "Acct-Session-Time": ["0", "2", "90", "nan", "x"],
    "Acct-Delay-Time": ["0", "3", "x"],
    "NAS-IP-Address": ADDRESSES,
    "h323-remote-address": ADDRESSES,
    "remote-media-address": ADDRESSES,
    "in-trunkgroup-label": ["TG-1"],
    "out-carrier-id": ["birch"],
    "Calling-Station-Id": NUMBERS,
    "Called-Station-Id": NUMBERS,
    "gw-rxd-cdn": NUMBERS,
    "gw-final-xlated-cdn": NUMBERS,
    "xpgk-dst-number-out": NUMBERS,
    "h323-gw-address": ADDRESSES,
    "Timestamp": ["1772438431", "0"],
}
PACKETS = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()})


def read(path: Path, packets: list[Mapping[str, str]], zone: str, timezone: str | None) -> Chunk:
    """Reads packets, each a leg of its own."""
    texts: list[str] = []
    for number, said in enumerate(packets, start=1):
        usual = {"Acct-Status-Type": "Stop", "Acct-Session-Id": f"{number:08X}"}
        lines = "".join(f'\t{name} = "{text.replace(" ZONE", zone)}"\n' for name, text in {**usual, **said}.items())
        texts.append(f"Mon Mar  2 08:00:31 2026\n{lines}\n")
    path.write_text("".join(texts))
    (chunk,) = RadiusAccounting().read(
        [Source(0, path, path.name, "digest")], Context(Carrier("oak"), timezone=timezone)
    )
    return chunk


def told(chunk: Chunk) -> tuple[list[tuple[Any, ...]], list[Any]]:
    return chunk.calls.drop("call", "file", "row", "record_id").rows(), chunk.rows["reasons"].to_list()


@given(st.lists(PACKETS, min_size=2, max_size=12))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_record_says_the_same_among_others_as_alone(tmp_path: Path, packets: list[Mapping[str, str]]) -> None:
    calls, reasons = told(read(tmp_path / "all", packets, " +0530", None))
    alone = [told(read(tmp_path / "one", [packet], " +0530", None)) for packet in packets]
    assert calls == [call for each, _ in alone for call in each]
    assert reasons == [reason for _, each in alone for reason in each]


@given(st.lists(PACKETS, min_size=1, max_size=12))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_times_one_by_one_are_those_of_columns(tmp_path: Path, packets: list[Mapping[str, str]]) -> None:
    """A word that states its offset is read by columns, what a zone says that was given is asked time by time."""
    dated = [{**packet, "Timestamp": ""} if "Timestamp" in packet else packet for packet in packets]
    by_columns = read(tmp_path / "word", dated, " +0530", None)
    one_by_one = read(tmp_path / "none", dated, "", "+05:30")
    assert told(by_columns) == told(one_by_one)
    assert by_columns.flags == one_by_one.flags


@given(
    st.lists(
        st.one_of(
            st.just(""),
            st.builds(
                lambda mark, clock, rest: f"{mark}{clock}{rest}",
                st.sampled_from(["", "*", ".", "**", " "]),
                st.sampled_from(["08:00:01.120", "24:00:00.000", "8:00:01", "08:00:01.12", "08:00:01.123456", "x"]),
                st.sampled_from(
                    [
                        *(
                            " UTC Mon Mar 2 2026",
                            " Mar 2 2026",
                            "  UTC  Mar 02 2026",
                            " EST Feb 30 2026",
                            " utc MAR 2 1999",
                        ),
                        *("\tUTC Mar 2 2026", " GMT+4 Mar 2 2026", "", " UTC Mar 2 2026" + " " * 90),
                    ]
                ),
            ),
        ),
        min_size=3,
        max_size=30,
    )
)
def test_times_in_columns_are_those_of_single_texts(texts: list[str]) -> None:
    thirds = len(texts) // 3
    columns = [texts[at * thirds : (at + 1) * thirds] for at in range(3)]
    found = list(Stamps.of(*columns).each())
    assert found == [[parse_stamp(text) for text in record] for record in zip(*columns, strict=True)]


@pytest.mark.parametrize("rows", [0, 1, 11, 12, 300])
def test_a_frame_of_few_rows_is_one_of_many(rows: int) -> None:
    schema = pl.Schema({"a": pl.Int32, "b": pl.Datetime("us", "UTC"), "c": pl.List(pl.String), "d": pl.String})
    columns = {"b": [number * 10**6 for number in range(rows)], "a": range(rows), "c": [["x"], []] * (rows // 2)}
    columns["c"] += [["y"]] * (rows % 2)
    frame = frame_of(columns, schema)
    assert frame.schema == schema
    assert frame["a"].to_list() == list(range(rows))
    assert frame["b"].to_physical().to_list() == columns["b"]
    assert frame["c"].to_list() == columns["c"]
    assert frame["d"].null_count() == rows
