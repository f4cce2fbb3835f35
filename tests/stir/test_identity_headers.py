"""Identity headers and PASSporTs as they are written, damaged, or made up."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hoptrace.model.identity import MOST_HEADERS, Identity, read_identities, shaken_of
from hoptrace.model.passport import Form, Kind, read_token

Header = Callable[..., str]
SIGNATURE = base64.urlsafe_b64encode(bytes(range(64))).rstrip(b"=").decode()
# Header and payload of the example in RFC 8588, section 5, whose iat is a string, with a signature of no meaning.
SHORT = (
    "eyJhbGciOiJFUzI1NiIsInBwdCI6InNoYWtlbiIsInR5cCI6InBhc3Nwb3J0IiwieDV1IjoiaHR0cHM6Ly9jLmV4YW1wbGUubmV0L2EucGVtIn0."
    "eyJhdHRlc3QiOiJBIiwiZGVzdCI6eyJ0biI6WyIxMzEyNTU1MDE4NyJdfSwiaWF0IjoiMTQ0MzIwODM0NSIsIm9yaWciOnsidG4iOiIxMjAyNTU1"
    "MDE0MyJ9LCJvcmlnaWQiOiIxMjMifQ." + SIGNATURE
)


def one(cell: str) -> Identity:
    (identity,) = read_identities(cell)
    return identity


def test_a_full_header_is_read(signed_header: Header) -> None:
    identity = one(signed_header())
    assert identity.problems == ()
    assert (identity.alg, identity.ppt, identity.info) == ("ES256", "shaken", identity.certificate_url)
    passport = identity.passport
    assert passport is not None
    assert (passport.kind, passport.form, passport.attest) == (Kind.SHAKEN, Form.FULL, "A")
    assert (passport.orig, passport.dest, passport.iat) == ("12025550143", ("13125550187",), 1793631600)
    assert len(passport.signature) == 64


@pytest.mark.parametrize("iat", [1443208345, "1443208345", 1443208345.0, 1443208345.9])
def test_the_time_of_signing_may_be_a_number_or_text(signed_header: Header, iat: Any) -> None:
    passport = one(signed_header(iat=iat)).passport
    assert passport is not None
    assert passport.iat == 1443208345


@pytest.mark.parametrize("iat", [None, True, -1, "soon", "9" * 400, 1e300, [1], {}])
def test_what_is_no_time_of_signing_is_told(signed_header: Header, iat: Any) -> None:
    identity = one(signed_header(iat=iat))
    assert identity.problems == ("It has no time of signing (iat).",)


def test_the_example_with_iat_as_text_is_read() -> None:
    shaken = shaken_of(SHORT)
    assert shaken is not None
    assert shaken.passport is not None
    assert (shaken.passport.iat, shaken.certificate_url) == (1443208345, "https://c.example.net/a.pem")


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"attest": "D"}, "attest"),
        ({"attest": ["A"]}, "attest"),
        ({"origid": 7}, "origid"),
        ({"origid": "x" * 300}, "origid"),
        ({"orig": "12025550143"}, "orig"),
        ({"dest": {"tn": []}}, "dest"),
    ],
)
def test_each_claim_that_shaken_needs_is_asked_for(signed_header: Header, claims: dict[str, Any], reason: str) -> None:
    (problem,) = one(signed_header(**claims)).problems
    assert reason in problem


def test_uris_are_read_where_there_are_no_numbers(signed_header: Header) -> None:
    passport = one(signed_header(orig={"uri": "sip:a@example.net"}, dest={"uri": ["sip:b@example.net"]})).passport
    assert passport is not None
    assert (passport.orig, passport.dest) == ("sip:a@example.net", ("sip:b@example.net",))


def test_compact_form_carries_no_claims() -> None:
    identity = one(f"..{SIGNATURE};info=<https://c.example.net/a.pem>;alg=ES256;ppt=shaken")
    assert identity.passport is not None
    assert (identity.passport.form, identity.kind) == (Form.COMPACT, Kind.SHAKEN)
    assert identity.problems == ("It is in compact form, which carries no claims; SHAKEN needs the full form.",)
    assert shaken_of(identity.token) is None


def test_a_div_is_not_taken_for_shaken(signed_header: Header) -> None:
    div = signed_header(ppt="div", attest=None, origid=None, div={"tn": "13125550187"}, dest={"tn": "13125550199"})
    assert shaken_of(div) is None
    passport = one(div).passport
    assert passport is not None
    assert (passport.kind, passport.div, passport.dest) == (Kind.DIV, "13125550187", ("13125550199",))
    shaken = signed_header()
    found = shaken_of(f"{div}, {shaken}")
    assert found is not None
    assert found.token in shaken


@pytest.mark.parametrize("ppt", ["rcd", "rph", "msec", "msg"])
def test_other_extensions_are_known_as_such(signed_header: Header, ppt: str) -> None:
    assert one(signed_header(ppt=ppt)).kind is Kind.OTHER


@pytest.mark.parametrize(
    "cell",
    ["{0},{1}", "{0}, {1}", "{0}\r\n{1}", "Identity: {0}\nIdentity: {1}", "ARRAY::{0}|:{1}", "identity:{0},\n\n{1},"],
)
def test_several_headers_stand_in_one_cell(signed_header: Header, cell: str) -> None:
    first, second = signed_header(attest="B"), signed_header(attest="C")
    read = read_identities(cell.format(first, second))
    assert [identity.passport.attest for identity in read if identity.passport] == ["B", "C"]
    assert [identity.ppt for identity in read] == ["shaken", "shaken"]


def test_a_folded_header_and_a_comma_in_its_url(signed_header: Header) -> None:
    url = "https://c.example.net/a,b.pem"
    identity = one(signed_header(url=url).replace(";", "\r\n  ;"))
    assert (identity.info, identity.problems) == (url, ())


def test_parameters_that_differ_from_the_signed_header_are_told(signed_header: Header) -> None:
    header = signed_header().replace("info=<https://certificates", "info=<https://other")
    assert "The parameter info says" in one(header).problems[0]


@pytest.mark.parametrize("text", ["a.b", "a.b.c", "a..c", "a.bnVsbA.c", "é.é.é", "a.W10.c;info=<x>", "..", '"x";alg=1'])
def test_what_is_no_passport_has_a_reason(text: str) -> None:
    identity = one(text)
    assert identity.passport is None
    assert identity.problems[0].endswith(".")
    assert shaken_of(text) is None


def test_characters_that_a_lenient_decoder_skips_are_no_base64(signed_header: Header) -> None:
    token = signed_header().partition(";")[0]
    assert isinstance(read_token(token[:10] + " " + token[10:]), str)
    assert isinstance(read_token("~" + token), str)


def test_a_signature_that_was_cut_leaves_the_claims(signed_header: Header) -> None:
    token = signed_header().partition(";")[0]
    shaken = shaken_of(token[:-20])
    assert shaken is not None
    assert shaken.passport is not None
    assert (shaken.passport.attest, shaken.passport.signature) == ("A", b"")
    assert "not 64 bytes" in shaken.problems[0]


@pytest.mark.parametrize("text", ["", " ", ",,\n", "ARRAY::", "Identity:"])
def test_an_empty_cell_has_no_header(text: str) -> None:
    assert read_identities(text) == ()


@pytest.mark.parametrize(
    ("piece", "times"),
    [("<", 300_000), ('"', 99_999), ("|:", 99_999), (";a=", 99_999), ("a,", 99_999), (".", 99_999), ("<a", 99_999)],
)
def test_hostile_pieces_are_read_in_no_time(piece: str, times: int) -> None:
    assert len(read_in_no_time(piece * times)) <= MOST_HEADERS


@pytest.mark.parametrize(
    "text", ["eyJ" + "W" * 300_000 + ".e.e", ";info=<" * 50_000, "Identity:" * 40_000, "a; b" * 50_000]
)
def test_hostile_text_is_read_in_no_time(text: str) -> None:
    assert len(read_in_no_time(text)) <= MOST_HEADERS


def read_in_no_time(text: str) -> tuple[Identity, ...]:
    begun = time.perf_counter()
    read = read_identities(text)
    assert time.perf_counter() - begun < 1.0
    return read


def test_deep_json_is_refused() -> None:
    deep = base64.urlsafe_b64encode(b'{"a":' + b"[" * 5_000).decode().rstrip("=")
    assert isinstance(read_token(f"{deep}.{deep}.{SIGNATURE}"), str)


@given(st.text(max_size=400))
@example("ARRAY::|:|:")
@example('<">;,"')
def test_any_text_is_read_without_an_exception(text: str) -> None:
    for identity in read_identities(text):
        assert identity.passport is not None or identity.problems


@given(st.data())
def test_a_damaged_header_is_read_without_an_exception(data: st.DataObject) -> None:
    text = SHORT + ";info=<https://c.example.net/a.pem>;alg=ES256;ppt=shaken"
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 30)))
        text = text[:start] + data.draw(st.text(max_size=6)) + text[end:]
    for identity in read_identities(text):
        assert identity.passport is not None or identity.problems
    shaken_of(text)


@given(st.binary(max_size=120), st.binary(max_size=120))
def test_any_bytes_behind_base64_are_read_without_an_exception(header: bytes, payload: bytes) -> None:
    parts = [base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (header, payload)]
    read_token(f"{parts[0]}.{parts[1]}.{SIGNATURE}")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["tn", "uri", "x"]), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["attest", "dest", "orig", "iat", "origid", "div"]), JSON))
def test_claims_of_any_type_are_read_without_an_exception(claims: dict[str, Any]) -> None:
    import json

    head = SHORT.partition(".")[0]
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    read = read_token(f"{head}.{payload}.{SIGNATURE}")
    assert isinstance(read, str) or read.attest in {None, "A", "B", "C"}
