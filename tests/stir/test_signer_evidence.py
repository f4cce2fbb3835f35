"""What the signatures of hand-made trails say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hoptrace.model.carriers import Carrier
from hoptrace.model.certificates import Trust
from hoptrace.model.verdicts import Evidence, Hop, RecordRef, TraceResult, Verdict
from hoptrace.tracing.signatures.evidence import signer_evidence, with_signing
from hoptrace.tracing.signatures.signers import SignedHop, Signers

from .conftest import NOW, Chain

CARRIERS = [
    Carrier("alpha", "Alpha Voice", "US", ocn="505A"),
    Carrier("bravo", "Bravo Transit", "US", spc="606B; 606C"),
    Carrier("gate", "Gate Wholesale", "US", spc="707D", aliases={"ocn_2": "707E"}),
    Carrier("tango", "Tango Mobile", "US"),
    Carrier("far", "Far Telecom", "GB"),
    Carrier("lion", "", "US", spc="888L"),
]
NAMED, SHORT = Verdict.ORIGINATOR_IDENTIFIED, Verdict.NON_PARTICIPATING
AT = NOW.timestamp()
Lines = tuple[tuple[Evidence, ...], ...]


def tell(*hops: SignedHop, verdict: Verdict = NAMED, trust: Trust | None = None) -> Lines:
    found = signer_evidence(hops, Signers.of(CARRIERS, "US", trust or Trust()), verdict)
    assert len(found) == len(hops)
    for line in (line for lines in found for line in lines):
        assert line.about in {"signer", "attestation", "orig_id", "identity"}
        assert line.detail.endswith((".", "load"))
    return found


def hop(carrier: str, **facts: Any) -> SignedHop:
    return SignedHop(carrier, **facts)


def about(lines: tuple[Evidence, ...], what: str) -> list[tuple[bool | None, str]]:
    return [(line.agrees, line.detail) for line in lines if line.about == what]


def test_a_trail_without_signatures_says_nothing() -> None:
    assert tell(hop("tango"), SignedHop("bravo"), hop("alpha")) == ((), (), ())


def test_the_originator_signed_and_everybody_passed_it_on() -> None:
    facts = {"attestation": "A", "orig_id": "o-1", "signer": "505A"}
    tango, bravo, alpha = tell(hop("tango", **facts), hop("bravo", **facts), hop("alpha", **facts))
    assert about(alpha, "signer") == [
        (True, "Alpha Voice (alpha) signed the call itself; this is where the trail ends.")
    ]
    assert about(alpha, "attestation") == [
        (True, "Alpha Voice (alpha) attested A, that it knows its customer and the right to the calling number.")
    ]
    assert about(bravo, "signer") == [(True, "bravo recorded the same signature as alpha.")]
    assert about(bravo, "attestation") == []
    assert about(tango, "orig_id") == [(True, "tango and bravo recorded the same SHAKEN origid.")]


def test_a_signature_that_only_the_end_recorded() -> None:
    tango, _, _ = tell(hop("tango", signer="505a", attestation="A"), hop("bravo"), hop("alpha"))
    ((agrees, text),) = about(tango, "signer")
    assert agrees is True
    assert text.startswith("The signature that tango recorded is that of Alpha Voice (alpha), hop 3 of this trail")


def test_signed_anew_on_the_way_is_shown_and_decides_nothing() -> None:
    tango, bravo, _ = tell(
        hop("tango", signer="606C", attestation="B", orig_id="b-1"),
        hop("bravo", signer="606B", attestation="B", orig_id="b-1"),
        hop("alpha", signer="505A", attestation="A", orig_id="a-1"),
    )
    changed, whose = about(bravo, "signer")
    assert changed[0] is None
    assert "another signature than alpha" in changed[1]
    assert "Bravo Transit (bravo) signed the call anew, as many carriers do" in changed[1]
    assert whose[0] is True
    assert "so a signer need not be the originator. Alone it is no ground for a verdict." in whose[1]
    assert about(bravo, "orig_id")[0][0] is None
    assert about(tango, "signer") == [(True, "tango recorded the same signature as bravo.")]


def test_a_signer_that_is_not_the_first_hop() -> None:
    tango, *_ = tell(hop("tango", signer="606B", attestation="C"), hop("bravo"), hop("alpha"))
    ((agrees, text),) = about(tango, "signer")
    assert agrees is True
    assert "the trail goes on to alpha. Carriers often sign what they take in" in text
    assert about(tango, "attestation") == []


def test_attestation_a_for_a_call_from_abroad_contradicts() -> None:
    tango, _, _ = tell(
        hop("tango", signer="707D", attestation="A"),
        hop("gate"),
        SignedHop("far"),
        verdict=Verdict.POINT_OF_ENTRY_IDENTIFIED,
    )
    ((agrees, text),) = about(tango, "attestation")
    assert agrees is False
    assert "took the call from far, a carrier abroad, for which C would be right" in text


def test_attestation_c_of_the_point_of_entry_supports() -> None:
    tango, _, _ = tell(
        hop("tango", signer="707E", attestation="C"),
        hop("gate"),
        SignedHop("far"),
        verdict=Verdict.POINT_OF_ENTRY_IDENTIFIED,
    )
    assert about(tango, "attestation")[0][0] is True


def test_attestation_a_for_another_carrier_s_call_is_told() -> None:
    tango, _, _ = tell(hop("tango", signer="606B", attestation="A"), hop("bravo"), hop("alpha"))
    assert about(tango, "attestation")[0][0] is None


def test_an_attestation_that_rises_on_the_way_contradicts() -> None:
    tango, _, _ = tell(
        hop("tango", signer="606B", attestation="A"),
        hop("bravo"),
        hop("alpha", signer="505A", attestation="C"),
    )
    assert about(tango, "attestation")[0] == (
        False,
        "The attestation rose from C (alpha) to A (tango): who signs anew on the way knows less of the caller than who "
        "signed before.",
    )


def test_two_attestations_of_one_signature_contradict() -> None:
    tango, _ = tell(hop("tango", signer="505A", attestation="B"), hop("alpha", signer="505A", attestation="A"))
    assert about(tango, "attestation") == [
        (False, "tango recorded attestation B and alpha A of one signature."),
    ]


def test_a_signer_above_the_end_of_the_trail_is_a_lead_and_no_verdict() -> None:
    _, bravo, gate = tell(hop("tango"), hop("bravo", signer="505A", attestation="A"), SignedHop("gate"), verdict=SHORT)
    ((agrees, text),) = about(bravo, "signer")
    assert agrees is None
    assert text == (
        "The call bore the signature of Alpha Voice (alpha) when bravo recorded it. Alpha Voice (alpha) is not on this "
        "trail, which stops short: it may have had the call before the carriers known here. A lead whom to ask, not a "
        "verdict."
    )
    assert gate == ()


def test_a_stranger_s_signature_on_a_whole_trail_contradicts_a_little() -> None:
    tango, *_ = tell(hop("tango", signer="888L"), hop("bravo"), hop("alpha"))
    ((agrees, text),) = about(tango, "signer")
    assert agrees is False
    assert "that of lion, which is not on this trail. Some carriers let others sign for them." in text
    ((agrees, _),) = about(tell(hop("tango", signer="888L"), verdict=Verdict.AMBIGUOUS)[0], "signer")
    assert agrees is None


def test_a_signer_further_down_contradicts() -> None:
    _, bravo, _ = tell(hop("tango"), hop("bravo", signer="tango"), hop("alpha"))
    ((agrees, text),) = about(bravo, "signer")
    assert agrees is False
    assert "further down (hop 1)" in text


def test_a_carrier_that_a_call_passes_twice_may_have_signed_above() -> None:
    _, bravo, _, _ = tell(hop("tango"), hop("bravo", signer="707D"), hop("gate"), hop("bravo"))
    assert about(bravo, "signer")[0][0] is True
    first, *_ = tell(hop("gate", signer="606B"), hop("bravo"), hop("gate"), hop("alpha"))
    assert "hop 2 of this trail" in about(first, "signer")[0][1]


def test_a_code_that_nobody_has_and_one_that_two_have() -> None:
    tango, _ = tell(hop("tango", signer="0000"), hop("alpha"))
    assert about(tango, "signer") == [
        (None, "It is signed under the code 0000, which is no OCN or SPC of the directory.")
    ]
    twice = Signers.of([*CARRIERS, Carrier("other", ocn="505A")], "US", Trust())
    assert (twice.carrier_of("505A"), twice.carrier_of("606c")) == (None, "bravo")


def test_a_verified_header_of_the_originator(chain: Chain) -> None:
    facts = {"identity": chain.leaf.header(), "at": AT + 0.4, "called": frozenset({"13125550187"})}
    facts["calling"] = frozenset({"12025550143"})
    tango, alpha = tell(hop("tango", **facts), hop("alpha", **facts), trust=chain.trust())
    assert about(alpha, "identity") == [
        (True, "The signature is verified: made with the certificate of CN=SHAKEN 505A (SPC 505A)."),
        (True, "It was signed less than 1 s before the call reached alpha, clock offset applied."),
        (True, "It was signed for the two numbers that alpha recorded."),
    ]
    assert about(alpha, "signer")[0] == (
        True,
        "Alpha Voice (alpha) signed the call itself; this is where the trail ends.",
    )
    assert about(alpha, "attestation")[0][0] is True
    assert tango == (Evidence("signer", True, "tango recorded the same signature as alpha."),)


def test_a_wrong_signature_contradicts_and_names_nobody(chain: Chain) -> None:
    thief = chain.pki.make("SHAKEN 505A", spcs=("505A",))
    tango, _ = tell(hop("tango", identity=thief.header()), hop("alpha"), trust=chain.trust())
    assert about(tango, "identity")[0][0] is False
    assert about(tango, "signer") == []


def test_an_unproven_certificate_claims_and_a_verified_one_corrects(chain: Chain) -> None:
    unproven = Trust([chain.leaf.stored("https://certificates.example.net/alpha.pem")])
    tango, _ = tell(hop("tango", identity=chain.leaf.header()), hop("alpha"), trust=unproven)
    assert about(tango, "identity")[0][0] is None
    assert "Alpha Voice (alpha)" in about(tango, "signer")[0][1]
    written = hop("tango", identity=chain.leaf.header(), signer="606B")
    assert "Bravo Transit" in about(tell(written, hop("bravo"), trust=unproven)[0], "signer")[0][1]
    verified = tell(written, hop("alpha"), trust=chain.trust())[0]
    assert "Alpha Voice (alpha)" in about(verified, "signer")[0][1]
    assert (None, "tango recorded 606B as the signer, the verified certificate names 505A.") in about(
        verified, "identity"
    )


@pytest.mark.parametrize(("late", "agrees"), [(59, True), (61, False), (-59, True), (-61, False), (3600, False)])
def test_a_header_must_be_fresh(chain: Chain, late: int, agrees: bool) -> None:
    iat = int((NOW - timedelta(seconds=late)).timestamp())
    (alpha,) = tell(hop("alpha", identity=chain.leaf.header(iat=iat), at=AT), trust=chain.trust())
    moment = about(alpha, "identity")[1]
    assert moment[0] is agrees
    assert f"{abs(late):,} s {'before' if late > 0 else 'after'} the call reached alpha" in moment[1]


def test_a_header_of_another_call_contradicts(chain: Chain) -> None:
    facts = {"calling": frozenset({"12025550143"}), "called": frozenset({"13125550199"})}
    (alpha,) = tell(hop("alpha", identity=chain.leaf.header(), **facts), trust=chain.trust())
    assert about(alpha, "identity")[1] == (
        False,
        "It was signed for a call to 13125550187, alpha recorded +13125550199: the number changed after the signing, "
        "or the header is of another call.",
    )


def test_a_div_explains_another_called_number(chain: Chain) -> None:
    div = chain.leaf.header(ppt="div", attest=None, origid=None, div={"tn": "13125550187"}, dest={"tn": "13125550199"})
    facts = {"calling": frozenset({"12025550143"}), "called": frozenset({"13125550199"})}
    (alpha,) = tell(hop("alpha", identity=f"{chain.leaf.header()},{div}", **facts), trust=chain.trust())
    assert about(alpha, "identity")[1:] == [
        (None, "A div PASSporT says that the call for 13125550187 was forwarded to 13125550199 (RFC 8946)."),
        (True, "It was signed for the two numbers that alpha recorded."),
    ]


@pytest.mark.parametrize("called", ["+1 (312) 555-0187", "3125550187", "sip:+13125550187@example.net;user=phone"])
def test_numbers_are_known_in_other_spellings(chain: Chain, called: str) -> None:
    facts = {"calling": frozenset({"12025550143"}), "called": frozenset({"13125550187"})}
    (alpha,) = tell(hop("alpha", identity=chain.leaf.header(dest={"tn": called}), **facts))
    assert about(alpha, "identity")[-1][0] is True


def test_what_is_no_shaken_header_is_told_and_no_more(chain: Chain) -> None:
    (alpha,) = tell(hop("alpha", identity="nonsense", at=AT))
    assert len(alpha) == 1
    assert alpha[0].agrees is None
    assert alpha[0].detail.startswith("The Identity header cannot be read.")


def test_columns_that_differ_from_the_header(chain: Chain) -> None:
    (alpha,) = tell(hop("alpha", identity=chain.leaf.header(), attestation="C", signer="505A"), trust=chain.trust())
    assert (False, "alpha recorded the attestation C, its Identity header says A.") in about(alpha, "identity")


def test_a_result_keeps_its_verdict_and_gains_evidence() -> None:
    old = Evidence("orig_id", True, "The SHAKEN origid is the same.")
    hops = (
        Hop("tango", (RecordRef("t-1", 7),), evidence=(old,)),
        Hop("alpha", (RecordRef("a-1", 3),)),
        Hop("far"),
    )
    told = TraceResult("c1", NAMED, ("tango", "alpha", "far"), None, None, None, 0.9, hops, (), (), None, "e", 1, "s")
    row = {"start_time": NOW, "offset": 2.0, "start_basis": "received", "attestation": "A", "orig_id": "o-1"}
    row |= {"signer": "505A", "identity": None, "calling": 12025550143, "egress_calling": None, "called": -1}
    row |= {"egress_called": None, "redirecting": None}
    rows = {("t-1", 7): row, ("a-1", 3): row}
    found = with_signing(told, rows, Signers.of(CARRIERS, "US", Trust()))
    assert replace(found, hops=hops) == told
    assert found.hops[0].evidence == (old, Evidence("signer", True, "tango recorded the same signature as alpha."))
    assert [line.about for line in found.hops[1].evidence] == ["signer", "attestation"]
    assert found.hops[2] == hops[2]
    assert with_signing(told, {("t-1", 8): row}, Signers()) is told
