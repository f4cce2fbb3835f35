"""Signatures checked with certificates that are at hand, and chains up to a trust anchor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from hoptrace.model.certificates import Trust, provider_codes
from hoptrace.model.identity import read_identities
from hoptrace.model.signatures import SignatureCheck, SignatureState, check_signature

from .conftest import NOW, URL, Chain, tn_auth_list


def checked(header: str, trust: Trust) -> SignatureCheck:
    found = check_signature(read_identities(header)[0], trust)
    assert found.detail.endswith((".", "load"))
    return found


def test_a_signature_is_verified_up_to_the_anchor(chain: Chain) -> None:
    found = checked(chain.leaf.header(), chain.trust())
    assert (found.state, found.spcs) == (SignatureState.VERIFIED, ("505A",))
    assert "SPC 505A" in found.detail


@pytest.mark.parametrize("claims", [{"attest": "B"}, {"iat": 1793631601}, {"dest": {"tn": ["13125550188"]}}])
def test_a_changed_claim_makes_the_signature_wrong(chain: Chain, claims: dict[str, Any]) -> None:
    true, other = chain.leaf.header(), chain.leaf.header(**claims)
    header, _, signature = true.split(".", 2)
    forged = f"{header}.{other.split('.')[1]}.{signature}"
    assert checked(forged, chain.trust()).state is SignatureState.WRONG


def test_another_key_makes_the_signature_wrong(chain: Chain) -> None:
    thief = chain.pki.make("SHAKEN 505A", spcs=("505A",))
    found = checked(thief.header(), chain.trust())
    assert (found.state, found.spcs) == (SignatureState.WRONG, ())


@pytest.mark.parametrize("signature", ["A" * 86, "_" * 85 + "w"])
def test_a_made_up_signature_is_wrong(chain: Chain, signature: str) -> None:
    body = chain.leaf.header().partition(";")[0].rpartition(".")[0]
    assert checked(f"{body}.{signature}", chain.trust()).state is SignatureState.WRONG


def test_keys_of_other_kinds_sign_nothing(chain: Chain) -> None:
    keys = (ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate())
    for key in keys:
        other = chain.pki.make("SHAKEN 303C", spcs=("303C",), key=key)
        url = "https://c.example.net/other.pem"
        found = checked(chain.leaf.header(url=url), chain.trust(other.stored(url)))
        assert found.state is SignatureState.WRONG


def test_a_cut_signature_is_wrong(chain: Chain) -> None:
    assert checked(chain.leaf.header().partition(";")[0][:-9], chain.trust()).state is SignatureState.WRONG


def test_a_certificate_that_nobody_loaded_is_not_at_hand(chain: Chain) -> None:
    found = checked(chain.leaf.header(url="https://c.example.net/other.pem"), chain.trust())
    assert found.state is SignatureState.NOT_AT_HAND
    assert "https://c.example.net/other.pem" in found.detail
    assert checked(chain.leaf.header(), Trust()).state is SignatureState.NOT_AT_HAND


def test_a_certificate_without_a_url_is_found_by_its_key(chain: Chain) -> None:
    trust = Trust([chain.root.stored(anchor=True), chain.ca.stored(), chain.leaf.stored()])
    assert checked(chain.leaf.header(), trust).state is SignatureState.VERIFIED
    stranger = chain.pki.make("SHAKEN 999X", spcs=("999X",))
    assert checked(stranger.header(), trust).state is SignatureState.NOT_AT_HAND


@pytest.mark.parametrize("days", [-400, 400])
def test_a_certificate_must_be_valid_when_it_signed(chain: Chain, days: int) -> None:
    iat = int((NOW + timedelta(days=days)).timestamp())
    found = checked(chain.leaf.header(iat=iat), chain.trust())
    assert (found.state, found.spcs) == (SignatureState.EXPIRED, ("505A",))


def test_a_renewed_certificate_in_the_same_place(chain: Chain) -> None:
    renewed = chain.pki.make("SHAKEN 505A", chain.ca, spcs=("505A",))
    trust = chain.trust(renewed.stored(URL, version=9))
    assert checked(chain.leaf.header(), trust).state is SignatureState.VERIFIED
    assert checked(renewed.header(), trust).state is SignatureState.VERIFIED


def test_without_anchors_nothing_is_trusted(chain: Chain) -> None:
    trust = Trust([chain.root.stored(), chain.ca.stored(), chain.leaf.stored(URL)])
    found = checked(chain.leaf.header(), trust)
    assert found.state is SignatureState.NOT_TRUSTED
    assert "no trust anchor was loaded" in found.detail


def test_a_missing_link_breaks_the_chain(chain: Chain) -> None:
    trust = Trust([chain.root.stored(anchor=True), chain.leaf.stored(URL)])
    assert checked(chain.leaf.header(), trust).state is SignatureState.NOT_TRUSTED


def test_a_signer_is_no_ca(chain: Chain) -> None:
    below = chain.pki.make("SHAKEN 606B", chain.leaf, spcs=("606B",))
    trust = chain.trust(below.stored("https://c.example.net/b.pem"))
    assert checked(below.header(url="https://c.example.net/b.pem"), trust).state is SignatureState.NOT_TRUSTED


def test_a_ca_of_the_anchor_s_name_with_another_key(chain: Chain) -> None:
    fake_root = chain.pki.make("Example Root", ca=True)
    fake = chain.pki.make("SHAKEN 505A", fake_root, spcs=("505A",))
    url = "https://c.example.net/fake.pem"
    trust = chain.trust(fake_root.stored(version=8), fake.stored(url, version=9))
    assert checked(fake.header(url=url), trust).state is SignatureState.NOT_TRUSTED


def test_a_ca_that_was_not_valid_then(chain: Chain) -> None:
    old = chain.pki.make("Old CA", chain.root, ca=True, valid=(NOW - timedelta(days=900), NOW - timedelta(days=30)))
    leaf = chain.pki.make("SHAKEN 707C", old, spcs=("707C",))
    url = "https://c.example.net/c.pem"
    trust = chain.trust(old.stored(), leaf.stored(url))
    assert checked(leaf.header(url=url), trust).state is SignatureState.NOT_TRUSTED
    before = int((NOW - timedelta(days=60)).timestamp())
    assert checked(leaf.header(url=url, iat=before), trust).state is SignatureState.VERIFIED


def test_a_ca_that_allows_no_ca_below_it(chain: Chain) -> None:
    narrow = chain.pki.make("Narrow CA", chain.root, ca=True, path_length=0)
    middle = chain.pki.make("Middle CA", narrow, ca=True)
    leaf = chain.pki.make("SHAKEN 808D", middle, spcs=("808D",))
    url = "https://c.example.net/d.pem"
    trust = chain.trust(narrow.stored(), middle.stored(), leaf.stored(url))
    assert checked(leaf.header(url=url), trust).state is SignatureState.NOT_TRUSTED
    direct = chain.pki.make("SHAKEN 808E", narrow, spcs=("808E",))
    trust = chain.trust(narrow.stored(), direct.stored(url))
    assert checked(direct.header(url=url), trust).state is SignatureState.VERIFIED


def test_cas_that_sign_each_other_do_not_go_round_for_ever(chain: Chain) -> None:
    one = chain.pki.make("Round A", ca=True)
    two = chain.pki.make("Round B", one, ca=True)
    leaf = chain.pki.make("SHAKEN 909E", two, spcs=("909E",))
    url = "https://c.example.net/e.pem"
    assert checked(leaf.header(url=url), chain.trust(one.stored(), two.stored(), leaf.stored(url))).state is (
        SignatureState.NOT_TRUSTED
    )


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("nonsense", "cannot be read"),
        (f"..{'A' * 86};ppt=shaken;info=<https://c.example.net/a.pem>", "compact"),
    ],
)
def test_what_is_no_shaken_passport(header: str, word: str) -> None:
    found = checked(header, Trust())
    assert found.state is SignatureState.NOT_SHAKEN
    assert word in found.detail


def test_div_and_other_passports_vouch_for_no_caller(chain: Chain) -> None:
    div = checked(chain.leaf.header(ppt="div", div={"tn": "13125550187"}), chain.trust())
    assert (div.state, "13125550187 was diverted" in div.detail) == (SignatureState.NOT_SHAKEN, True)
    assert "for rcd" in checked(chain.leaf.header(ppt="rcd"), chain.trust()).detail


def test_no_alg_but_es256_counts(chain: Chain) -> None:
    import base64
    import json

    header = chain.leaf.header()
    head = {"alg": "none", "ppt": "shaken", "typ": "passport", "x5u": URL}
    none = base64.urlsafe_b64encode(json.dumps(head).encode()).decode().rstrip("=")
    found = checked(".".join([none, *header.split(".")[1:]]), chain.trust())
    assert (found.state, "ES256" in found.detail) == (SignatureState.NOT_SHAKEN, True)


def test_a_certificate_may_have_several_codes_or_none(chain: Chain) -> None:
    several = chain.pki.make("SHAKEN", chain.ca, spcs=("111A", "222B", "111A"))
    assert several.stored().facts.spcs == ("111A", "222B")
    assert chain.pki.make("SHAKEN", chain.ca).stored().facts.spcs == ()


@pytest.mark.parametrize(
    "data", [b"", b"\x30", b"\x30\x80", b"\x05\x00", tn_auth_list("505A")[:-1], b"\x30\x03\xa0\x01"]
)
def test_a_damaged_tn_auth_list_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="TNAuthList"):
        provider_codes(data)
