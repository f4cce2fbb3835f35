"""How an object store is reached, as the environment says."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from hoptrace.settings.environment import environment


@dataclass(frozen=True, slots=True)
class ObjectStoreSettings:
    """How an object store is reached: the usual AWS_* variables, which every tool of that world reads."""

    access_key_id: str | None = None
    secret_access_key: str | None = field(default=None, repr=False)
    session_token: str | None = field(default=None, repr=False)
    endpoint_url: str | None = None
    """URL of a store that is not Amazon's, such as http://localhost:9000."""
    region: str | None = None

    @classmethod
    def of_environment(cls) -> ObjectStoreSettings:
        """As AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL and so on say; those for S3 alone win."""
        told = {name: value for name, value in environment("AWS_").items() if name in cls.__slots__}
        told |= {"endpoint_url": os.environ.get("AWS_ENDPOINT_URL_S3") or told.get("endpoint_url")}
        told |= {"region": told.get("region") or os.environ.get("AWS_DEFAULT_REGION")}
        return cls(**told)
