"""What a STIR Identity header says, read without verifying its signature (RFC 8224, RFC 8225, RFC 8588)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any, cast

import orjson


@dataclass(frozen=True, slots=True)
class Passport:
    """The claims that a traceback needs: `attest` is A, B or C, `origid` the origination identifier; None if absent."""

    attest: str | None
    origid: str | None


def read_passport(identity: str) -> Passport | None:
    """The SHAKEN claims of an Identity header's PASSporT; None where the text holds no full-form PASSporT."""
    parts = identity.split(";", 1)[0].strip().split(".")
    if len(parts) != 3 or not parts[1]:
        return None
    try:
        payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims: Any = orjson.loads(payload)
    except (binascii.Error, ValueError):
        return None
    if not isinstance(claims, dict):
        return None
    attest, origid = (_text(cast("dict[str, Any]", claims), name) for name in ("attest", "origid"))
    return Passport(attest if attest in ("A", "B", "C") else None, origid)


def _text(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value.strip() or None if isinstance(value, str) else None
