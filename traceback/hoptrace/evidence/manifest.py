"""The manifest: what a package holds, file by file, in canonical JSON (RFC 8785), so that one signature covers all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

import orjson
import rfc8785
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hoptrace.evidence.archive import Member, is_name

MANIFEST, SIGNATURE, PUBLIC_KEY = "manifest.json", "manifest.sig", "public-key.pem"
RESULTS_FILE, RECEIPTS_FILE = "results.jsonl", "receipts.jsonl"
HEAD = (MANIFEST, SIGNATURE, PUBLIC_KEY)
"""The members that the manifest does not list: itself and what vouches for it. They come first."""

VERSION = 1
_DIGEST = r"^[0-9a-f]{64}$"


class _Part(BaseModel):
    """A part of the manifest: nothing beside its fields, each of its very type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class FileLine(_Part):
    """One file: its path in the package, its size, and its SHA-256 in hexadecimal digits."""

    path: str
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=_DIGEST)


class CallLine(_Part):
    """One call: its verdict, the folder of its reports, the folder of the ground that it was traced on."""

    call_ref: str
    verdict: str
    folder: str
    ground: str


class Manifest(_Part):
    """The whole manifest; `created` is RFC 3339 in UTC to the second, `key` the fingerprint of the key that signs."""

    format: Literal["hoptrace evidence package"] = "hoptrace evidence package"
    version: Literal[1] = VERSION
    hoptrace: str
    created: str = Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
    key: str = Field(pattern=_DIGEST)
    calls: list[CallLine]
    files: list[FileLine]

    @property
    def time(self) -> datetime:
        """When the package was made."""
        return datetime.fromisoformat(self.created)


def file_lines(members: Sequence[Member]) -> list[FileLine]:
    """The lines of these members, in their order."""
    return [FileLine(path=each.name, bytes=len(each.content), sha256=digest(each.content)) for each in members]


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def created_at(moment: datetime) -> str:
    """A moment as the manifest writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_manifest(manifest: Manifest) -> bytes:
    """The manifest in canonical JSON; raises ValueError for text that is no Unicode."""
    try:
        return rfc8785.dumps(manifest.model_dump())
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        raise ValueError(f"its text cannot be written: {error}") from error


def read_manifest(content: bytes) -> Manifest:
    """The manifest again; raises ValueError, in words, where the bytes are none, or are not in canonical form."""
    try:
        manifest = Manifest.model_validate(orjson.loads(content))
        told = write_manifest(manifest)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"it is not JSON: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise ValueError(f"it is not a manifest that this hoptrace knows: {where}: {first['msg']}") from error
    if told != content:
        raise ValueError("it is not in canonical form (RFC 8785)")
    odd = next((line.path for line in manifest.files if not is_name(line.path) or line.path in HEAD), None)
    if odd is not None:
        raise ValueError(f"it lists {odd[:200]!r}, which no package holds")
    try:
        _ = manifest.time
    except ValueError as error:
        raise ValueError(f"its time {manifest.created} does not exist") from error
    return manifest
