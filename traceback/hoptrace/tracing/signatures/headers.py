"""An Identity header held against the record that it stands in: signature, time of signing, numbers (RFC 8224, 6.2)."""

from __future__ import annotations

from collections.abc import Iterator

from hoptrace.model.identity import read_identities
from hoptrace.model.passport import Kind, Passport
from hoptrace.model.signatures import MOST_SHOWN, SignatureState
from hoptrace.model.verdicts import Evidence
from hoptrace.tracing.signatures.signers import Signature, SignedHop

FRESH = 60.0
"""Seconds for which verifiers usually take a header for fresh."""

SHORTEST_NUMBER = 7
"""Digits from which the end of a number is enough to know it by: some signers leave the country code out."""

_AGREES = {SignatureState.VERIFIED: True, SignatureState.WRONG: False}


def of_header(signature: Signature) -> Iterator[Evidence]:
    """What a hop's Identity header says for itself; nothing where the record has none."""
    identity, check, hop = signature.identity, signature.check, signature.hop
    if identity is None or check is None:
        return
    yield Evidence("identity", _AGREES.get(check.state), check.detail)
    passport = identity.passport
    if identity.kind is not Kind.SHAKEN or passport is None:
        return
    if identity.problems and check.state is not SignatureState.NOT_SHAKEN:
        yield Evidence("identity", None, f"The header has faults: {' '.join(identity.problems[:3])}")
    yield from _written_otherwise(signature, passport)
    yield from _moment(passport, hop)
    diverted = _diverted(hop)
    yield from (Evidence("identity", None, _diversion(div)) for div in diverted)
    yield from _numbers(passport, hop, diverted)


def _written_otherwise(signature: Signature, passport: Passport) -> Iterator[Evidence]:
    """What the carrier wrote beside the header and the header does not say."""
    hop, check = signature.hop, signature.check
    for about, written, signed in (
        ("attestation", hop.attestation, passport.attest),
        ("orig_id", hop.orig_id, passport.origid),
    ):
        if written is not None and signed is not None and written != signed:
            said = written[:MOST_SHOWN]
            text = f"{hop.carrier} recorded the {about.replace('_', '')} {said}, its Identity header says {signed}."
            yield Evidence("identity", False, text)
    proven = check.spcs if check is not None and check.state is SignatureState.VERIFIED else ()
    if hop.signer is not None and proven and hop.signer.upper() not in {code.upper() for code in proven}:
        said, named = hop.signer[:MOST_SHOWN], ", ".join(proven[:3])
        text = f"{hop.carrier} recorded {said} as the signer, the verified certificate names {named}."
        yield Evidence("identity", None, text)


def _moment(passport: Passport, hop: SignedHop) -> Iterator[Evidence]:
    if passport.iat is None or hop.at is None:
        return
    late = hop.at - passport.iat
    way = "before" if late >= 0 else "after"
    text = f"It was signed {_length(abs(late))} {way} the call reached {hop.carrier}, clock offset applied"
    if abs(late) <= FRESH:
        yield Evidence("identity", True, f"{text}.")
        return
    yield Evidence(
        "identity", False, f"{text}; a header usually counts for {FRESH:.0f} s. It may be of another call, used again."
    )


def _length(seconds: float) -> str:
    """The time of signing is in whole seconds, so tenths would say too much."""
    return "less than 1 s" if seconds < 1 else f"{seconds:,.0f} s"


def _diverted(hop: SignedHop) -> list[Passport]:
    headers = read_identities(hop.identity or "")
    return [each.passport for each in headers if each.kind is Kind.DIV and each.passport is not None]


def _diversion(div: Passport) -> str:
    to = f" to {', '.join(div.dest[:3])}" if div.dest else ""
    return f"A div PASSporT says that the call for {div.div or 'another number'} was forwarded{to} (RFC 8946)."


def _numbers(passport: Passport, hop: SignedHop, diverted: list[Passport]) -> Iterator[Evidence]:
    forwarded = {_plain(div.div) for div in diverted if div.div and _among(div.dest, hop.called)}
    to = _among(passport.dest, hop.called | forwarded) if passport.dest and hop.called else None
    by = _among((passport.orig,), hop.calling) if passport.orig and hop.calling else None
    wrong = [
        (to, "to", ", ".join(passport.dest[:3]), hop.called),
        (by, "from", passport.orig, hop.calling),
    ]
    for fits, word, signed, recorded in wrong:
        if fits is False:
            written = " and ".join(f"+{each}" for each in sorted(recorded))
            text = (
                f"It was signed for a call {word} {signed}, {hop.carrier} recorded {written}: the number changed after "
                "the signing, or the header is of another call."
            )
            yield Evidence("identity", False, text)
    if to and by:
        yield Evidence("identity", True, f"It was signed for the two numbers that {hop.carrier} recorded.")


def _among(signed: tuple[str, ...], recorded: frozenset[str] | set[str]) -> bool:
    return any(_alike(_plain(number), other) for number in signed for other in recorded)


def _alike(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= SHORTEST_NUMBER and longer.endswith(shorter)


def _plain(number: str) -> str:
    """The digits of a number, also of one in a URI."""
    user = number.partition(":")[2].partition("@")[0] if ":" in number else number
    return "".join(letter for letter in user.partition(";")[0] if letter in "0123456789")
