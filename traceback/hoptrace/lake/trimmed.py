"""What is remembered of deleted entries of the table's log: where the log begins now, and what had expired before.

It stands in a small file beside the log, written whole before the first of those entries goes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from hoptrace.lake.storage import Store

PLACE = "_trimmed.json"
"""The file in the table's folder; the underscore keeps it apart from data."""


@dataclass(frozen=True, slots=True)
class Trimmed:
    """The log tells versions from `kept_from` on, and none where that is 0.

    `expiries`: the versions at which statements expired, the oldest first, and up to which day (since 1970) they did.
    """

    kept_from: int = 0
    expiries: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, store: Store) -> Trimmed:
        """As the table's folder says; nothing was deleted where it says nothing."""
        if not store.exists(PLACE):
            return cls()
        told = json.loads(store.text(PLACE))
        return cls(int(told["kept_from"]), tuple((int(version), int(days)) for version, days in told["expiries"]))

    def keep(self, store: Store) -> None:
        """Write it down, in place of what was there."""
        told = {"kept_from": self.kept_from, "expiries": self.expiries}
        store.put(PLACE, json.dumps(told).encode())

    def expired(self, version: int) -> int | None:
        """Up to which day statements had expired at a version that the log does not tell any more."""
        days = [days for at, days in self.expiries if at <= version]
        return days[-1] if days else None
