"""Signatures in the campaign report: as the records in the lake tell them, with the signer's role and re-signing."""

from __future__ import annotations

import pytest

import hoptrace
from hoptrace.model.carriers import Carrier
from hoptrace.model.verdicts import ReportedCall
from hoptrace.reports import of_many
from hoptrace.reports.profiles import read_profile

HEADER = (
    "start_time,duration,calling_number,called_number,upstream,customer,downstream,release_code,attestation,signer\n"
)
CHAIN = ("CEDR3", "BRCH2", "ALDR1")
SIGNED = {"CEDR3": "A,CEDR3", "BRCH2": "B,BRCH2", "ALDR1": "B,BRCH2"}


@pytest.fixture(scope="module")
def signed(make_reported, tmp_path_factory):
    """Three calls from CEDR3 over BRCH2, which signs anew, to ALDR1; the third is not signed."""
    carriers = [Carrier(name, name.title(), "US") for name in CHAIN]
    workspace = make_reported([], carriers)
    folder = tmp_path_factory.mktemp("signed")
    for place, carrier in enumerate(CHAIN):
        upstream = CHAIN[place - 1] if place else ""
        downstream = CHAIN[place + 1] if place < 2 else ""
        rows = [
            f"2026-11-02T15:0{call}:00.{place}00Z,30,+12025550143,+1312555018{call},{upstream},"
            f"{'' if place else 'cust-1'},{downstream},200,{SIGNED[carrier] if call < 2 else ','}\n"
            for call in range(3)
        ]
        (folder / f"{carrier}.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
        hoptrace.submit(workspace, [folder / f"{carrier}.csv"], carrier, format="canonical")
    calls = [
        ReportedCall(f"c{at}", f"2026-11-02T15:0{at}:00.3Z", f"+1312555018{at}", "+12025550143", "ALDR1", "signed")
        for at in range(3)
    ]
    hoptrace.trace(workspace, calls)
    return workspace


def test_signers_have_their_level_their_role_and_their_calls(signed) -> None:
    report = of_many.campaign(signed, of_many.Which(campaign="signed"))
    told = {(row["signer"], row["attestation"]): row for row in report.attestations.rows()}
    assert set(told) == {("CEDR3", "A"), ("BRCH2", "B")}
    assert {row["calls"] for row in told.values()} == {2}
    assert told["CEDR3", "A"]["role"] == "originating"
    assert (told["BRCH2", "B"]["role"], told["BRCH2", "B"]["name"]) == ("transit", "Brch2")


def test_calls_that_were_signed_anew_are_counted_once(signed) -> None:
    (row,) = of_many.campaign(signed, of_many.Which(campaign="signed")).resignings.rows()
    assert (row["first_signer"], row["first_level"]) == ("CEDR3", "A")
    assert (row["next_signer"], row["next_level"], row["calls"]) == ("BRCH2", "B", 2)


def test_a_carrier_is_not_told_who_signed_further_up(signed) -> None:
    report = of_many.campaign(signed, of_many.Which(campaign="signed"), read_profile("carrier:ALDR1"))
    assert {row["signer"] for row in report.attestations.rows()} == {""}
    assert "CEDR3" not in report.model_dump_json()
