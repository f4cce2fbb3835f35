"""The certificates at hand: those of STIR/SHAKEN signers, of the CAs above them, and the trust anchors.

What was loaded is never changed, only added to: the certificates of a version are those up to it, so that a signature
can be checked again with what was at hand then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hoptrace.catalog.certificate_files import NewCertificate, read_certificates, read_urls
from hoptrace.catalog.database import guard
from hoptrace.catalog.tables import CERTIFICATES
from hoptrace.errors import UsageError
from hoptrace.model.certificates import StoredCertificate, Trust, read_pem


@dataclass(frozen=True, slots=True)
class LoadedCertificates:
    """What a load of certificates brought: how many were new, how many were at hand, and the version there is now."""

    added: int
    unchanged: int
    version: int


class Certificates:
    """The stored certificates."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def load_certificates(
        self,
        files: Sequence[Path],
        *,
        url: str | None = None,
        urls_csv: Path | None = None,
        anchor: bool = False,
    ) -> LoadedCertificates:
        """Add the certificates of PEM files, all or none; raises CertificateInvalid, or UsageError.

        `url`: the x5u URL that the one file was fetched from; `urls_csv`: a CSV with the columns file and url for
        several. `anchor`: they are trust anchors. Nothing is fetched from anywhere.
        """
        if url is not None and (len(files) != 1 or urls_csv is not None):
            raise UsageError(
                "--url is for one file. For several give --urls FILE, a CSV with the columns file and url."
            )
        if anchor and (url is not None or urls_csv is not None):
            raise UsageError("A trust anchor needs no URL: no PASSporT names it. Load it without --url and --urls.")
        urls: Mapping[str, str] = {} if url is None else {files[0].name: url}
        if urls_csv is not None:
            urls = read_urls(urls_csv, files)
        return self._add(read_certificates(files, urls, anchor))

    def version(self) -> int:
        """The version that there is now; 0 where nothing was loaded."""
        with guard(), self._engine.connect() as connection:
            return int(connection.execute(sa.select(sa.func.max(CERTIFICATES.c.version))).scalar() or 0)

    def list(self, version: int | None = None) -> list[StoredCertificate]:
        """All certificates (up to a version), in the order in which they were loaded."""
        query = sa.select(CERTIFICATES).order_by(CERTIFICATES.c.version)
        if version is not None:
            query = query.where(CERTIFICATES.c.version <= version)
        with guard(), self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return [_stored(row) for row in rows]

    def trust(self, version: int | None = None) -> Trust:
        """The certificates (up to a version) as signatures are checked with them; read when they are first needed."""
        return Trust(self._lazily(version))

    def _lazily(self, version: int | None) -> Iterator[StoredCertificate]:
        yield from self.list(version)

    def _add(self, new: Sequence[NewCertificate]) -> LoadedCertificates:
        at = CERTIFICATES.c
        with guard(), self._engine.begin() as connection:
            known = {tuple(row) for row in connection.execute(sa.select(at.fingerprint, at.url, at.anchor))}
            version = int(connection.execute(sa.select(sa.func.max(at.version))).scalar() or 0)
            told = {(each.facts.fingerprint, each.url, each.anchor): each.pem for each in new}
            rows = [_row(*key, pem) for key, pem in told.items() if key not in known]
            numbered = [row | {"version": version + place} for place, row in enumerate(rows, start=1)]
            if numbered:
                connection.execute(sa.insert(CERTIFICATES), numbered)
        return LoadedCertificates(len(rows), len(told) - len(rows), version + len(rows))


def _row(fingerprint: str, url: str | None, anchor: bool, pem: str) -> dict[str, Any]:
    return {"fingerprint": fingerprint, "url": url, "anchor": anchor, "pem": pem, "loaded_at": datetime.now(UTC)}


def _stored(row: Mapping[Any, Any]) -> StoredCertificate:
    pem: str = row["pem"]
    ((facts, _),) = read_pem(pem.encode())
    return StoredCertificate(facts, pem, row["url"], row["anchor"], row["version"])
