"""A small world of certificates: a root, a CA under it, signers with a TNAuthList, and headers that they signed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hoptrace.model.certificates import StoredCertificate, Trust, read_pem

NOW = datetime(2026, 11, 2, 15, 0, 0, tzinfo=UTC)
URL = "https://certificates.example.net/alpha.pem"
TN_AUTH_LIST = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26")


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def tn_auth_list(*codes: str) -> bytes:
    """SEQUENCE OF [0] EXPLICIT IA5String, in DER; for short codes."""
    entries = b"".join(
        bytes([0xA0, len(code) + 2, 0x16, len(code)]) + code.encode("ascii", "surrogateescape") for code in codes
    )
    return bytes([0x30, len(entries)]) + entries


@dataclass
class Signed:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def stored(self, url: str | None = None, *, anchor: bool = False, version: int = 1) -> StoredCertificate:
        ((facts, pem),) = read_pem(self.pem.encode())
        return StoredCertificate(facts, pem, url, anchor, version)

    def header(self, url: str = URL, ppt: str = "shaken", **claims: Any) -> str:
        """An Identity header, signed; `claims` go over the usual ones, None takes one out."""
        head = {"alg": "ES256", "ppt": ppt, "typ": "passport", "x5u": url}
        usual: dict[str, Any] = {
            "attest": "A",
            "dest": {"tn": ["13125550187"]},
            "iat": int(NOW.timestamp()),
            "orig": {"tn": "12025550143"},
            "origid": "7c0f1d5e-2f43-4c57-8d38-0d7a1f3b9e21",
        }
        said = {name: value for name, value in (usual | claims).items() if value is not None}
        body = f"{packed(head)}.{packed(said)}"
        r, s = decode_dss_signature(self.key.sign(body.encode(), ec.ECDSA(hashes.SHA256())))
        signature = base64.urlsafe_b64encode(r.to_bytes(32) + s.to_bytes(32)).rstrip(b"=").decode()
        return f"{body}.{signature};info=<{url}>;alg=ES256;ppt={ppt}"


@dataclass
class Pki:
    """Makes certificates; each is valid for a year around NOW unless told otherwise."""

    made: int = field(default=0)

    def make(
        self,
        name: str,
        issuer: Signed | None = None,
        *,
        spcs: tuple[str, ...] = (),
        ca: bool = False,
        valid: tuple[datetime, datetime] | None = None,
        path_length: int | None = None,
        extension: bytes | None = None,
        key: Any = None,
    ) -> Signed:
        self.made += 1
        key = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        first, last = valid or (NOW - timedelta(days=180), NOW + timedelta(days=180))
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(1000 + self.made)
            .not_valid_before(first)
            .not_valid_after(last)
            .add_extension(x509.BasicConstraints(ca, path_length if ca else None), critical=True)
        )
        if spcs or extension is not None:
            value = tn_auth_list(*spcs) if extension is None else extension
            builder = builder.add_extension(x509.UnrecognizedExtension(TN_AUTH_LIST, value), critical=False)
        signing = issuer.key if issuer else key
        by_hash = hashes.SHA256() if isinstance(signing, ec.EllipticCurvePrivateKey) else None
        return Signed(builder.sign(signing, by_hash), key)


@dataclass
class Chain:
    """A root, a CA under it, and a signer with the provider code 505A."""

    pki: Pki
    root: Signed
    ca: Signed
    leaf: Signed

    def trust(self, *more: StoredCertificate) -> Trust:
        return Trust(
            [self.root.stored(anchor=True), self.ca.stored(version=2), self.leaf.stored(URL, version=3), *more]
        )


@pytest.fixture(scope="session")
def pki() -> Pki:
    return Pki()


@pytest.fixture(scope="session")
def chain(pki: Pki) -> Chain:
    root = pki.make("Example Root", ca=True)
    ca = pki.make("Example CA", root, ca=True)
    return Chain(pki, root, ca, pki.make("SHAKEN 505A", ca, spcs=("505A",)))


@pytest.fixture(scope="session")
def signed_header(chain: Chain) -> Callable[..., str]:
    return chain.leaf.header
