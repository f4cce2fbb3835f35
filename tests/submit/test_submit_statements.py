from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from hoptrace.intake.distinct import distinct
from hoptrace.intake.outcomes import outcomes
from hoptrace.intake.statements import build
from hoptrace.intake.trunks import TrunkTable
from hoptrace.model.carriers import Trunk
from hoptrace.model.number_masks import masked_key
from hoptrace.model.numbers import WITHHELD_KEY, DialPlan
from hoptrace.model.statements import STATEMENTS

PLAN = DialPlan(country="US", carrier_id="alpha")
TRUNKS = TrunkTable.of([Trunk("alpha", "TG", peer="beta"), Trunk("alpha", "PBX", customer="cust-1")], ["alpha", "beta"])


def _build(calls: pl.DataFrame, plan: DialPlan = PLAN):
    return build(calls, "alpha", plan, TRUNKS)


def test_numbers_become_keys_and_stay_as_written(raw_calls) -> None:
    built = _build(
        raw_calls(
            {"calling_number": "anonymous", "called_number": "(312) 555-0187"},
            {"calling_number": "9.12678E+11", "called_number": "011442079460100"},
            {"calling_number": None, "redirecting_number": "+13125550199"},
        )
    ).statements
    assert built["calling"].to_list() == [WITHHELD_KEY, None, None]
    assert built["called"].to_list() == [13125550187, 442079460100, 13125550187]
    assert built["called_number"].to_list()[:2] == ["(312) 555-0187", "011442079460100"]
    assert built["calling_number"][1] == "9.12678E+11"
    assert built["redirecting"].to_list() == [None, None, 13125550199]
    assert set(built.columns) == {*STATEMENTS.names(), "file", "call"} - {"batch"}


def test_an_egress_number_counts_only_where_it_differs(raw_calls) -> None:
    built = _build(
        raw_calls(
            {"egress_called_number": "3125550187"},
            {"egress_called_number": "+13125550199", "calling_number": "+12025550143"},
            {"calling_number": "anonymous", "egress_calling_number": "+12025550143"},
        )
    ).statements
    assert built["egress_called"].to_list() == [None, 13125550199, None]
    assert built["egress_calling"].to_list() == [None, None, 12025550143]


@pytest.mark.parametrize(
    ("called", "reason"),
    [
        (None, "called_number is missing"),
        ("anonymous", "called_number is withheld"),
        ("9.12678E+11", "called_number is no telephone number"),
    ],
)
def test_a_call_to_no_number_is_refused(raw_calls, called: str | None, reason: str) -> None:
    built = _build(raw_calls({}, {"called_number": called}))
    assert built.refused.rows() == [(1, reason)]
    assert built.statements["call"].to_list() == [0]


def test_a_tech_prefix_is_learned_and_told(raw_calls) -> None:
    calls = raw_calls(*({"called_number": f"77011312555{n:04d}"} for n in range(100, 140)))
    built = _build(calls)
    assert built.learned == {"7701": 40}
    assert built.refused.is_empty()
    assert built.statements["called"].to_list() == [13125550100 + n for n in range(40)]
    again = _build(calls.head(1), built.plan)
    assert (again.learned, again.statements["called"].to_list()) == ({}, [13125550100])


AREAS = range(220, 1000, 11)


def test_a_carrier_abroad_may_write_numbers_as_at_home(raw_calls) -> None:
    plan = DialPlan(country="IN", carrier_id="alpha", home="US")
    calls = raw_calls(*({"called_number": f"{area}5550123", "calling_number": "3125550187"} for area in AREAS))
    built = _build(calls, plan)
    assert built.plan.as_at_home
    assert built.statements["called"].to_list() == [10**10 + area * 10**7 + 5550123 for area in AREAS]
    assert built.statements["calling"].unique().to_list() == [13125550187]
    assert _build(calls.head(1), built.plan).statements["called"].to_list() == [12205550123]
    assert _build(calls.tail(11), plan).statements["called"][-1] == 919905550123


def test_its_callers_may_be_its_own_all_the_same(raw_calls) -> None:
    plan = DialPlan(country="IN", carrier_id="alpha", home="US")
    callers = ["9464680097", "9810155501"]  # the second is no number of North America
    rows = [{"called_number": f"{area}5550123", "calling_number": callers[area % 2]} for area in AREAS]
    built = _build(raw_calls(*rows), plan)
    assert built.plan.as_at_home
    assert sorted(built.statements["calling"].unique().to_list()) == [919464680097, 919810155501]


def test_a_tech_prefix_is_learned_though_the_whole_may_be_a_number_abroad(raw_calls) -> None:
    plan = DialPlan(country="PH", carrier_id="alpha", home="US")
    built = _build(raw_calls(*({"called_number": f"77021312555{n:04d}"} for n in range(100, 140))), plan)
    assert built.learned == {"7702": 40}
    assert built.statements["called"].to_list() == [13125550100 + n for n in range(40)]


def test_a_digit_for_an_outside_line_is_learned_though_most_numbers_with_it_may_be_of_india(raw_calls) -> None:
    areas = ["202", "206", "415", "628", "713", "305", "312", "310"]  # of the last three India has none such
    written = [f"91{area}55501{n:02d}" for area in areas for n in range(10)]
    built = _build(raw_calls(*({"called_number": text} for text in written)))
    assert built.learned == {"9": 30}
    assert built.statements["called"].to_list() == [int(text[1:]) for text in written]


def test_numbers_of_india_are_no_outside_line_though_some_are_mistyped(raw_calls) -> None:
    """Most of them could be numbers of North America behind a 9, but not all."""
    india = [f"9198{n:02d}215501" for n in range(100)]
    mistyped = [f"913125550{n:03d}" for n in range(100, 110)]
    built = _build(raw_calls(*({"called_number": text} for text in (*india, *mistyped))))
    assert built.learned == {}
    assert built.statements["called"].to_list() == list(map(int, india))
    assert built.refused.height == len(mistyped)


@pytest.mark.parametrize(
    ("called", "sent", "number"),
    [
        ("912275551608", "+12275551608", 12275551608),  # 9 for an outside line, or Mumbai
        ("sip:912275551608@203.0.113.7", "0012275551608", 12275551608),
        ("1651212275551608", "12275551608", 12275551608),
        ("0012275551608", "901112275551608", 12275551608),  # its own prefix, or Turkey
        ("442079460123", "00442079460123", 442079460123),
    ],
)
def test_a_number_behind_a_prefix_is_read_as_the_same_row_tells_it(raw_calls, called, sent, number) -> None:
    rows = {}, {"called_number": called, "egress_called_number": sent}, {"egress_called_number": "+13125550199"}
    built = _build(raw_calls(*rows))
    assert built.refused.is_empty()
    assert built.statements["called"].to_list() == [13125550187, number, 13125550187]
    assert built.statements["egress_called"].to_list() == [None, None, 13125550199]


@pytest.mark.parametrize(
    ("called", "sent", "keys"),
    [
        ("+912275551608", "+12275551608", (912275551608, 12275551608)),  # explicit, both of them
        ("912275551608", "2275551608", (912275551608, 12275551608)),  # or as India writes it
        ("12025550143", "+13125550143", (12025550143, 13125550143)),
    ],
)
def test_numbers_that_are_or_may_be_two_stay_two(raw_calls, called, sent, keys) -> None:
    built = _build(raw_calls({"called_number": called, "egress_called_number": sent})).statements
    assert (built["called"][0], built["egress_called"][0]) == keys


def test_callers_that_begin_like_a_prefix_are_read_whole_if_they_can(raw_calls) -> None:
    """918055500959 is a number of India, and so it stays where people dial a 9 before others."""
    plan = DialPlan(country="US", carrier_id="alpha", tech_prefixes=("9", "7701"))
    callers = ["918055500959", "913125550187", "770113125550187", "93125550187"]
    built = _build(raw_calls(*({"calling_number": text, "called_number": "913125550187"} for text in callers)), plan)
    assert built.statements["calling"].to_list() == [918055500959, 13125550187, 13125550187, 13125550187]
    assert built.statements["called"].unique().to_list() == [13125550187]


def test_two_odd_numbers_teach_no_prefix(raw_calls) -> None:
    built = _build(raw_calls(*({"called_number": f"77011312555{n:04d}"} for n in (100, 101))))
    assert built.learned == {}
    assert built.refused.height == 2


def test_trunks_become_neighbours_and_stay_as_written(raw_calls) -> None:
    built = _build(
        raw_calls(
            {"upstream": "TG", "downstream": "beta"},
            {"upstream": "PBX"},
            {"upstream": "TG", "customer": "told"},
            {"upstream": "who", "downstream": "who"},
        )
    )
    statements = built.statements
    assert statements.select("upstream", "customer", "downstream").rows() == [
        ("beta", None, "beta"),
        (None, "cust-1", None),
        ("beta", "told", None),
        (None, None, None),
    ]
    assert statements["upstream_trunk"].to_list() == ["TG", "PBX", "TG", "who"]
    assert statements["downstream_trunk"].to_list() == ["beta", None, None, "who"]
    assert built.unknown.rows() == [(3, "who"), (3, "who")]
    assert built.peers == {"beta"}


def test_the_fingerprint_is_of_what_was_said_not_where(raw_calls) -> None:
    calls = raw_calls({"record_id": "1", "upstream": "TG"}, {"record_id": "1", "upstream": "TG"}, {"record_id": "2"})
    first, same, other = _build(calls).statements["fingerprint"]
    assert first == same != other
    renamed = TrunkTable.of([Trunk("alpha", "TG", peer="alpha")], ["alpha"])
    assert build(calls, "alpha", PLAN, renamed).statements["fingerprint"][0] == first
    assert build(calls, "beta", PLAN, TRUNKS).statements["fingerprint"][0] != first


def test_no_calls_give_no_statements(raw_calls) -> None:
    built = _build(raw_calls())
    assert (built.statements.height, built.refused.height, built.unknown.height) == (0, 0, 0)


ANSWER = datetime(2026, 5, 1, 12, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("duration", "code", "answer_time", "expected"),
    [
        (12.0, "200", ANSWER, "answered"),
        (12.0, "16", None, "answered"),
        (12.0, None, None, "answered"),
        (12.0, "480", None, "answered"),
        (0.0, "200", None, "answered"),
        (None, "ANSWERED", None, "answered"),
        (None, None, ANSWER, "answered"),
        (None, "16", ANSWER, "answered"),
        (0.0, "486", ANSWER, "busy"),
        (0.0, "17", None, "busy"),
        (None, "600", None, "busy"),
        (0.0, "BUSY", None, "busy"),
        (0.0, "480", None, "no_answer"),
        (0.0, "408", None, "no_answer"),
        (0.0, "18", None, "no_answer"),
        (0.0, "19", None, "no_answer"),
        (0.0, "NO ANSWER", None, "no_answer"),
        (0.0, "487", None, "cancelled"),
        (0.0, "16", None, "cancelled"),
        (0.0, "CANCEL", None, "cancelled"),
        (0.0, "503", None, "failed"),
        (0.0, "34", None, "failed"),
        (0.0, "404", None, "failed"),
        (0.0, "FAILED", ANSWER, "failed"),
        (None, "16", None, "unknown"),
        (0.0, None, None, "unknown"),
        (None, None, None, "unknown"),
        (0.0, "whatever", None, "unknown"),
    ],
)
def test_the_outcome(raw_calls, duration, code, answer_time, expected: str) -> None:
    calls = raw_calls({"duration": duration, "release_code": code, "answer_time": answer_time})
    assert outcomes(calls, distinct(calls["release_code"])).to_list() == [expected]


def test_parameters_of_numbers_become_fields(raw_calls) -> None:
    """Row 32: trunk groups, the verdict on the signature, the routing number and that it was looked up."""
    built = _build(
        raw_calls(
            {
                "calling_number": "<sip:+12025550143;tgrp=TG;trunk-context=example.net@198.51.100.4;user=phone>",
                "called_number": "sip:+13125550187;npdi;rn=+13125550100@203.0.113.9;user=phone",
            },
            {
                "calling_number": "tel:+12025550143;verstat=TN-Validation-Passed-B",
                "called_number": "tel:+13125550187;rn=D7742",
            },
            {
                "calling_number": "tel:+12025550143;verstat=TN-Validation-Passed",
                "called_number": "sip:3125550187@h;dtg=TG",
            },
            {
                "calling_number": "tel:+12025550143;verstat=TN-Validation-Passed-A;tgrp=TG",
                "attestation": "C",
                "upstream": "PBX",
                "called_number": "+13125550187;isub=12;cpc=ordinary",
            },
        )
    ).statements
    assert built["called"].to_list() == [13125550187] * 4
    assert built["calling"].to_list() == [12025550143] * 4
    assert built["upstream"].to_list() == ["beta", None, None, None]
    assert built["upstream_trunk"].to_list() == ["TG", None, None, "PBX"]
    assert built["downstream"].to_list() == [None, None, "beta", None]
    assert built["attestation"].to_list() == [None, "B", None, "C"]
    assert built["lrn"].to_list() == ["+13125550100", "D7742", None, None]
    assert built["npdi"].to_list() == [True, None, None, None]


def test_numbers_out_of_a_display_name_are_counted(raw_calls) -> None:
    """Row 31: the number may be only in the name beside an address."""
    told = raw_calls(
        {"calling_number": "'12513001300'<sip:gw@198.51.100.4>"},
        {"calling_number": "'WIRELESS CALLER'<sip:12025550143@198.51.100.4:5060;user=phone>;tag=SDepng302"},
        {"calling_number": "'12025550144'<sip:198.51.100.4>", "file": 1},
    )
    built = _build(told)
    assert built.statements["calling"].to_list() == [12513001300, 12025550143, 12025550144]
    assert built.named.rows() == [(0, 1), (1, 1)]


def test_a_masked_caller_is_kept_and_a_masked_called_number_is_none(raw_calls) -> None:
    built = _build(raw_calls({"calling_number": "1202555XXXX"}, {"called_number": "1312555XXXX"}))
    assert built.statements["calling"].to_list() == [masked_key("1202555", 4)]
    assert built.refused["reason"].to_list() == ["called_number is no telephone number"]
