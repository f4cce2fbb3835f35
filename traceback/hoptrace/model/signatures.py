"""Is a PASSporT's signature right, and whose is it? Worked out from the certificates at hand; nothing is fetched.

Not checked: whether a certificate was revoked (that needs the lists of its CA at the time), and the claim constraints
of RFC 8226, section 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from hoptrace.model.certificates import StoredCertificate, Trust, may_issue
from hoptrace.model.identity import Identity
from hoptrace.model.passport import Form, Kind, Passport

if TYPE_CHECKING:
    from cryptography import x509

LONGEST_CHAIN = 6
"""Certificates of a chain, the signer's and the anchor counted; SHAKEN's own (ATIS-1000080) have two to four."""

MOST_NAMELESS = 200
"""Certificates without a URL that are tried on one signature."""

MOST_SHOWN = 200
"""Letters of a URL or name that a sentence shows."""

_CURVE = "secp256r1"


class SignatureState(StrEnum):
    """What came of checking a signature."""

    VERIFIED = "verified"
    WRONG = "signature wrong"
    NOT_TRUSTED = "chain not trusted"
    EXPIRED = "certificate expired at iat"
    NOT_AT_HAND = "certificate not at hand"
    NOT_SHAKEN = "not a shaken PASSporT"


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """What came of checking a signature: the state, a sentence, and whom the certificate names.

    `spcs` are the service provider codes of the certificate whose key made the signature: proven where the state is
    VERIFIED, a claim where it is EXPIRED or NOT_TRUSTED, empty otherwise.
    """

    state: SignatureState
    detail: str
    spcs: tuple[str, ...] = ()


def check_signature(identity: Identity, trust: Trust) -> SignatureCheck:
    """Check a SHAKEN header's signature (ES256, RFC 7518) and its certificate's chain at the time of signing.

    Never raises; whatever is wrong is the result.
    """
    passport = identity.passport
    if passport is None or identity.kind is not Kind.SHAKEN or passport.form is not Form.FULL:
        return SignatureCheck(SignatureState.NOT_SHAKEN, _not_shaken(identity))
    if passport.alg != "ES256" or passport.iat is None:
        return SignatureCheck(SignatureState.NOT_SHAKEN, f"It is no sound SHAKEN PASSporT. {identity.problems[0]}")
    if not passport.signature:
        return SignatureCheck(SignatureState.WRONG, "The signature is not 64 bytes long: it was cut, or made up.")
    url = identity.certificate_url
    named, shown = trust.named(url), (url or "no address")[:MOST_SHOWN]
    signers = [each for each in named or trust.nameless()[:MOST_NAMELESS] if _signed_by(passport, each)]
    if signers:
        checks = [_check_chain(each, passport.iat, trust) for each in signers]
        return min(checks, key=lambda check: list(SignatureState).index(check.state))
    if not named:
        return SignatureCheck(
            SignatureState.NOT_AT_HAND,
            f"The certificate at {shown} is not at hand, so the signature was not checked. "
            "Load it with: hoptrace certificates load",
        )
    return SignatureCheck(
        SignatureState.WRONG,
        f"The signature was not made with the key of the certificate from {shown}: the header was changed or made up.",
    )


def _not_shaken(identity: Identity) -> str:
    passport = identity.passport
    if passport is None:
        return f"The Identity header cannot be read. {identity.problems[0]}"
    if identity.kind is Kind.DIV:
        return f"The PASSporT says that {passport.div or 'a number'} was diverted (RFC 8946); it vouches for no caller."
    if passport.form is Form.COMPACT:
        return "The PASSporT is in compact form, which carries no claims to check."
    return f"The PASSporT is {'of no extension' if passport.ppt is None else 'for ' + passport.ppt} and not for shaken."


def _signed_by(passport: Passport, stored: StoredCertificate) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        key = _opened(stored).public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != _CURVE:
        return False
    r, s = (int.from_bytes(half) for half in (passport.signature[:32], passport.signature[32:]))
    try:
        key.verify(encode_dss_signature(r, s), passport.signed, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _check_chain(stored: StoredCertificate, iat: int, trust: Trust) -> SignatureCheck:
    facts, at = stored.facts, datetime.fromtimestamp(iat, UTC)
    whose = f"the certificate of {facts.subject[:MOST_SHOWN]}{_codes(facts.spcs)}"
    if not facts.not_before <= at <= facts.not_after:
        detail = (
            f"The signature fits {whose}, which was valid from {facts.not_before:%Y-%m-%d} to "
            f"{facts.not_after:%Y-%m-%d} and not when it signed ({at:%Y-%m-%d %H:%M:%S} UTC)."
        )
        return SignatureCheck(SignatureState.EXPIRED, detail, facts.spcs)
    if not reaches_anchor(stored, at, trust):
        why = (
            "whose chain leads to none of the trust anchors at hand that was valid then"
            if trust.has_anchors
            else "but no trust anchor was loaded, so that nothing says who made it"
        )
        return SignatureCheck(SignatureState.NOT_TRUSTED, f"The signature fits {whose}, {why}.", facts.spcs)
    return SignatureCheck(SignatureState.VERIFIED, f"The signature is verified: made with {whose}.", facts.spcs)


def _codes(spcs: Sequence[str]) -> str:
    return f" (SPC {', '.join(spcs[:3])})" if spcs else " (which names no SPC)"


def reaches_anchor(stored: StoredCertificate, at: datetime, trust: Trust) -> bool:
    """Whether certificates at hand lead from this one to a trust anchor, each valid `at` that time (RFC 5280, 6.1)."""
    level, seen = [stored], {stored.facts.fingerprint}
    for below in range(LONGEST_CHAIN):
        if any(trust.is_anchor(each.facts.fingerprint) for each in level):
            return True
        uppers: dict[str, StoredCertificate] = {}
        for lower in level:
            for upper in trust.issuers(lower.facts.issuer):
                in_time = upper.facts.not_before <= at <= upper.facts.not_after
                if in_time and upper.facts.fingerprint not in seen and _issued(_opened(upper), _opened(lower), below):
                    uppers[upper.facts.fingerprint] = upper
        level, seen = list(uppers.values()), seen | uppers.keys()
    return False


def _issued(upper: x509.Certificate, lower: x509.Certificate, below: int) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    if not may_issue(upper, below):
        return False
    try:
        lower.verify_directly_issued_by(upper)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _opened(stored: StoredCertificate) -> x509.Certificate:
    from cryptography import x509

    return x509.load_pem_x509_certificate(stored.pem.encode())
