"""FreeSWITCH documents on their way to calls: unreadable ones are rejected, repeated ones are duplicates."""

from __future__ import annotations

from dataclasses import dataclass, field

from hoptrace.intake.formats.freeswitch_calls import enter_calls
from hoptrace.intake.formats.freeswitch_flows import Told
from hoptrace.intake.formats.freeswitch_legs import Leg, make_leg
from hoptrace.intake.formats.freeswitch_times import Odd, times_of
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import ZONE_IN_FILE, Chunk, Zone


@dataclass(slots=True)
class Entering:
    """One group's `ledger`, the documents `seen` so far, and the `legs` that they gave.

    `first`: the first document of each uuid and length, which need no hash of all their bytes to be known again; `seen`
    has those that came after it.
    """

    ledger: Ledger = field(default_factory=Ledger)
    first: dict[tuple[str | None, int], bytes] = field(default_factory=dict[tuple[str | None, int], bytes])
    seen: set[bytes] = field(default_factory=set[bytes])
    legs: list[Leg] = field(default_factory=list[Leg])

    def enter(self, where: tuple[int, int], raw: bytes, told: Told | str, odd: Odd) -> None:
        """Enter one document (`where`: file and row), by what it tells or a word why it is none."""
        file, row = where
        self.ledger.row(file, row, raw)
        if isinstance(told, str):
            self.ledger.reject(file, row, told)
        elif self._has(raw, told.variables.get("uuid")):
            self.ledger.duplicate(file, row)
        else:
            variables, flow = told
            self.add(make_leg(where, variables, flow, times_of(variables, flow), odd), where)

    def _has(self, raw: bytes, uuid: str | None) -> bool:
        """Whether a document was seen before; from now on it is."""
        key = (uuid, len(raw))
        first = self.first.get(key)
        if first is None:
            self.first[key] = raw
            return False
        if first == raw or raw in self.seen:
            return True
        self.seen.add(raw)
        return False

    def add(self, leg: Leg | list[str], where: tuple[int, int]) -> None:
        """A leg, or the reasons why a row is none."""
        if isinstance(leg, Leg):
            self.legs.append(leg)
        else:
            self.ledger.reject(*where, *leg)

    def flag(self, file: int, *texts: str) -> None:
        """What the receipt should say of a file."""
        for text in texts:
            self.ledger.flag(file, text)

    def chunk(self, zone: Zone = ZONE_IN_FILE) -> Chunk:
        """All that was entered, legs joined to calls."""
        enter_calls(self.legs, self.ledger)
        return self.ledger.chunk(zone)
