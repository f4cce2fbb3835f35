"""Certificates of STIR/SHAKEN signers, as they were loaded from files: who they name, from when to when, their codes.

Reading them needs the packages cryptography and pyasn1-modules, which load when the first one is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography import x509

TN_AUTH_LIST = "1.3.6.1.5.5.7.1.26"
"""The extension that says for which provider codes and numbers its holder may sign (RFC 8226, section 9)."""

MOST_ENTRIES = 1_000
"""Entries of a TNAuthList that are read."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says of itself: times in UTC, `spcs` the service provider codes of its TNAuthList.

    `fingerprint` is the SHA-256 of its DER form in hexadecimal digits; `ca` whether it may issue others.
    """

    fingerprint: str
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    spcs: tuple[str, ...]
    ca: bool


@dataclass(frozen=True, slots=True)
class StoredCertificate:
    """A certificate at hand: its PEM text, what it says, the x5u URL that it was fetched from, whether it is an anchor.

    `version` is its number among all that were loaded.
    """

    facts: CertificateFacts
    pem: str
    url: str | None = None
    anchor: bool = False
    version: int = 0


def read_pem(data: bytes) -> list[tuple[CertificateFacts, str]]:
    """The certificates of a PEM file (RFC 7468), with the text of each; raises ValueError where it holds none."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    found = x509.load_pem_x509_certificates(data)
    return [(facts_of(each), each.public_bytes(Encoding.PEM).decode()) for each in found]


def facts_of(certificate: x509.Certificate) -> CertificateFacts:
    """What a certificate says; one whose names or extensions cannot be read raises ValueError."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        return CertificateFacts(
            fingerprint=certificate.fingerprint(SHA256()).hex(),
            subject=certificate.subject.rfc4514_string(),
            issuer=certificate.issuer.rfc4514_string(),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            spcs=_provider_codes(certificate),
            ca=may_issue(certificate, 0),
        )
    except (x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise ValueError(f"its extensions cannot be read: {error}") from error


def may_issue(certificate: x509.Certificate, below: int) -> bool:
    """Whether it is a CA that allows `below` further CAs between it and the end (RFC 5280, section 4.2.1.9)."""
    from cryptography import x509

    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return False
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        signs = True
    else:
        signs = usage.key_cert_sign
    return basic.ca and signs and (basic.path_length is None or basic.path_length >= below)


def _provider_codes(certificate: x509.Certificate) -> tuple[str, ...]:
    from cryptography import x509

    try:
        extension = certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier(TN_AUTH_LIST))
    except x509.ExtensionNotFound:
        return ()
    return provider_codes(extension.value.public_bytes())


def provider_codes(tn_auth_list: bytes) -> tuple[str, ...]:
    """The service provider codes of a TNAuthList in DER form (RFC 8226, section 9); raises ValueError."""
    from pyasn1.codec.der import decoder
    from pyasn1.error import PyAsn1Error
    from pyasn1_modules import rfc8226  # pyright: ignore[reportMissingTypeStubs]

    reader: Any = decoder  # neither package has type stubs
    try:
        entries: Any = reader.decode(tn_auth_list, asn1Spec=rfc8226.TNAuthorizationList())[0]
    except (PyAsn1Error, RecursionError, UnicodeError) as error:
        raise ValueError(f"its TNAuthList cannot be read ({type(error).__name__})") from error
    codes = [str(entry["spc"]).strip() for entry in entries[:MOST_ENTRIES] if entry.getName() == "spc"]
    return tuple(dict.fromkeys(code for code in codes if code))


class Trust:
    """The certificates at hand, looked up by the URL that a PASSporT names and by the name that an issuer bears.

    `certificates` are asked for when the first one is looked up: most traces meet no Identity header.
    """

    def __init__(self, certificates: Iterable[StoredCertificate] = ()) -> None:
        self._source = certificates

    @property
    def version(self) -> int:
        """The version of the certificates at hand: the number of the newest one, 0 where there is none."""
        return max((each.version for each in self._certificates), default=0)

    @property
    def has_anchors(self) -> bool:
        """Whether any trust anchor was loaded."""
        return any(each.anchor for each in self._certificates)

    def named(self, url: str | None) -> list[StoredCertificate]:
        """The certificates fetched from that URL, newest first: a carrier renews its certificate in the same place."""
        return self._by_url.get(url, []) if url is not None else []

    def nameless(self) -> list[StoredCertificate]:
        """Signers' certificates of which nobody said where they were fetched from."""
        return self._by_url.get(None, [])

    def issuers(self, name: str) -> list[StoredCertificate]:
        """The certificates of CAs that bear this name, anchors first."""
        return self._by_subject.get(name, [])

    def is_anchor(self, fingerprint: str) -> bool:
        """Whether the certificate was loaded as a trust anchor."""
        return fingerprint in self._anchors

    @cached_property
    def _certificates(self) -> tuple[StoredCertificate, ...]:
        return tuple(self._source)

    @cached_property
    def _by_url(self) -> dict[str | None, list[StoredCertificate]]:
        found: dict[str | None, list[StoredCertificate]] = {}
        for each in sorted(self._certificates, key=lambda each: -each.version):
            if not each.facts.ca:
                found.setdefault(each.url, []).append(each)
        return found

    @cached_property
    def _by_subject(self) -> dict[str, list[StoredCertificate]]:
        found: dict[str, list[StoredCertificate]] = {}
        for each in sorted(self._certificates, key=lambda each: (not each.anchor, each.version)):
            if each.facts.ca:
                found.setdefault(each.facts.subject, []).append(each)
        return found

    @cached_property
    def _anchors(self) -> frozenset[str]:
        return frozenset(each.facts.fingerprint for each in self._certificates if each.anchor)
