"""Profiles of carriers' files: the TOML text under carrier, name and version; what was added is never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from hoptrace.catalog.database import guard
from hoptrace.catalog.spans import as_utc
from hoptrace.catalog.tables import PROFILES


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A profile as it was added: `version` counts up from 1 under each carrier and name."""

    carrier_id: str
    name: str
    version: int
    text: str
    added_at: datetime
    new: bool = False
    """It was added just now, and not at hand already."""

    @property
    def label(self) -> str:
        """Name and version, as `--format` takes it and receipts show it."""
        return f"{self.name}@{self.version}"


class Profiles:
    """The stored profiles."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, carrier_id: str, name: str, text: str) -> StoredProfile:
        """Add a profile as the next version of its name; the same text again is the version that is there."""
        with guard(), self._engine.begin() as connection:
            rows = connection.execute(_query(carrier_id, name)).mappings().all()
            if rows and rows[-1]["text"] == text:
                return _stored(rows[-1])
            version = 1 + (rows[-1]["version"] if rows else 0)
            row = {"carrier_id": carrier_id, "name": name, "version": version, "text": text}
            row |= {"added_at": datetime.now(UTC)}
            connection.execute(sa.insert(PROFILES), row)
        return _stored(row, new=True)

    def find(self, carrier_id: str, name: str, version: int | None = None) -> StoredProfile | None:
        """A carrier's profile of this name, its newest version where none is asked for."""
        found = [each for each in self.list(carrier_id, name) if version in (None, each.version)]
        return found[-1] if found else None

    def list(self, carrier_id: str | None = None, name: str | None = None) -> list[StoredProfile]:
        """All versions of all profiles (of one carrier, of one name), in the order of carrier, name and version."""
        with guard(), self._engine.connect() as connection:
            rows = connection.execute(_query(carrier_id, name)).mappings().all()
        return [_stored(row) for row in rows]


def _query(carrier_id: str | None, name: str | None) -> sa.Select[Any]:
    at = PROFILES.c
    query = sa.select(PROFILES).order_by(at.carrier_id, at.name, at.version)
    query = query if carrier_id is None else query.where(at.carrier_id == carrier_id)
    return query if name is None else query.where(at.name == name)


def _stored(row: Mapping[Any, Any], *, new: bool = False) -> StoredProfile:
    return StoredProfile(row["carrier_id"], row["name"], row["version"], row["text"], as_utc(row["added_at"]), new=new)
