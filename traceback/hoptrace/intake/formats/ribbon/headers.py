"""What a Ribbon (Sonus) record keeps of SIP: sub-fields of the protocol data of each side, and Identity headers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from hoptrace.model.number_text import undress

CALL_ID, FROM_HEADER, FORWARDER, REQUEST, FROM, RESPONSE = 1, 2, 7, 8, 12, 18
"""Sub-fields of the protocol data of SIP (from 0).

Call-ID, From header, P-K-CallForwardingLast, request URI, From URI, response.
"""

_ATTEST = re.compile(r"\battest:\s*\"?([ABC])\b")
_ORIG_ID = re.compile(r"\borigid:\s*\"?([0-9A-Za-z-]{8,64})")
_URL = re.compile(r"\bx5u:\s*\"?(https?://[^;}\",]+)")


def protocol_data(text: str | None) -> list[str]:
    """The sub-fields of SIP protocol data, those behind the last one that is looked at in one.

    Those of other protocols mean other things and are left alone.
    """
    subs = text.split(",", RESPONSE + 1) if text else []
    return subs if subs and subs[0].upper().startswith("SIP") else []


def sub_field(subs: Sequence[str], place: int) -> str | None:
    """A sub-field with the characters in it that would divide it; None where it is empty."""
    text = subs[place] if place < len(subs) else ""
    if not text:
        return None
    return text.replace("%2C", ",").replace("%22", '"').strip() if "%" in text else text.strip()


def uri(subs: Sequence[str], place: int) -> str | None:
    """A URI without the parameters behind its host, such as dtg and methods; those of the user part stay."""
    text = sub_field(subs, place)
    if text is None or ";" not in text:
        return text
    user, at, host = text.partition("@")
    return f"{user}@{host.partition(';')[0]}" if at else text


def caller(incoming: Sequence[str]) -> str | None:
    """The From URI, or the From header where that has a number and the URI has none."""
    address, header = uri(incoming, FROM), sub_field(incoming, FROM_HEADER)
    if header is None or _has_digits(undress(address or "").text) or not _has_digits(undress(header).text):
        return address
    return header


def _has_digits(text: str) -> bool:
    return any(character.isdigit() for character in text)


def forwarder(incoming: Sequence[str]) -> str | None:
    """The number that forwarded the call."""
    text = sub_field(incoming, FORWARDER)
    return text if text and _has_digits(text) else None


def claims(said: Mapping[str, str], signers: Mapping[str, str]) -> dict[str, str | None]:
    """Attestation, origid and signer of the Identity header that came in, else of the one that was sent (from 12.0)."""
    for name in ("in_identity", "out_identity"):
        text = said.get(name, "")
        attest = _ATTEST.search(text) if "attest" in text else None
        if attest is not None:
            orig_id, url = _ORIG_ID.search(text), _URL.search(text)
            signer = signers.get(url[1]) if url else None
            return {"attestation": attest[1], "orig_id": orig_id[1] if orig_id else None, "signer": signer}
    return {}
