"""Reports of an AudioCodes device become legs, and the legs of one session calls: one for each outgoing leg."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hoptrace.intake.formats.audiocodes.rows import CALL_TYPES, Leg
from hoptrace.intake.formats.clocks.times import ClockTimes
from hoptrace.intake.ledger import Ledger
from hoptrace.model.statements import StartBasis

_ONE_SESSION = timedelta(days=1)
"""Session ids of old releases count from the start of the device; legs further apart are of two calls."""


@dataclass(frozen=True, slots=True)
class Whole:
    """All reports of one leg, the one that says most first."""

    reports: tuple[Leg, ...]

    @property
    def main(self) -> Leg:
        """The report that says most."""
        return self.reports[0]

    @property
    def connect(self) -> datetime | None:
        """When the leg was answered."""
        return next((report.connect for report in self.reports if report.connect is not None), None)


def session_of(leg: Leg) -> str | tuple[int, int]:
    """What the legs of one call share; a leg without a session id stands alone with its own reports."""
    if leg.session:
        return f"session {leg.session}"
    return f"call {leg.call_id}" if leg.call_id else leg.place


def enter_session(reports: Sequence[Leg], times: ClockTimes, ledger: Ledger) -> None:
    """Put the calls of one session id into the ledger; `times` are those by which the reports were read.

    An outgoing leg belongs to the latest incoming leg that began before it. The incoming rows stand for the attempt
    that was answered or else tried last, every other attempt is stood for by its own rows.
    """
    legs = sorted(_legs(reports), key=lambda leg: (leg.main.setup, leg.main.place))
    incoming = [leg for leg in legs if leg.main.incoming]
    setups = [leg.main.setup for leg in incoming]
    routed: list[list[Whole]] = [[] for _ in incoming]
    for leg in legs:
        if leg.main.incoming:
            continue
        owner = _owner(leg, setups)
        if owner is None:
            _enter((None, leg), leg.reports, times, ledger)
        else:
            routed[owner].append(leg)
    for come, gone in zip(incoming, routed, strict=True):
        chosen = max(gone, key=lambda leg: (leg.connect is not None, leg.main.setup, leg.main.place), default=None)
        _enter((come, chosen), (*come.reports, *(chosen.reports if chosen else ())), times, ledger)
        for leg in gone:
            if leg is not chosen:
                _enter((come, leg), leg.reports, times, ledger)


def _owner(leg: Whole, setups: Sequence[datetime]) -> int | None:
    """Which incoming leg (their sorted setup times) an outgoing one belongs to: the last before it, else the next."""
    after = bisect_right(setups, leg.main.setup)
    for place in (after - 1, after):
        if 0 <= place < len(setups) and abs(setups[place] - leg.main.setup) < _ONE_SESSION:
            return place
    return None


def _legs(reports: Sequence[Leg]) -> Iterator[Whole]:
    """The reports of each leg together: those of one Call-ID, side, leg id and setup time."""
    legs: defaultdict[tuple[object, ...], list[Leg]] = defaultdict(list)
    for report in reports:
        legs[report.incoming, report.leg, report.call_id or report.leg or report.place, report.setup].append(report)
    for each in legs.values():
        yield Whole(tuple(sorted(each, key=_says_less) if len(each) > 1 else each))


def _says_less(report: Leg) -> tuple[int, tuple[int, int]]:
    return CALL_TYPES.index(report.type), report.place


def _enter(legs: tuple[Whole | None, Whole | None], reports: Sequence[Leg], times: ClockTimes, ledger: Ledger) -> None:
    facts = _facts(*legs)
    later = times.may_be_later(facts["start_time"], facts["answer_time"], facts["end_time"])
    ledger.call([report.place for report in reports], may_be_later=later, **facts)


def _facts(come: Whole | None, gone: Whole | None) -> dict[str, Any]:
    whole = come or gone
    assert whole is not None
    leg, last = whole.main, (gone or whole).main
    # Of the two legs of an answered call the incoming one tells when this device answered.
    told = whole if gone is None or gone.connect is not None else gone
    return {
        "start_time": leg.setup,
        "start_basis": str(StartBasis.RECEIVED),
        "answer_time": told.connect,
        "end_time": told.main.release,
        "duration": told.main.duration,
        "precision": leg.tick,
        "calling_number": leg.src,
        "called_number": leg.dst,
        "egress_calling_number": last.src if come and gone else None,
        "egress_called_number": last.dst if come and gone else None,
        "redirecting_number": leg.redirect,
        "upstream": leg.peer if come else None,
        "downstream": last.peer if gone else None,
        "call_id": leg.call_id if come else None,
        "egress_call_id": last.call_id if gone else None,
        "release_code": last.code or leg.code,
        "record_id": _record_id(leg, last),
    }


def _record_id(leg: Leg, last: Leg) -> str | None:
    parts = (leg.session or leg.call_id, last.leg or (last.call_id if leg.session else None))
    return "/".join(part for part in parts if part) or None
