"""Settings: the only reader of the environment (HOPTRACE_*) and of `hoptrace.toml`."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from hoptrace.errors import NotAWorkspace, WorkspaceError

FILE_NAME = "hoptrace.toml"


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


class ObjectStoreSettings(BaseSettings):
    """How an object store is reached: the usual AWS_* variables, which every tool of that world reads."""

    model_config = SettingsConfigDict(env_prefix="AWS_", extra="ignore", frozen=True, populate_by_name=True)

    access_key_id: str | None = None
    secret_access_key: SecretStr | None = None
    session_token: SecretStr | None = None
    endpoint_url: str | None = Field(
        default=None, validation_alias=AliasChoices("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "endpoint_url")
    )
    """URL of a store that is not Amazon's, such as http://localhost:9000."""
    region: str | None = Field(
        default=None, validation_alias=AliasChoices("AWS_REGION", "AWS_DEFAULT_REGION", "region")
    )


class Settings(BaseSettings):
    """One workspace's settings; the environment wins over `hoptrace.toml`, which wins over the defaults.

    A nested value is named with two underscores in the environment: HOPTRACE_TRACE__WINDOW_SECONDS.
    """

    model_config = SettingsConfigDict(
        env_prefix="HOPTRACE_", env_nested_delimiter="__", extra="forbid", frozen=True, validate_default=True
    )

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

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then what the file says (given as arguments); no .env file, no secrets folder."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

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
        return Settings(**values)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise WorkspaceError(f"{source} or the environment (HOPTRACE_*): {problems}. Mend it and try again.") from error
