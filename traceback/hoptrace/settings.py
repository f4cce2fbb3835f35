"""Settings: the only reader of the environment (HOPTRACE_*) and of `hoptrace.toml`.

Every command reads them, so they are plain dataclasses: a library for models would take longer to load than to use.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hoptrace.errors import NotAWorkspace, WorkspaceError
from hoptrace.model.deadlines import DEFAULT, Deadlines, ResponseClock, read_clock

FILE_NAME = "hoptrace.toml"
PREFIX = "HOPTRACE_"
INSIDE = "__"
"""What stands between a table of the file and a name in the environment: HOPTRACE_TRACE__WINDOW_SECONDS."""

_COUNTRY = re.compile(r"[A-Z]{2}")


class _Refused(ValueError):
    """A value that cannot be used; the message says what it should be."""


class _Several(_Refused):
    """All that was refused; the message names each setting."""


@dataclass(frozen=True, slots=True)
class _Number:
    """A number from `least` to `most`; `above`: not `least` itself; `whole`: without a fraction."""

    least: float = 0.0
    most: float = float("inf")
    above: bool = False
    whole: bool = False

    def __call__(self, value: object) -> float:
        number = _as_number(value, whole=self.whole)
        if not self.least <= number <= self.most or (self.above and number == self.least):
            bounds = f"{'greater than' if self.above else 'at least'} {self.least:g}"
            bounds += "" if self.most == float("inf") else f" and at most {self.most:g}"
            raise _Refused(f"should be {bounds}")
        return number


def _as_number(value: object, *, whole: bool) -> float:
    wanted = "should be a whole number" if whole else "should be a number"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _Refused(wanted)
    try:
        number = float(value)
    except ValueError:
        raise _Refused(wanted) from None
    if whole and not number.is_integer():
        raise _Refused(wanted)
    return int(number) if whole else number


def _country(value: object) -> str:
    if not isinstance(value, str) or _COUNTRY.fullmatch(value) is None:
        raise _Refused("should be an ISO 3166-1 code of two capitals, such as US")
    return value


def _text(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise _Refused("should be text")
    return value


def _switch(value: object) -> bool:
    if isinstance(value, bool):
        return value
    known = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
    if not isinstance(value, str) or value.lower() not in known:
        raise _Refused("should be true or false")
    return known[value.lower()]


def _by_country(value: object, read: Callable[[object], Any]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _Refused("should be a table of countries")
    told: dict[str, Any] = {}
    for country, text in value.items():  # pyright: ignore[reportUnknownVariableType]
        if country != DEFAULT and _COUNTRY.fullmatch(str(country)) is None:  # pyright: ignore[reportUnknownArgumentType]
            raise _Refused(f"{country}: should be an ISO 3166-1 code of two capitals, such as US, or default")
        try:
            told[str(country)] = read(text)  # pyright: ignore[reportUnknownArgumentType]
        except ValueError as problem:
            raise _Refused(f"{country}: {problem}") from None
    return told


def _clocks(value: object) -> dict[str, ResponseClock]:
    return _by_country(value, lambda text: read_clock(str(text)))


def _days(value: object) -> dict[str, int]:
    return _by_country(value, lambda days: int(_Number(1, 40_000, whole=True)(days)))


def _trace(value: object) -> TraceSettings:
    return value if isinstance(value, TraceSettings) else TraceSettings(**_table(TraceSettings, value, "trace"))


def _intake(value: object) -> IntakeSettings:
    return value if isinstance(value, IntakeSettings) else IntakeSettings(**_table(IntakeSettings, value, "intake"))


def _table(model: type[TraceSettings | IntakeSettings], value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _Refused("should be a table of settings")
    return _checked(model, value, f"{name}.")  # pyright: ignore[reportUnknownArgumentType]


@dataclass(frozen=True, slots=True)
class TraceSettings:
    """What decides an answer, beside the records: every value here is in the settings digest of each result."""

    window_seconds: float = field(default=600.0, metadata={"check": _Number(above=True)})
    """How far a record's start may lie from the reported time, in seconds, after clock offsets."""
    report_seconds: float = field(default=3.0, metadata={"check": _Number()})
    """How far a reported time may well be off: calls to one number within this of it cannot be told apart by it."""
    ambiguous_below: float = field(default=0.7, metadata={"check": _Number(most=1.0)})
    """A trail with less confidence than this is called ambiguous where another fits too."""
    name_from: float = field(default=0.955, metadata={"check": _Number(most=1.0)})
    """An originator is named from this confidence on; with less the call is ambiguous."""


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """What a submitted file may be at most; beyond it the file is refused, for it is broken or hostile."""

    longest_row: int = field(default=16 << 20, metadata={"check": _Number(1_024, whole=True)})
    """Bytes of one line of a text file."""
    most_rows: int = field(default=10_000_000, metadata={"check": _Number(1, whole=True)})
    """Lines of one file whose calls are joined in memory: of all formats but the canonical one."""
    longest_value: int = field(default=65_536, metadata={"check": _Number(256, whole=True)})
    """Bytes of one value of a call: a number, a Call-ID, an Identity header."""
    most_expansion: int = field(default=200, metadata={"check": _Number(1, whole=True)})
    """How many times its size a .gz or .zst file may unpack to, once it expands to more than 64 MiB."""
    most_members: int = field(default=100_000, metadata={"check": _Number(1, whole=True)})
    """Members of one .gz file, frames of one .zst file."""


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
        told = {name: value for name, value in _environment("AWS_").items() if name in cls.__slots__}
        told |= {"endpoint_url": os.environ.get("AWS_ENDPOINT_URL_S3") or told.get("endpoint_url")}
        told |= {"region": told.get("region") or os.environ.get("AWS_DEFAULT_REGION")}
        return cls(**told)


@dataclass(frozen=True, slots=True)
class Settings:
    """One workspace's settings; the environment wins over `hoptrace.toml`, which wins over the defaults.

    A nested value is named with two underscores in the environment: HOPTRACE_TRACE__WINDOW_SECONDS.
    """

    format: int = field(default=1, metadata={"check": _Number(1, whole=True)})
    """Version of the workspace's layout; only `init_workspace` sets it."""
    home_country: str = field(default="US", metadata={"check": _country})
    """ISO 3166-1 alpha-2: where a call enters this country is its point of entry."""
    catalog_url: str | None = field(default=None, metadata={"check": _text})
    """SQLAlchemy URL of the catalog; None is an SQLite file in the workspace."""
    lake_uri: str | None = field(default=None, metadata={"check": _text})
    """Folder or URI (s3://bucket/folder) of the Delta table; None is a folder in the workspace."""
    lock_wait_seconds: float = field(default=30.0, metadata={"check": _Number()})
    """How long to wait for another process that writes."""
    response: Mapping[str, ResponseClock] = field(default_factory=dict[str, ResponseClock], metadata={"check": _clocks})
    """By country, or `default`: how long carriers have to answer, as reports say; in the file "24 hours"."""
    retention: Mapping[str, int] = field(default_factory=dict[str, int], metadata={"check": _days})
    """By country, or `default`: for how many days carriers keep their records, as reports say."""
    keep_files: bool = field(default=True, metadata={"check": _switch})
    """Whether submitted files are kept, so that evidence packages show the cited rows as they were written."""
    trace: TraceSettings = field(default=TraceSettings(), metadata={"check": _trace})
    intake: IntakeSettings = field(default=IntakeSettings(), metadata={"check": _intake})
    regulator_sees_customers: bool = field(default=False, metadata={"check": _switch})
    """Whether reports for a regulator tell who the carriers' customers are."""

    def deadlines(self) -> Deadlines:
        """The rules of `response` and `retention`, with those that are known by default."""
        return Deadlines(self.response, self.retention)

    def digest(self) -> str:
        """Twelve hex digits of the SHA-256 of every value that changes an answer."""
        told = {"home_country": self.home_country, "trace": asdict(self.trace)}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]


def source_date_epoch() -> datetime | None:
    """The moment that SOURCE_DATE_EPOCH names (seconds since 1970), so that what is made then has the same bytes.

    None where it is not set; raises WorkspaceError where it is no such number.
    """
    text = os.environ.get("SOURCE_DATE_EPOCH")
    if not text:
        return None
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        raise WorkspaceError(
            f"SOURCE_DATE_EPOCH={text!r} is not a number of seconds since 1970. Correct or unset it."
        ) from None


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


def make_settings(values: Mapping[str, Any], source: Path) -> Settings:
    """Settings of these values and the environment; `source` is named where a value is refused."""
    try:
        return Settings(**_checked(Settings, _with_environment(values)))
    except _Several as problems:
        message = f"{source} or the environment ({PREFIX}*): {problems}. Mend it and try again."
        raise WorkspaceError(message) from None


def _with_environment(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with what the environment says in their place; its other variables are no settings."""
    settings = {each.name for each in fields(Settings)}
    tables = {"trace": TraceSettings.__slots__, "intake": IntakeSettings.__slots__}
    found = dict(values)
    for variable, text in _environment(PREFIX).items():
        name, _, inner = variable.partition(INSIDE)
        if variable in settings and variable not in tables:
            found[variable] = text
        elif inner in tables.get(name, ()) and isinstance(table := found.get(name, {}), Mapping):
            found[name] = {**table, inner: text}
    return found


def _environment(prefix: str) -> dict[str, str]:
    """The variables with this prefix, by the rest of their names; these may be in capitals or small."""
    told = {name.upper(): value for name, value in sorted(os.environ.items())}
    return {name.removeprefix(prefix).lower(): value for name, value in told.items() if name.startswith(prefix)}


def _checked(
    model: type[Settings | TraceSettings | IntakeSettings], values: Mapping[str, Any], inside: str = ""
) -> dict[str, Any]:
    """The values as the model's checks give them; raises _Several with every problem at once."""
    checks = {each.name: each.metadata["check"] for each in fields(model)}
    checked: dict[str, Any] = {}
    problems: list[str] = []
    for name, value in values.items():
        if name not in checks:
            problems.append(f"{inside}{name}: no such setting")
            continue
        try:
            checked[name] = checks[name](value)
        except _Several as several:
            problems.append(str(several))
        except _Refused as problem:
            problems.append(f"{inside}{name}: {problem}")
    if problems:
        raise _Several("; ".join(problems))
    return checked
