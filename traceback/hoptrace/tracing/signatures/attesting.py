"""Attestation and origid on a trail: do they fit what the trail says of the signer (RFC 8588, sections 4 and 5)?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hoptrace.model.verdicts import Evidence
from hoptrace.tracing.signatures.signers import Signature, Signers

_RANK = {"A": 3, "B": 2, "C": 1}


def of_attestation(
    signature: Signature,
    upper: Signature | None,
    path: Sequence[str],
    signed_at: int | None,
    signers: Signers,
    *,
    same: bool,
) -> Iterator[Evidence]:
    """What the attestation says against the trail.

    `upper` is the next signature upstream, `signed_at` the signer's place on the path; `same`: `upper` is this very
    signature, so that its signer was told of there.
    """
    grade, before = signature.attestation, upper.attestation if upper is not None else None
    if grade is None:
        return
    if upper is not None and before is not None and same and grade != before:
        text = (
            f"{signature.hop.carrier} recorded attestation {grade} and {upper.hop.carrier} {before} of one signature."
        )
        yield Evidence("attestation", False, text)
    elif upper is not None and before is not None and _RANK.get(grade, 0) > _RANK.get(before, 0):
        text = (
            f"The attestation rose from {before} ({upper.hop.carrier}) to {grade} ({signature.hop.carrier}): who signs "
            "anew on the way knows less of the caller than who signed before."
        )
        yield Evidence("attestation", False, text)
    if not same and signed_at is not None:
        yield from _fits(grade, path, signed_at, signers)


def _fits(grade: str, path: Sequence[str], signed_at: int, signers: Signers) -> Iterator[Evidence]:
    who = signers.words(path[signed_at])
    above = path[signed_at + 1] if signed_at + 1 < len(path) else None
    if above is not None and signers.around.foreign(above) and not signers.around.foreign(path[signed_at]):
        if grade == "A":
            text = (
                f"{who} attested A, that it knows its customer and the right to the calling number; but the trail says "
                f"that it took the call from {above}, a carrier abroad, for which C would be right."
            )
            yield Evidence("attestation", False, text)
        elif grade == "C":
            text = f"{who} attested C, that the call only came in there; the trail says so too: from {above}, abroad."
            yield Evidence("attestation", True, text)
    elif above is not None and grade == "A":
        text = (
            f"{who} attested A, that it knows its customer and the right to the calling number; the trail says that "
            f"this customer is another carrier, {above}."
        )
        yield Evidence("attestation", None, text)
    elif grade == "A":
        text = f"{who} attested A, that it knows its customer and the right to the calling number."
        yield Evidence("attestation", True, text)


def of_orig_id(signature: Signature, upper: Signature | None, *, same: bool | None) -> Iterator[Evidence]:
    """Whether the origid is the one recorded upstream; it names the source inside the signer (RFC 8588, section 5)."""
    if upper is None or signature.orig_id is None or upper.orig_id is None:
        return
    names = f"{signature.hop.carrier} and {upper.hop.carrier}"
    if signature.orig_id == upper.orig_id:
        if signature.token is None or signature.token != upper.token:
            yield Evidence("orig_id", True, f"{names} recorded the same SHAKEN origid.")
    elif same is False:
        text = f"{names} recorded different SHAKEN origids, as is so where a call was signed anew."
        yield Evidence("orig_id", None, text)
    else:
        yield Evidence("orig_id", False, f"{names} recorded different SHAKEN origids.")
