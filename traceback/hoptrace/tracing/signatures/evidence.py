"""STIR/SHAKEN as evidence on a trail: it supports or contradicts, and never decides (RFC 8224, RFC 8588).

A signer is not the originator: many carriers sign what they take in unsigned, or throw a signature away and sign anew.
So these lines are put beside a result that was reached without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from hoptrace.model.numbers import display
from hoptrace.model.signatures import MOST_SHOWN
from hoptrace.model.statements import StartBasis
from hoptrace.model.verdicts import Evidence, Hop, TraceResult, Verdict
from hoptrace.tracing.signatures.attesting import of_attestation, of_orig_id
from hoptrace.tracing.signatures.headers import of_header
from hoptrace.tracing.signatures.signers import Signature, SignedHop, Signers, read_signature, same_signature
from hoptrace.tracing.sources import SIGNATURE

STOPS_SHORT = frozenset(
    {Verdict.POINT_OF_ENTRY_IDENTIFIED, Verdict.NON_PARTICIPATING, Verdict.NO_RECORD, Verdict.DISPUTED}
)
"""Verdicts of trails whose furthest carrier got the call from somebody: who signed above it may lead on."""

NO_VERDICT = "Alone it is no ground for a verdict."


Row = Mapping[str, Any]
"""A statement as a result quotes it: the STATEMENTS columns and `offset`, the seconds taken off its times."""


def with_signing(result: TraceResult, rows: Mapping[tuple[str, int], Row], signers: Signers) -> TraceResult:
    """The result with what the signatures of its trail say, added to the evidence of its hops.

    `rows` as in `Sources.signed`. Verdict, path and confidence stay. Where a header was held against certificates, the
    result names their version.
    """
    said = signed(result.path, [_row_of(hop, rows) for hop in result.hops], signers, result.verdict) if rows else None
    if said is None:
        return result
    told = [
        replace(hop, evidence=_joined(hop.evidence, more)) if more else hop
        for hop, more in zip(result.hops, said.lines, strict=True)
    ]
    return replace(result, hops=tuple(told), certificates_version=said.version)


class Signing(NamedTuple):
    """What a trail's signatures say: the `lines` of each hop, and the certificates' `version` if they were asked."""

    lines: tuple[tuple[Evidence, ...], ...]
    version: int


def signed(path: Sequence[str], rows: Sequence[Row | None], signers: Signers, verdict: Verdict) -> Signing | None:
    """What the signatures of a path's statements say; None where there are none.

    `rows`: the statements that tell of a signature, None of the other carriers.
    """
    if not any(rows):
        return None
    hops = [_signed_hop(carrier, row) for carrier, row in zip(path, rows, strict=True)]
    version = signers.trust.version if any(hop.identity is not None for hop in hops) else 0
    return Signing(signer_evidence(hops, signers, verdict), version)


def signer_evidence(hops: Sequence[SignedHop], signers: Signers, verdict: Verdict) -> tuple[tuple[Evidence, ...], ...]:
    """What the signatures of a trail say, for each hop; `hops` from the terminating carrier upstream.

    A signature is told of at the furthest hop that recorded it; those below only say that they got the same.
    """
    read = [read_signature(place, hop, signers) for place, hop in enumerate(hops)]
    known = [signature for signature in read if signature is not None]
    above: dict[int, Signature | None] = {lower.place: upper for lower, upper in pairwise(known)}
    lines: list[tuple[Evidence, ...]] = [()] * len(hops)
    trail = _Trail(hops, signers, verdict)
    for signature in known:
        lines[signature.place] = tuple(trail.lines(signature, above.get(signature.place)))
    return tuple(lines)


class _Trail:
    """The trail that signatures are held against."""

    def __init__(self, hops: Sequence[SignedHop], signers: Signers, verdict: Verdict) -> None:
        self._hops = hops
        self._path = [hop.carrier for hop in hops]
        self._signers = signers
        self._verdict = verdict

    def lines(self, signature: Signature, upper: Signature | None) -> Iterator[Evidence]:
        """All that one hop's signature says; `upper` is the next signature upstream."""
        same = same_signature(signature, upper) if upper is not None else None
        if upper is not None and same:
            text = f"{signature.hop.carrier} recorded the same signature as {upper.hop.carrier}."
            yield Evidence("signer", True, text)
        else:
            yield from self._changed(signature, upper, same)
            yield from self._whose(signature)
        signed_at = self._signed_at(signature)
        yield from of_attestation(signature, upper, self._path, signed_at, self._signers, same=same is True)
        yield from of_orig_id(signature, upper, same=same)
        if upper is None or signature.token is None or signature.token != upper.token:
            yield from of_header(signature)

    def _signed_at(self, signature: Signature) -> int | None:
        """The place of the signer on the path, at or above the hop that recorded the signature."""
        above = self._path[signature.place :]
        return signature.place + above.index(signature.carrier) if signature.carrier in above else None

    def _changed(self, signature: Signature, upper: Signature | None, same: bool | None) -> Iterator[Evidence]:
        if upper is None or same is not False:
            return
        who = self._signers.words(signature.carrier) if signature.carrier else "a carrier between them"
        yield Evidence(
            "signer",
            None,
            f"{signature.hop.carrier} recorded another signature than {upper.hop.carrier} upstream of it: {who} signed "
            f"the call anew, as many carriers do with what they pass on.",
        )

    def _whose(self, signature: Signature) -> Iterator[Evidence]:
        if signature.code is None:
            return
        if signature.carrier is None:
            text = (
                f"It is signed under the code {signature.code[:MOST_SHOWN]}, which is no OCN or SPC of the directory."
            )
            yield Evidence("signer", None, text)
            return
        who, hop = self._signers.words(signature.carrier), signature.hop.carrier
        place = self._signed_at(signature)
        if place is not None:
            yield self._on_trail(signature, who, place)
        elif signature.carrier in self._path:
            below = self._path.index(signature.carrier) + 1
            text = (
                f"The signature that {hop} recorded is that of {who}, which the trail has further down (hop {below}): "
                f"nobody passes on a signature that was made later. {NO_VERDICT}"
            )
            yield Evidence("signer", False, text)
        else:
            yield self._off_trail(signature, who)

    def _on_trail(self, signature: Signature, who: str, place: int) -> Evidence:
        itself = place == signature.place
        begin = (
            f"{who} signed the call itself"
            if itself
            else f"The signature that {signature.hop.carrier} recorded is that of {who}, hop {place + 1} of this trail"
        )
        if place == len(self._path) - 1:
            return Evidence("signer", True, f"{begin}; this is where the trail ends.")
        text = (
            f"{begin}; the trail goes on to {self._path[-1]}. Carriers often sign what they take in, so a signer "
            f"need not be the originator. {NO_VERDICT}"
        )
        return Evidence("signer", True, text)

    def _off_trail(self, signature: Signature, who: str) -> Evidence:
        hop, signed_above = signature.hop.carrier, any(each.signed for each in self._hops[signature.place + 1 :])
        if self._verdict in STOPS_SHORT and not signed_above:
            text = (
                f"The call bore the signature of {who} when {hop} recorded it. {who} is not on this trail, which stops "
                f"short: it may have had the call before the carriers known here. A lead whom to ask, not a verdict."
            )
            return Evidence("signer", None, text)
        if self._verdict is Verdict.AMBIGUOUS:
            text = f"The signature that {hop} recorded is that of {who}, which is not on what all likely trails share."
            return Evidence("signer", None, text)
        text = (
            f"The signature that {hop} recorded is that of {who}, which is not on this trail. Some carriers let others "
            f"sign for them. {NO_VERDICT}"
        )
        return Evidence("signer", False, text)


def _joined(before: tuple[Evidence, ...], more: Sequence[Evidence]) -> tuple[Evidence, ...]:
    # The comparison of the two records of a handoff may already have told of their origids.
    told = any(line.about == "orig_id" for line in before)
    return (*before, *(line for line in more if line.about != "orig_id" or not told))


def _row_of(hop: Hop, rows: Mapping[tuple[str, int], Row]) -> Row | None:
    found = (rows.get((ref.batch, ref.row)) for ref in hop.records)
    return next((row for row in found if row is not None), None)


def _signed_hop(carrier: str, row: Row | None) -> SignedHop:
    if row is None:
        return SignedHop(carrier)
    start: datetime = row["start_time"]
    arrived, header = row["start_basis"] == StartBasis.RECEIVED, row["identity"] is not None
    return SignedHop(
        carrier=carrier,
        **{name: row[name] for name in SIGNATURE},
        at=start.timestamp() - (row["offset"] or 0.0) if arrived else None,
        # Only a header repeats the numbers.
        calling=_digits(row, "calling", "egress_calling") if header else frozenset(),
        called=_digits(row, "called", "egress_called", "redirecting") if header else frozenset(),
    )


def _digits(row: Row, *columns: str) -> frozenset[str]:
    shown = (display(row[column]) for column in columns)
    return frozenset(text.removeprefix("+") for text in shown if text is not None and text.startswith("+"))
