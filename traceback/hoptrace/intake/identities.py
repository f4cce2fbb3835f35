"""What a raw Identity header says, put where the carrier itself gave no attestation, origid or signer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from hoptrace.model.certificates import StoredCertificate
from hoptrace.model.identity import shaken_of

_SAID = {"identity": pl.String, "said_attestation": pl.String, "said_orig_id": pl.String, "said_signer": pl.String}


def signers_by_url(certificates: Iterable[StoredCertificate]) -> dict[str, str]:
    """The service provider code of each x5u URL whose certificates at hand all name the same single one."""
    codes: dict[str, set[str]] = {}
    for each in certificates:
        if each.url is not None:
            codes.setdefault(each.url, set()).update(each.facts.spcs)
    return {url: next(iter(spcs)) for url, spcs in codes.items() if len(spcs) == 1}


def with_claims(calls: pl.DataFrame, signers: Mapping[str, str]) -> pl.DataFrame:
    """Calls (RAW_CALLS columns) whose empty attestation, orig_id and signer are filled from their `identity`.

    The signature is not checked: these are the header's words, as the other columns are the carrier's. `signers` as
    from `signers_by_url`.
    """
    headers = calls["identity"].drop_nulls().unique().sort()
    if headers.is_empty():
        return calls
    told = pl.DataFrame([_claims(header, signers) for header in headers], schema=_SAID, orient="row")
    filled = calls.join(told, on="identity", how="left", maintain_order="left")
    return filled.with_columns(
        pl.coalesce(name, f"said_{name}").alias(name) for name in ("attestation", "orig_id", "signer")
    ).drop("said_attestation", "said_orig_id", "said_signer")


def _claims(header: str, signers: Mapping[str, str]) -> tuple[str, str | None, str | None, str | None]:
    shaken = shaken_of(header)
    if shaken is None or shaken.passport is None:
        return header, None, None, None
    url = shaken.certificate_url
    return header, shaken.passport.attest, shaken.passport.origid, signers.get(url) if url is not None else None
