"""What the tables read is what pycrate reads; what they leave alone is pycrate's to decide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptrace.intake.formats.tgpp.decoding import Components
from hoptrace.intake.formats.tgpp.records import CALLS, BerRecord, records_of

FOLDER = Path(__file__).parents[3] / "fixtures" / "formats" / "3gpp"
FILES = ("gateway.ber", "ims.ber", "framed.cdr")
RECORDS = [each for name in FILES for each in records_of((FOLDER / name).read_bytes()) if each.tag in CALLS]


@pytest.fixture(scope="module")
def kinds() -> tuple[Any, Any]:
    """pycrate's objects of the records of the circuit-switched domain and of IMS."""
    modules: Any = pytest.importorskip("pycrate_asn1dir.CDR")
    return modules.CSChargingDataTypes.CSRecord, modules.IMSChargingDataTypes.IMSRecord


@pytest.fixture(scope="module")
def tables(kinds: tuple[Any, Any]) -> tuple[Components, Components]:
    return Components(kinds[0]), Components(kinds[1])


def by_pycrate(kind: Any, raw: bytes) -> object:
    try:
        kind.from_ber(raw)
    except Exception:
        return None
    return kind.get_val()


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: f"{record.tag}-{record.number}")
def test_plain_records_are_read_by_the_tables_alone(record: BerRecord, kinds, tables) -> None:
    ims = record.tag >= 63
    found = tables[ims].one(record.raw, 0, len(record.raw))
    assert found == by_pycrate(kinds[ims], record.raw)
    assert len(found[1]) > 5


@given(st.sampled_from(RECORDS), st.data())
@settings(deadline=None, max_examples=200)
def test_damaged_records_are_read_as_pycrate_reads_them_or_left_to_it(kinds, tables, record: BerRecord, data) -> None:
    raw = bytearray(record.raw)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    ims = record.tag >= 63
    try:
        found = tables[ims].one(bytes(raw), 0, len(raw))
    except (LookupError, ValueError):
        return
    assert found == by_pycrate(kinds[ims], bytes(raw))


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(bytes.fromhex("a580800105") + b"\0\0", id="indefinite length"),
        pytest.param(bytes.fromhex("a503800105"), id="components missing"),
        pytest.param(bytes.fromhex("a50380010500"), id="something behind"),
        pytest.param(bytes.fromhex("a503df8a0100"), id="unknown tag"),
        pytest.param(bytes.fromhex("a5"), id="cut"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_is_in_doubt_is_not_read(raw: bytes, tables) -> None:
    with pytest.raises((LookupError, ValueError)):
        tables[0].one(raw, 0, len(raw))


def test_a_record_of_indefinite_length_is_left_to_pycrate_which_decodes_it(kinds, tables) -> None:
    raw = next(each.raw for each in RECORDS if each.tag < 63)
    begin = 2 if raw[1] < 0x80 else 2 + (raw[1] & 0x7F)
    indefinite = raw[:1] + b"\x80" + raw[begin:] + b"\0\0"
    with pytest.raises((LookupError, ValueError)):
        tables[0].one(indefinite, 0, len(indefinite))
    assert by_pycrate(kinds[0], indefinite) == tables[0].one(raw, 0, len(raw))
