"""Settings: the only reader of the environment (HOPTRACE_*) and of `hoptrace.toml`.

Every command reads them, so they are plain dataclasses: a library for models would take longer to load than to use.
Each field's `check` is in its metadata.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from hoptrace.model.deadlines import Deadlines, ResponseClock
from hoptrace.settings.checks import Number, clocks, country_code, days, switch, table, text_or_none


@dataclass(frozen=True, slots=True)
class TraceSettings:
    """What decides an answer, beside the records: every value here is in the settings digest of each result."""

    window_seconds: float = field(default=600.0, metadata={"check": Number(above=True)})
    """How far a record's start may lie from the reported time, in seconds, after clock offsets."""
    report_seconds: float = field(default=3.0, metadata={"check": Number()})
    """How far a reported time may well be off: calls to one number within this of it cannot be told apart by it."""
    ambiguous_below: float = field(default=0.7, metadata={"check": Number(most=1.0)})
    """A trail with less confidence than this is called ambiguous where another fits too."""
    name_from: float = field(default=0.955, metadata={"check": Number(most=1.0)})
    """An originator is named from this confidence on; with less the call is ambiguous."""


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """What a submitted file may be at most; beyond it the file is refused, for it is broken or hostile."""

    longest_row: int = field(default=16 << 20, metadata={"check": Number(1_024, whole=True)})
    """Bytes of one line of a text file."""
    most_rows: int = field(default=10_000_000, metadata={"check": Number(1, whole=True)})
    """Lines of one file whose calls are joined in memory: of all formats but the canonical one."""
    longest_value: int = field(default=65_536, metadata={"check": Number(256, whole=True)})
    """Bytes of one value of a call: a number, a Call-ID, an Identity header."""
    most_expansion: int = field(default=200, metadata={"check": Number(1, whole=True)})
    """How many times its size a .gz or .zst file may unpack to, once it expands to more than 64 MiB."""
    most_members: int = field(default=100_000, metadata={"check": Number(1, whole=True)})
    """Members of one .gz file, frames of one .zst file."""


def _trace(value: object) -> TraceSettings:
    return value if isinstance(value, TraceSettings) else TraceSettings(**table(TraceSettings, value, "trace"))


def _intake(value: object) -> IntakeSettings:
    return value if isinstance(value, IntakeSettings) else IntakeSettings(**table(IntakeSettings, value, "intake"))


@dataclass(frozen=True, slots=True)
class Settings:
    """One workspace's settings; the environment wins over `hoptrace.toml`, which wins over the defaults.

    A nested value is named with two underscores in the environment: HOPTRACE_TRACE__WINDOW_SECONDS.
    """

    format: int = field(default=1, metadata={"check": Number(1, whole=True)})
    """Version of the workspace's layout; only `init_workspace` sets it."""
    home_country: str = field(default="US", metadata={"check": country_code})
    """ISO 3166-1 alpha-2: where a call enters this country is its point of entry."""
    catalog_url: str | None = field(default=None, metadata={"check": text_or_none})
    """SQLAlchemy URL of the catalog; None is an SQLite file in the workspace."""
    lake_uri: str | None = field(default=None, metadata={"check": text_or_none})
    """Folder or URI (s3://bucket/folder) of the Delta table; None is a folder in the workspace."""
    lock_wait_seconds: float = field(default=30.0, metadata={"check": Number()})
    """How long to wait for another process that writes."""
    response: Mapping[str, ResponseClock] = field(default_factory=dict[str, ResponseClock], metadata={"check": clocks})
    """By country, or `default`: how long carriers have to answer, as reports say; in the file "24 hours"."""
    retention: Mapping[str, int] = field(default_factory=dict[str, int], metadata={"check": days})
    """By country, or `default`: for how many days carriers keep their records, as reports say."""
    keep_files: bool = field(default=True, metadata={"check": switch})
    """Whether submitted files are kept, so that evidence packages show the cited rows as they were written."""
    trace: TraceSettings = field(default=TraceSettings(), metadata={"check": _trace})
    intake: IntakeSettings = field(default=IntakeSettings(), metadata={"check": _intake})
    regulator_sees_customers: bool = field(default=False, metadata={"check": switch})
    """Whether reports for a regulator tell who the carriers' customers are."""

    def deadlines(self) -> Deadlines:
        """The rules of `response` and `retention`, with those that are known by default."""
        return Deadlines(self.response, self.retention)

    def digest(self) -> str:
        """Twelve hex digits of the SHA-256 of every value that changes an answer."""
        told = {"home_country": self.home_country, "trace": asdict(self.trace)}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]
