"""A PASSporT: the signed token of an Identity header, as it is written (RFC 8225; SHAKEN: RFC 8588; div: RFC 8946).

What is read here was not verified: `hoptrace.model.signatures` does that. Text comes from strangers, so everything is
bounded, and what is wrong comes as a sentence, never as an exception.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

import orjson

LONGEST_TOKEN = 16_384
"""Characters of a token that are looked at; real ones have some 500 to 1,500."""

LONGEST_CLAIM = 256
"""Characters of a claim that is text; a longer one is left out."""

MOST_NUMBERS = 64
"""Destinations that are read of one PASSporT."""

SIGNATURE_BYTES = 64
"""An ES256 signature is r and s, 32 bytes each (RFC 7518, section 3.4)."""

_LATEST_IAT = 4_102_444_800  # the year 2100
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")


class Kind(StrEnum):
    """What a PASSporT is for, from its `ppt` (the IANA registry of PASSporT extensions)."""

    SHAKEN = "shaken"
    DIV = "div"
    """Says that a call was diverted (RFC 8946, div and div-o): who forwarded it, not who vouches for the caller."""
    BASE = "base"
    """No extension at all (RFC 8225)."""
    OTHER = "other"
    """Another extension, such as rcd, rph or msec."""


class Form(StrEnum):
    """How the token is written (RFC 8225, sections 6 and 7)."""

    FULL = "full"
    COMPACT = "compact"
    """Only the signature; header and claims would have to be rebuilt from the SIP message (RFC 8224, section 4.1)."""


@dataclass(frozen=True, slots=True)
class Passport:
    """What a token says; None or empty where it does not say it.

    `iat` is the time of signing in epoch seconds, `orig` and `dest` numbers or URIs as written, `div` the number that
    forwarded the call. `signed` are the bytes that `signature` (r and s, 64 bytes; empty where it is none) signs.
    """

    kind: Kind
    form: Form = Form.FULL
    alg: str | None = None
    typ: str | None = None
    ppt: str | None = None
    x5u: str | None = None
    attest: str | None = None
    origid: str | None = None
    iat: int | None = None
    orig: str | None = None
    dest: tuple[str, ...] = ()
    div: str | None = None
    signed: bytes = b""
    signature: bytes = b""


def read_token(token: str) -> Passport | str:
    """The PASSporT that a token (`header.payload.signature`, or `..signature`) holds, or why it holds none."""
    if len(token) > LONGEST_TOKEN:
        return f"The token is longer than {LONGEST_TOKEN:,} characters."
    parts = token.split(".")
    if len(parts) != 3:
        return f"A PASSporT has three parts with dots between them; this has {len(parts):,}."
    signature = _decoded(parts[2])
    if signature is None or len(signature) != SIGNATURE_BYTES:
        # Many databases cut long cells; the claims before the signature still are what was written.
        signature = b""
    if not parts[0] and not parts[1] and signature:
        return Passport(Kind.BASE, Form.COMPACT, signature=signature)
    header, claims = _object(parts[0]), _object(parts[1])
    if header is None or claims is None:
        return f"The {'header' if header is None else 'payload'} is no JSON object in base64url."
    return _passport(header, claims, f"{parts[0]}.{parts[1]}".encode(), signature)


def faults(passport: Passport) -> tuple[str, ...]:
    """What a SHAKEN PASSporT must have and this one lacks, a sentence each (RFC 8588, sections 4 and 5)."""
    if passport.form is Form.COMPACT:
        return ("It is in compact form, which carries no claims; SHAKEN needs the full form.",)
    found = [
        (passport.alg != "ES256", f"Its alg is {_said(passport.alg)} and not ES256."),
        (passport.typ != "passport", f"Its typ is {_said(passport.typ)} and not passport."),
        (passport.x5u is None, "It names no certificate (x5u)."),
        (not passport.signature, "Its signature is not 64 bytes in base64url, as ES256 makes them: cut, or made up."),
        (passport.attest is None, "It has no attest of A, B or C."),
        (passport.origid is None, "It has no origid."),
        (passport.iat is None, "It has no time of signing (iat)."),
        (passport.orig is None, "It names no calling number (orig)."),
        (not passport.dest, "It names no called number (dest)."),
    ]
    return tuple(text for wrong, text in found if wrong)


def kind_of(ppt: str | None) -> Kind:
    """The kind that a `ppt` stands for."""
    if ppt is None:
        return Kind.BASE
    return {"shaken": Kind.SHAKEN, "div": Kind.DIV, "div-o": Kind.DIV}.get(ppt.lower(), Kind.OTHER)


def _passport(header: dict[str, Any], claims: dict[str, Any], signed: bytes, signature: bytes) -> Passport:
    ppt, attest = _text(header.get("ppt")), _text(claims.get("attest"))
    destinations = _identities(claims.get("dest"))
    return Passport(
        kind=kind_of(ppt),
        alg=_text(header.get("alg")),
        typ=_text(header.get("typ")),
        ppt=ppt,
        x5u=_text(header.get("x5u"), 2_048),
        attest=attest if attest in ("A", "B", "C") else None,
        origid=_text(claims.get("origid")),
        iat=_seconds(claims.get("iat")),
        orig=next(iter(_identities(claims.get("orig"))), None),
        dest=destinations,
        div=next(iter(_identities(claims.get("div"))), None),
        signed=signed,
        signature=signature,
    )


def _decoded(part: str) -> bytes | None:
    # Python's decoder skips what is no base64, and two readers of one token must not differ on it.
    if not _BASE64URL.fullmatch(part):
        return None
    plain = part.rstrip("=")
    try:
        return base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return None


def _object(part: str) -> dict[str, Any] | None:
    decoded = _decoded(part)
    if decoded is None:
        return None
    try:
        value: object = orjson.loads(decoded)
    except orjson.JSONDecodeError:
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _text(value: object, longest: int = LONGEST_CLAIM) -> str | None:
    if not isinstance(value, str):
        return None
    text = value.strip()
    return text if text and len(text) <= longest and text.isprintable() else None


def _seconds(value: object) -> int | None:
    """A NumericDate (RFC 7519); RFC 8588's own example writes it as a string, and so do some signers."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}", value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value <= _LATEST_IAT else None


def _identities(value: object) -> tuple[str, ...]:
    """The numbers (`tn`), else the URIs (`uri`), of orig, dest or div; each may be one or a list."""
    if not isinstance(value, dict):
        return ()
    told = cast("dict[str, Any]", value)
    for name in ("tn", "uri"):
        named: object = told.get(name)
        listed = cast("list[object]", named) if isinstance(named, list) else [named]
        found = [text for item in listed[:MOST_NUMBERS] if (text := _text(item)) is not None]
        if found:
            return tuple(found)
    return ()


def _said(value: str | None) -> str:
    return "not given" if value is None else repr(value)
