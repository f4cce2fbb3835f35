"""What is attached inside a PDF: the report's own data, so that the paper and the data cannot part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

MADE = datetime(1980, 1, 1, tzinfo=UTC)
"""The same report gives the same bytes, whenever it is made."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file inside a PDF."""

    name: str
    description: str
    content: bytes


def attached_json(content: bytes) -> Attached:
    """A report's JSON as an attachment."""
    return Attached("report.json", "The same report as data (JSON)", content)
