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
    """One group's `ledger`, the documents `seen` so far, and the `legs` that they gave."""

    ledger: Ledger = field(default_factory=Ledger)
    seen: set[bytes] = field(default_factory=set[bytes])
    legs: list[Leg] = field(default_factory=list[Leg])

    def enter(self, where: tuple[int, int], raw: bytes, told: Told | str, odd: Odd) -> None:
        """Enter one document (`where`: file and row), by what it tells or a word why it is none."""
        file, row = where
        self.ledger.row(file, row, raw)
        if isinstance(told, str):
            self.ledger.reject(file, row, told)
        elif raw in self.seen:
            self.ledger.duplicate(file, row)
        else:
            self.seen.add(raw)
            variables, flow = told
            self.add(make_leg(where, variables, flow, times_of(variables, flow), odd), where)

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
