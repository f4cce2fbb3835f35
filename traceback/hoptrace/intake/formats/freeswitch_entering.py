"""FreeSWITCH documents on their way to legs: unreadable ones are rejected, repeated ones are duplicates."""

from __future__ import annotations

from dataclasses import dataclass, field

from hoptrace.intake.formats.freeswitch_documents import Json
from hoptrace.intake.formats.freeswitch_legs import Leg, Odd, make_leg
from hoptrace.intake.ledger import Ledger


@dataclass(slots=True)
class Entering:
    """One group's `ledger`, the documents `seen` so far, and the `legs` that they gave."""

    ledger: Ledger = field(default_factory=Ledger)
    seen: set[bytes] = field(default_factory=set[bytes])
    legs: list[Leg] = field(default_factory=list[Leg])

    def enter(self, where: tuple[int, int], raw: bytes, document: Json | str, odd: Odd) -> None:
        """Enter one document (`where`: file and row), or a word why it is none."""
        self.ledger.row(*where, raw)
        if isinstance(document, str):
            self.ledger.reject(*where, document)
        elif raw in self.seen:
            self.ledger.duplicate(*where)
        else:
            self.seen.add(raw)
            leg = make_leg(where, document, odd)
            if isinstance(leg, Leg):
                self.legs.append(leg)
            else:
                self.ledger.reject(*where, *leg)

    def flag(self, file: int, odd: Odd) -> None:
        """Say what was odd in a file."""
        if odd.durations:
            self.ledger.flag(file, f"durations that cannot be, left out: {odd.durations}")
