"""PEM files of certificates, and the CSV that says from which URL each was fetched; every refusal names its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hoptrace.catalog.row_files import read_rows
from hoptrace.errors import CertificateInvalid, DirectoryInvalid
from hoptrace.model.certificates import CertificateFacts, read_pem

MOST_BYTES = 4_000_000
"""A longer file holds no certificates that anybody needs: a bundle of all anchors has some hundred kilobytes."""

_DER = (b"\x30\x81", b"\x30\x82", b"\x30\x83")
"""How a certificate in DER form begins: a SEQUENCE of more than 127 bytes (X.690)."""


@dataclass(frozen=True, slots=True)
class NewCertificate:
    """A certificate as it is loaded."""

    facts: CertificateFacts
    pem: str
    url: str | None
    anchor: bool


def read_certificates(files: Sequence[Path], urls: Mapping[str, str], anchor: bool) -> list[NewCertificate]:
    """The certificates of PEM files, one or a chain in each; raises CertificateInvalid.

    `urls` maps a file's name to the x5u URL that it was fetched from; it is that of the first certificate of the file,
    the signer's (RFC 8226, section 7: what an x5u leads to begins with it). `anchor`: they are trust anchors.
    """
    found: list[NewCertificate] = []
    for path in files:
        url = urls.get(path.name)
        for place, (facts, pem) in enumerate(_read(path)):
            found.append(NewCertificate(facts, pem, url if place == 0 and not anchor else None, anchor))
    return found


def read_urls(path: Path, files: Sequence[Path]) -> dict[str, str]:
    """The URLs of a CSV with the columns `file` (a file's name) and `url`; raises CertificateInvalid."""
    names = {file.name for file in files}
    urls: dict[str, str] = {}
    try:
        for row in read_rows(path, ("file", "url")):
            name, url = Path(row.cells.get("file", "")).name, row.cells.get("url", "")
            if not url.startswith(("https://", "http://")):
                raise CertificateInvalid(f"{row.where}: {url!r} is not a URL; write https://... Nothing was loaded.")
            if name in names and urls.setdefault(name, url) != url:
                raise CertificateInvalid(f"{row.where}: {name!r} appears here with a second URL. Nothing was loaded.")
    except DirectoryInvalid as error:
        raise CertificateInvalid(str(error)) from error
    missing = sorted(names - urls.keys())
    if missing:
        raise CertificateInvalid(f"{path} has no row for {missing[0]}. Add it, or load that file without --urls.")
    return urls


def _read(path: Path) -> list[tuple[CertificateFacts, str]]:
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise CertificateInvalid(f"{path}: cannot be read: {error.strerror}. Nothing was loaded.") from error
    if len(data) > MOST_BYTES:
        raise CertificateInvalid(f"{path} is longer than {MOST_BYTES:,} bytes: not a certificate file. Name another.")
    try:
        return read_pem(data)
    except ValueError as error:
        # The library's own words are for programmers; those of `hoptrace.model.certificates` name the part.
        why = f" ({error})" if str(error).startswith("its ") else ""
        raise CertificateInvalid(
            f"{path}: not a readable certificate in PEM form{why}. {_way_out(path, data)} Nothing was loaded."
        ) from error


def _way_out(path: Path, data: bytes) -> str:
    """What to do with a file that is no certificate in PEM form."""
    if b"PRIVATE KEY-----" in data:
        return "It holds a private key: name the certificate, and keep the key to yourself."
    if data.startswith(_DER):
        name = path.stem if path.suffix != ".pem" else f"{path.stem}-converted"
        return f"It looks like DER: convert it with openssl x509 -inform DER -in {path.name} -out {name}.pem."
    return "It has to stand between -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----: fetch it again."
