"""Trimming the table's log: what only tells of versions whose files are gone is deleted, the oldest entry first.

Such versions are read from the newest files (`Lake.view`), for which the log is asked one thing alone: up to which day
statements had expired by then. That is written down before anything goes, so that whatever is killed, every version is
read as before; what a killed trimming left goes with the next one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hoptrace.lake.lake import Lake
from hoptrace.lake.log import EXPIRED, LAST_EXPIRY, VACUUMED
from hoptrace.lake.refusing import guard
from hoptrace.lake.trimmed import Trimmed

KEPT_DAYS = 7
"""Younger entries stay: a process that has the table open goes from one entry to the next (`log.AGED_SECONDS`)."""

_CHECKPOINT = ".checkpoint"


def trim(lake: Lake, days: float = KEPT_DAYS) -> int:
    """Delete the log's entries before the last checkpoint that is old enough; needs the writer's lock.

    Gives how many files went. Versions whose files may still be there keep their entries. Raises StorageFailed.
    """
    with guard("trim its log"):
        entries, known = lake.store.log(), Trimmed.of(lake.store)
        begins = _begins(lake, entries, days)
        if begins > known.kept_from:
            Trimmed(begins, (*known.expiries, *_expiries(lake, known.kept_from))).keep(lake.store)
        gone = sorted(name for name in entries if _version(name) < max(begins, known.kept_from))
        lake.store.remove([f"_delta_log/{name}" for name in gone])
    return len(gone)


def _begins(lake: Lake, entries: dict[str, datetime], days: float) -> int:
    """The version of the last checkpoint that is so old, and before which no version has all of its files."""
    latest, aged = lake.mark(VACUUMED) or 0, datetime.now(UTC) - timedelta(days=days)
    old = [_version(name) for name, written in entries.items() if _CHECKPOINT in name and written <= aged]
    return max((version for version in old if version <= latest), default=0)


def _expiries(lake: Lake, since: int) -> list[tuple[int, int]]:
    """The versions from `since` on at which statements expired, the oldest first, and up to which day they did."""
    found: list[tuple[int, int]] = []
    last, days = lake.mark(LAST_EXPIRY), lake.mark(EXPIRED)
    while last is not None and days is not None and last >= since:
        found.append((last, days))
        last, days = lake.marks_at(last - 1, LAST_EXPIRY, EXPIRED) if last > since else (None, None)
    return found[::-1]


def _version(name: str) -> int:
    """The version that a file of the log is of; others than entries and checkpoints are of none, and stay."""
    digits = name.partition(".")[0]
    return int(digits) if digits.isdigit() else 2**63
