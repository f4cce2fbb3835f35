"""The level of each comparison, by example."""

from __future__ import annotations

import polars as pl
import pytest

from hoptrace.linking.levels import LEVELS, levels_of
from hoptrace.model.columns import Columns

SCHEMA = {
    "duration": pl.Float64,
    "tick": pl.Float64,
    "cid": pl.Int64,
    "sent_cid": pl.Int64,
    "has_sent_cid": pl.Boolean,
    "calling": pl.Int64,
    "sent_calling": pl.Int64,
    "outcome": pl.String,
    "release_code": pl.String,
    "answer": pl.Float64,
    "oid": pl.Int64,
    "signed_by": pl.Int64,
    "attestation": pl.String,
}
WITHHELD = -1
UNKNOWN = "unknown"


def pair(d: dict, u: dict) -> pl.DataFrame:
    """One pair; what is not said of a side is unknown, and a tick is a millisecond."""
    usual = {"tick": 0.001, "has_sent_cid": False}
    columns = {
        f"{side}_{name}": pl.Series([(usual | facts).get(name)], dtype=kind)
        for side, facts in (("d", d), ("u", u))
        for name, kind in SCHEMA.items()
    }
    return pl.DataFrame(columns)


def level(name: str, d: dict, u: dict) -> str:
    return (*LEVELS[name], UNKNOWN)[levels_of(Columns(pair(d, u)))[name][0]]


def calling(number: int | None) -> dict:
    return {"calling": number, "sent_calling": number}


def signed(oid=None, signer=None, attestation=None) -> dict:
    return {"oid": oid, "signed_by": signer, "attestation": attestation}


EXAMPLES = [
    ("duration", {"duration": 20.0}, {"duration": 20.4}, "close"),
    ("duration", {"duration": 20.0}, {"duration": 22.0}, "near"),
    ("duration", {"duration": 20.0}, {"duration": 27.0}, "off"),
    ("duration", {"duration": 20.0}, {"duration": 60.0}, "far"),
    ("duration", {"duration": 20.0, "tick": 1.0}, {"duration": 21.5, "tick": 1.0}, "close"),
    ("duration", {"duration": 20.0, "tick": 60.0}, {"duration": 27.0, "tick": 60.0}, "off"),
    ("duration", {"duration": 0.0}, {"duration": 20.0}, UNKNOWN),
    ("duration", {}, {"duration": 20.0}, UNKNOWN),
    ("call_id", {"cid": 5}, {"cid": 5, "sent_cid": 5}, "same"),
    ("call_id", {"cid": 6}, {"cid": 5, "sent_cid": 6, "has_sent_cid": True}, "same"),
    ("call_id", {"cid": 6}, {"cid": 5, "sent_cid": 5}, "differs"),
    ("call_id", {"cid": 6}, {"cid": 5, "sent_cid": 7, "has_sent_cid": True}, "sent_differs"),
    ("call_id", {}, {"cid": 5, "sent_cid": 5}, UNKNOWN),
    ("call_id", {"cid": 5}, {}, UNKNOWN),
    ("calling", calling(1), calling(1), "same"),
    ("calling", calling(1), {"calling": 1, "sent_calling": 2}, "same"),
    ("calling", calling(1), calling(2), "changed"),
    ("calling", calling(WITHHELD), calling(2), "withheld"),
    ("calling", calling(1), calling(WITHHELD), "revealed"),
    ("calling", calling(WITHHELD), calling(WITHHELD), "both_withheld"),
    ("calling", calling(None), calling(1), UNKNOWN),
    ("outcome", {"outcome": "answered"}, {"outcome": "answered"}, "answered"),
    ("outcome", {"outcome": "busy", "release_code": "486"}, {"outcome": "failed", "release_code": "486"}, "same_code"),
    ("outcome", {"outcome": "busy", "release_code": "486"}, {"outcome": "busy", "release_code": "600"}, "alike"),
    ("outcome", {"outcome": "no_answer"}, {"outcome": "cancelled"}, "alike"),
    ("outcome", {"outcome": "busy"}, {"outcome": "failed"}, "failed_otherwise"),
    ("outcome", {"outcome": "answered"}, {"outcome": "busy"}, "differs"),
    ("outcome", {"outcome": "unknown"}, {"outcome": "answered"}, UNKNOWN),
    ("outcome", {"outcome": "answered", "duration": 40.0}, {"outcome": "unknown", "duration": 0.0}, "differs"),
    ("outcome", {"outcome": "unknown", "duration": 0.0}, {"outcome": "answered", "duration": 40.0}, "differs"),
    ("outcome", {"outcome": "answered", "duration": 2.0}, {"outcome": "unknown", "duration": 0.0}, UNKNOWN),
    ("outcome", {"outcome": "answered", "duration": 40.0}, {"outcome": "unknown"}, UNKNOWN),
    (
        "outcome",
        {"outcome": "answered", "duration": 40.0},
        {"outcome": "unknown", "duration": 0.0, "answer": 1.0},
        UNKNOWN,
    ),
    ("outcome", {}, {"outcome": "answered"}, UNKNOWN),
    ("orig_id", signed(oid=1), signed(oid=1), "same"),
    ("orig_id", signed(oid=2), signed(oid=1), "differs"),
    ("orig_id", signed(), signed(oid=1), "lost"),
    ("orig_id", signed(oid=1), signed(), UNKNOWN),
    ("signer", signed(signer=1), signed(signer=1), "same"),
    ("signer", signed(signer=2), signed(signer=1), "differs"),
    ("signer", signed(), signed(signer=1), "lost"),
    ("signer", signed(signer=1), signed(), UNKNOWN),
    ("attestation", signed(attestation="B"), signed(attestation="B"), "same"),
    ("attestation", signed(attestation="C"), signed(attestation="A"), "lowered"),
    ("attestation", signed(attestation="A"), signed(attestation="B"), "raised"),
    ("attestation", signed(), signed(attestation="A"), "lost"),
    ("attestation", signed(attestation="A"), signed(), UNKNOWN),
]


@pytest.mark.parametrize(("name", "d", "u", "expected"), EXAMPLES)
def test_every_level_by_example(name, d, u, expected):
    assert level(name, d, u) == expected


def test_the_examples_leave_no_level_out():
    told = {(name, expected) for name, _, _, expected in EXAMPLES}
    assert told >= {(name, each) for name, levels in LEVELS.items() for each in (*levels, UNKNOWN)}


def levels_of_signature(d: dict, u: dict) -> tuple[str, ...]:
    return tuple(level(name, d, u) for name in ("orig_id", "signer", "attestation"))


def test_a_lost_signature_counts_once():
    assert levels_of_signature(signed(), signed(1, 1, "A")) == ("lost", UNKNOWN, UNKNOWN)
    assert levels_of_signature(signed(), signed(None, 1, "A")) == (UNKNOWN, "lost", UNKNOWN)
    assert levels_of_signature(signed(), signed(None, None, "A")) == (UNKNOWN, UNKNOWN, "lost")


def test_a_signature_passed_on_counts_by_its_origid_and_its_attestation():
    assert levels_of_signature(signed(1, 1, "A"), signed(1, 1, "A")) == ("same", UNKNOWN, "same")
    assert levels_of_signature(signed(2, 2, "C"), signed(1, 1, "A")) == ("differs", UNKNOWN, "lowered")


def test_where_the_upper_carrier_signed_nothing_nothing_is_told():
    assert levels_of_signature(signed(1, 1, "A"), signed()) == (UNKNOWN, UNKNOWN, UNKNOWN)
