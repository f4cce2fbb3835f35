"""The signatures of a trail: what each hop recorded of STIR/SHAKEN, and whose signature that is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from hoptrace.model.carriers import Carrier
from hoptrace.model.certificates import Trust
from hoptrace.model.identity import Identity, read_identities, shaken_of
from hoptrace.model.signatures import SignatureCheck, SignatureState, check_signature
from hoptrace.tracing.case import Surroundings

_SEVERAL_CODES = re.compile(r"[\s,;|/]+")


class SignedHop(NamedTuple):
    """A hop of a trail as its carrier recorded the signature; all but `carrier` is None where it recorded none.

    `at`: when the call reached the carrier, epoch seconds, clock offset taken off; None where the record does not say.
    `calling` and `called` are the digits of every number that the record gives of each, in E.164 without the plus.
    """

    carrier: str
    attestation: str | None = None
    orig_id: str | None = None
    signer: str | None = None
    identity: str | None = None
    at: float | None = None
    calling: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()

    @property
    def signed(self) -> bool:
        """Whether the record tells of any signature."""
        return (self.attestation, self.orig_id, self.signer, self.identity) != (None, None, None, None)


@dataclass(frozen=True, slots=True)
class Signers:
    """Who signs under which code: `codes` (OCN, SPC, carrier_id; capitals) to carrier_id, `names` of the carriers."""

    codes: Mapping[str, str] = field(default_factory=dict[str, str])
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    around: Surroundings = field(default_factory=lambda: Surroundings("US"))
    trust: Trust = field(default_factory=Trust)

    @classmethod
    def of(cls, carriers: Iterable[Carrier], home_country: str, trust: Trust | None = None) -> Signers:
        """The signers of a directory. A code that two carriers claim stands for neither."""
        claimed: dict[str, set[str]] = {}
        listed = list(carriers)
        for carrier in listed:
            for code in _codes_of(carrier):
                claimed.setdefault(code, set()).add(carrier.carrier_id)
        return cls(
            codes={code: next(iter(owners)) for code, owners in claimed.items() if len(owners) == 1},
            names={carrier.carrier_id: carrier.name for carrier in listed},
            around=Surroundings(home_country, {carrier.carrier_id: carrier.country for carrier in listed}),
            trust=trust or Trust(),
        )

    def carrier_of(self, code: str) -> str | None:
        """The carrier that signs under this code; None where the directory does not tell."""
        return self.codes.get(code.strip().upper())

    def words(self, carrier_id: str) -> str:
        """A carrier for people: its name and id."""
        name = self.names.get(carrier_id, "")
        return f"{name} ({carrier_id})" if name and name != carrier_id else carrier_id


class Signature(NamedTuple):
    """The signature that a hop recorded.

    `place`: of the hop on the path, from 0. `code`: the signer's, of the verified certificate, else as recorded, else
    as an unproven certificate claims; `carrier` whose code it is. `identity` is the SHAKEN header, or the first of
    another kind; `check` what came of checking it.
    """

    place: int
    hop: SignedHop
    code: str | None = None
    carrier: str | None = None
    attestation: str | None = None
    orig_id: str | None = None
    identity: Identity | None = None
    check: SignatureCheck | None = None

    @property
    def token(self) -> str | None:
        """The token of a SHAKEN header that can be read."""
        return self.identity.token if self.identity is not None and self.identity.passport is not None else None


def read_signature(place: int, hop: SignedHop, signers: Signers) -> Signature | None:
    """The signature of a hop; None where its record tells of none."""
    if not hop.signed:
        return None
    identity = _identity(hop.identity)
    check = check_signature(identity, signers.trust) if identity is not None else None
    passport = identity.passport if identity is not None else None
    code, carrier = _signer(hop, check, signers)
    return Signature(
        place=place,
        hop=hop,
        code=code,
        carrier=carrier,
        attestation=hop.attestation or (passport.attest if passport else None),
        orig_id=hop.orig_id or (passport.origid if passport else None),
        identity=identity,
        check=check,
    )


def same_signature(lower: Signature, upper: Signature) -> bool | None:
    """Whether two hops recorded one signature; by the tokens, else by signer and origid; None where nothing tells."""
    if lower.token is not None and upper.token is not None:
        return lower.token == upper.token
    if lower.code is None or upper.code is None:
        return None
    known = lower.orig_id is not None and upper.orig_id is not None
    one = (lower.carrier or lower.code.upper()) == (upper.carrier or upper.code.upper())
    return one and (not known or lower.orig_id == upper.orig_id)


def _identity(cell: str | None) -> Identity | None:
    if cell is None:
        return None
    return shaken_of(cell) or next(iter(read_identities(cell)), None)


def _signer(hop: SignedHop, check: SignatureCheck | None, signers: Signers) -> tuple[str | None, str | None]:
    """Code and carrier: a certificate that is proven to have signed comes before what was written down."""
    claimed = check.spcs if check is not None else ()
    proven = claimed if check is not None and check.state is SignatureState.VERIFIED else ()
    written = (hop.signer,) if hop.signer is not None else ()
    codes: Sequence[str] = proven or written or claimed
    for code in codes:
        if (carrier := signers.carrier_of(code)) is not None:
            return code, carrier
    return (codes[0], None) if codes else (None, None)


def _codes_of(carrier: Carrier) -> set[str]:
    """Its id and every OCN and SPC, also those in further columns such as `ocn_2`; a cell may hold several."""
    more = [text for name, text in carrier.aliases.items() if name.lower().startswith(("ocn", "spc"))]
    codes = {code for text in (carrier.ocn, carrier.spc, *more) for code in _SEVERAL_CODES.split(text)}
    return {code.strip().upper() for code in (carrier.carrier_id, *codes) if code.strip()}
