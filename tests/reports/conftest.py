"""Results of traces in an invented network, one for each verdict, and the carriers that they name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hoptrace.model.carriers import Carrier
from hoptrace.model.verdicts import (
    Alternative,
    Evidence,
    Hop,
    NextRequest,
    RecordRef,
    ReportedCall,
    TraceResult,
    Verdict,
)

DIRECTORY = {
    carrier.carrier_id: carrier
    for carrier in (
        Carrier("1001", "Alder Mutual Telephone", "US", contact_email="traceback@alder.example.net"),
        Carrier("2002", "Birch Long Distance", "US", contact_email="noc@birch.example.net"),
        Carrier("3003", "Cedar Wholesale Voice", "US"),
        Carrier("4004", "Dogwood Interconnect", "US", contact_email="trace@dogwood.example.net"),
        Carrier("5005", "Elm Gateway Services", "US", contact_email="traceback@elm.example.net"),
        Carrier("6006", "Foxglove Télécom", "FR", contact_email="abuse@foxglove.example.net"),
    )
}

CALL = ReportedCall("C-0042", "2026-03-04T15:04:05Z", "+12025550134", "+12025550187", "1001", "bank card alert")


def hop(place: int, carrier: str, recorded: bool = True, clock: float = 0.0) -> Hop:
    """The hop `place` steps upstream of the terminating carrier, 0.4 s earlier each step, told with evidence."""
    if not recorded:
        named = Evidence(
            "upstream named", True, "The record below names this carrier as the one it received the call from."
        )
        return Hop(carrier, evidence=(named, Evidence("time", None, "This carrier has no record to compare with.")))
    millisecond = 5_120 - 400 * place + round(clock * 1000)
    minute, rest = divmod(4 * 60_000 + millisecond, 60_000)
    start = f"2026-03-04T10:{minute:02d}:{rest // 1000:02d}.{rest % 1000:03d}-05:00"
    evidence = (
        Evidence("called number", True, "Both records say +1 202 555 0134."),
        Evidence(
            "time", True, "The clocks corrected, the two records are 0.4 s apart; this pair is usually within 0.6 s."
        ),
        Evidence("duration", False, "One says 41 s of conversation, the other 42 s."),
        Evidence("Call-ID", None, "A border controller changed it between the two."),
    )
    record = RecordRef(f"b{carrier}20260304", 17 + place, f"{carrier}-{place:06d}")
    return Hop(carrier, (record,), start, clock, "+12025550187", "+12025550134", "C" if place > 2 else "B", evidence)


def result(verdict: Verdict, hops: tuple[Hop, ...], **changes: object) -> TraceResult:
    """A result with `hops` and everything else filled in; `changes` replace fields."""
    fields: dict[str, object] = {
        "call_ref": CALL.call_ref,
        "verdict": verdict,
        "path": tuple(one.carrier for one in hops),
        "originating_carrier": None,
        "customer": None,
        "point_of_entry": None,
        "confidence": 0.97,
        "hops": hops,
        "conflicts": (),
        "alternatives": (),
        "next_request": None,
        "engine": "hoptrace 0.1.0",
        "lake_version": 12,
        "settings_digest": "9f2c51d0a7e34b18",
        "clock_version": 3,
        "call": CALL,
    }
    return TraceResult(**(fields | changes))  # pyright: ignore[reportArgumentType]


def example(verdict: Verdict) -> TraceResult:
    """One telling result for each verdict."""
    four = (hop(0, "1001"), hop(1, "2002", clock=143.0), hop(2, "3003"), hop(3, "4004"))
    ask = NextRequest("4004", "Its downstream names it, and none of its records covers 4 March 2026 15:04 UTC.")
    rival = Alternative(("1001", "2002", "6006"), 0.41, "A redial one second later fits the times nearly as well.")
    match verdict:
        case Verdict.ORIGINATOR_IDENTIFIED:
            six = (*four[:2], hop(2, "3003", recorded=False), hop(3, "4004"), hop(4, "5005"), hop(5, "6006"))
            return result(verdict, six, originating_carrier="6006", customer="cust-1187", point_of_entry="5005")
        case Verdict.POINT_OF_ENTRY_IDENTIFIED:
            hops = (*four, hop(4, "5005"), hop(5, "6006", recorded=False))
            asked = NextRequest("6006", "The point of entry names it as the carrier abroad that handed it the call.")
            return result(verdict, hops, point_of_entry="5005", next_request=asked)
        case Verdict.NON_PARTICIPATING | Verdict.NO_RECORD:
            return result(verdict, (*four[:3], hop(3, "4004", recorded=False)), next_request=ask)
        case Verdict.DISPUTED:
            against = (
                "Cedar Wholesale Voice says that the call came from Dogwood Interconnect; that carrier's record of "
            )
            against += "the same second names Birch Long Distance as its downstream."
            return result(verdict, four, confidence=0.62, conflicts=(against,))
        case Verdict.AMBIGUOUS:
            return result(verdict, four[:2], confidence=0.52, alternatives=(rival,))
        case Verdict.NOT_FOUND:
            asked = NextRequest("1001", "It terminated the call and has submitted no records for that day.")
            return result(verdict, (Hop("1001"),), confidence=0.9, next_request=asked)


@pytest.fixture
def carriers() -> dict[str, Carrier]:
    return dict(DIRECTORY)


@pytest.fixture
def example_of() -> Callable[[Verdict], TraceResult]:
    return example


@pytest.fixture
def hop_at() -> Callable[..., Hop]:
    return hop


@pytest.fixture
def result_with() -> Callable[..., TraceResult]:
    return result
