"""The receipt of a batch: what a submitted file gave, row for row."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

_OVER = " over "


def based_on(profile: str, base: str) -> str:
    """What a receipt calls the format of a file that was read by a profile which is based on a format."""
    return f"{profile}{_OVER}{base}"


def base_format(shown: str) -> str:
    """The format that a file was read as, from what its receipt shows."""
    return shown.rpartition(_OVER)[2]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one submitted file.

    rows = accepted + duplicates + skipped + sum(rejected.values()) always. A row that was rejected for several reasons
    counts under its first. `timezone` says the zone and how it was found. Times are RFC 3339 in UTC.
    """

    file: str
    digest: str
    batch: str
    carrier: str
    format: str
    timezone: str
    first_time: str | None
    last_time: str | None
    rows: int
    accepted: int
    duplicates: int
    skipped: int
    rejected: dict[str, int]
    statements: int
    unknown_trunks: dict[str, int]
    flags: tuple[str, ...] = field(default=())
    already_submitted: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The receipt as plain data, in the contract's field names."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class WithdrawnBatch:
    """A batch that counts no more: whose it is, since when (UTC), and why."""

    batch: str
    carrier: str
    at: datetime
    reason: str
