"""Settings: the only reader of the environment (HOPTRACE_*) and of `hoptrace.toml`."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from hoptrace.errors import NotAWorkspace, WorkspaceError

FILE_NAME = "hoptrace.toml"
PREFIX = "HOPTRACE_"

Settled = Mapping[str, Any]


class TraceSettings(BaseModel):
    """What decides an answer, beside the records: every value here is in the settings digest of each result."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    window_seconds: float = Field(default=600.0, gt=0)
    """How far a record's start may lie from the reported time, in seconds, after clock offsets."""
    report_seconds: float = Field(default=3.0, ge=0)
    """How far a reported time may well be off: calls to one number within this of it cannot be told apart by it."""
    ambiguous_below: float = Field(default=0.7, ge=0, le=1)
    """A trail with less confidence than this is called ambiguous where another fits too."""
    name_from: float = Field(default=0.955, ge=0, le=1)
    """An originator is named from this confidence on; with less the call is ambiguous."""


class ObjectStoreSettings(BaseModel):
    """How an object store is reached: the usual AWS_* variables, which every tool of that world reads."""

    model_config = ConfigDict(frozen=True)

    access_key_id: str | None = None
    secret_access_key: SecretStr | None = None
    session_token: SecretStr | None = None
    endpoint_url: str | None = None
    """URL of a store that is not Amazon's, such as http://localhost:9000."""
    region: str | None = None

    @classmethod
    def of_environment(cls) -> ObjectStoreSettings:
        """As AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL and so on say; those for S3 alone win."""
        told = _environment(cls, "AWS_")
        told |= {"endpoint_url": os.environ.get("AWS_ENDPOINT_URL_S3") or told.get("endpoint_url")}
        told |= {"region": told.get("region") or os.environ.get("AWS_DEFAULT_REGION")}
        return cls.model_validate(told)


class Settings(BaseModel):
    """One workspace's settings; the environment wins over `hoptrace.toml`, which wins over the defaults.

    A nested value is named with two underscores in the environment: HOPTRACE_TRACE__WINDOW_SECONDS.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    format: int = Field(default=1, ge=1)
    """Version of the workspace's layout; only `init_workspace` sets it."""
    home_country: str = Field(default="US", pattern=r"^[A-Z]{2}$")
    """ISO 3166-1 alpha-2: where a call enters this country is its point of entry."""
    catalog_url: str | None = None
    """SQLAlchemy URL of the catalog; None is an SQLite file in the workspace."""
    lake_uri: str | None = None
    """Folder or URI (s3://bucket/folder) of the Delta table; None is a folder in the workspace."""
    lock_wait_seconds: float = Field(default=30.0, ge=0)
    """How long to wait for another process that writes."""
    trace: TraceSettings = TraceSettings()

    def digest(self) -> str:
        """Twelve hex digits of the SHA-256 of every value that changes an answer."""
        told = {"home_country": self.home_country, "trace": self.trace.model_dump(mode="json")}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]


def read_settings_file(folder: Path) -> dict[str, Any]:
    """The plain content of a workspace's `hoptrace.toml`; raises NotAWorkspace where there is none."""
    path = folder / FILE_NAME
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise NotAWorkspace(
            f"{folder} is not a hoptrace workspace (it has no {FILE_NAME}). "
            f"Make one with: hoptrace init --workspace {folder}"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WorkspaceError(f"{path} cannot be read: {error}. Mend the file and try again.") from error


def load_settings(folder: Path, **overrides: Any) -> Settings:
    """The settings of the workspace in `folder`; raises WorkspaceError naming file and key."""
    return make_settings(read_settings_file(folder) | overrides, folder / FILE_NAME)


def make_settings(values: dict[str, Any], source: Path) -> Settings:
    """Settings of these values and the environment; `source` is named where a value is refused."""
    try:
        return Settings.model_validate(_over(values, _environment(Settings)))
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise WorkspaceError(f"{source} or the environment (HOPTRACE_*): {problems}. Mend it and try again.") from error


def _environment(model: type[BaseModel], prefix: str = PREFIX) -> dict[str, Any]:
    """What the environment says of a model's values; names are taken in capitals or small, as shells write them."""
    told = {name.upper(): value for name, value in os.environ.items()}
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found[name] = _environment(inner, f"{prefix}{name.upper()}__")
        elif (key := f"{prefix}{name.upper()}") in told:
            found[name] = told[key]
    return found


def _over(values: Settled, told: Settled) -> dict[str, Any]:
    """Values, those that the environment tells put over them."""
    merged = dict(values)
    for name, value in told.items():
        below: Any = merged.get(name, {})
        nested = isinstance(value, Mapping) and isinstance(below, Mapping)
        merged[name] = _over(cast(Settled, below), cast(Settled, value)) if nested else value
    return merged
