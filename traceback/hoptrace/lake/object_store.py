"""How the lake's folder in an object store is opened: one place for the three libraries that read and write it."""
# pyright: basic
# pyarrow has no type stubs; beside lake/storage.py it is used in this file alone.

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from hoptrace.settings.object_store import ObjectStoreSettings

DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Access:
    """The endpoint and credentials of an object store; what is None is left to the libraries' own search.

    That search knows the credentials of a machine or container in the cloud.
    """

    endpoint: str | None = None
    """URL of a store that speaks the S3 protocol; None is Amazon's. With http:// nothing is encrypted on the way."""
    key_id: str | None = None
    secret: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    region: str | None = None

    @classmethod
    def of(cls, settings: ObjectStoreSettings) -> Access:
        """As the environment says."""
        return cls(
            settings.endpoint_url,
            settings.access_key_id,
            settings.secret_access_key,
            settings.session_token,
            settings.region,
        )

    def options(self, uri: str) -> dict[str, str] | None:
        """What Delta and Polars are given, in the names of the AWS environment; None for a folder."""
        if not _is_s3(uri):
            return None
        told = {
            "aws_endpoint_url": self.endpoint,
            "aws_access_key_id": self.key_id,
            "aws_secret_access_key": self.secret,
            "aws_session_token": self.token,
            "aws_region": self.region or DEFAULT_REGION,
            "aws_allow_http": "true" if self._plain_http else None,
            # The log's next entry is written only where there is none yet: that is what makes a commit one step.
            "aws_conditional_put": "etag",
        }
        return {name: value for name, value in told.items() if value is not None}

    def open(self, uri: str) -> tuple[Any, str]:
        """The filesystem behind a URI, and the folder in it."""
        from pyarrow.fs import FileSystem, S3FileSystem  # loads only where there is an object store

        if not _is_s3(uri):
            return FileSystem.from_uri(uri)
        parts = urlsplit(uri)
        files = S3FileSystem(
            access_key=self.key_id,
            secret_key=self.secret,
            session_token=self.token,
            region=self.region or DEFAULT_REGION,
            endpoint_override=None if self.endpoint is None else urlsplit(self.endpoint).netloc,
            scheme="http" if self._plain_http else "https",
        )
        return files, f"{parts.netloc}{parts.path}"

    @property
    def _plain_http(self) -> bool:
        return self.endpoint is not None and self.endpoint.startswith("http://")


def _is_s3(uri: str) -> bool:
    return uri.startswith(("s3://", "s3a://"))
