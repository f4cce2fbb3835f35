"""Results of traces in an invented network, one for each verdict, and the carriers that they name."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack

import pytest

from hoptrace.catalog.traces import Stored
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
from hoptrace.workspace import Workspace, init_workspace

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


SECRETS = {
    "called": "2025550134",
    "calling": "2025550187",
    "rewritten": "2025550155",
    "customer": "cust-secret-1187",
    "call_ref": "REF-secret-",
    "far carrier": "FOXG6",
    "far name": "Foxglove",
    "last carrier": "ALDR1",
    "last name": "Alder Mutual",
    "record": "rec-elmg5",
    "own record": "rec-cedr3",
    "batch": "batch-elmg5",
    "contact": "noc@secret.example.net",
    "time": "15:04:0",
    "campaign number": "2025550166",
}
"""What a report may hold only for some readers."""

OF_MANY = {
    carrier.carrier_id: carrier
    for carrier in (
        Carrier("ALDR1", "Alder Mutual Telephone", "US", contact_email="noc@secret.example.net"),
        Carrier("BRCH2", "Birch Long Distance", "US", contact_email="noc@secret.example.net"),
        Carrier("CEDR3", "Cedar Wholesale Voice", "US"),
        Carrier("DOGW4", "Dogwood Interconnect", "US"),
        Carrier("ELMG5", "Elm Gateway Services", "US", contact_email="noc@secret.example.net"),
        Carrier("FOXG6", "Foxglove Télécom", "FR"),
    )
}


def told(number: int, verdict: Verdict, carriers: str, silent: str = "", **changes: object) -> TraceResult:
    """A traced call along `carriers` (first letters, terminating first); those in `silent` gave no record."""
    ids = {carrier_id[0]: carrier_id for carrier_id in OF_MANY}
    path = [ids[letter] for letter in carriers]
    hops: list[Hop] = []
    for place, carrier_id in enumerate(path):
        name = carrier_id.lower()
        record = RecordRef(f"batch-{name}", 17 + number, f"rec-{name}-{number}")
        customer = "ELMG5 says that its own customer cust-secret-1187 placed the call to +12025550134."
        evidence = (
            Evidence("time", True, f"{carrier_id} and FOXG6 are 0.4 s apart."),
            Evidence("naming", True, customer),
        )
        gave = carrier_id[0] not in silent
        hops.append(
            Hop(
                carrier_id,
                (record,) if gave else (),
                f"2026-11-02T15:04:0{place}.120000Z" if gave else None,
                0.5,
                "+12025550187" if gave else None,
                ("+12025550155" if place > 3 else "+12025550134") if gave else None,
                "B" if gave else None,
                evidence,
            )
        )
    day = 2 + number % 20
    call = ReportedCall(
        f"REF-secret-{number}",
        f"2026-11-{day:02d}T15:04:05.5Z",
        "+12025550134",
        "+12025550187",
        path[0] if path else None,
        "bank alert 2025550166" if number % 2 else "bank alert",
    )
    fields: dict[str, object] = {
        "call_ref": call.call_ref,
        "call": call,
        "conflicts": ("FOXG6 says that its own customer cust-secret-1187 placed the call.",),
        "alternatives": (Alternative(("ALDR1", "FOXG6"), 0.2, "A redial to +12025550134 fits too."),),
        "next_request": NextRequest("FOXG6", "FOXG6 has to say who called +12025550134."),
        "summary": "FOXG6's own record says that its customer cust-secret-1187 placed the call.",
    }
    return result(verdict, tuple(hops), **(fields | changes))


def many_results() -> list[TraceResult]:
    """Traced calls of one campaign with every verdict, along several ways."""
    identified = {"originating_carrier": "FOXG6", "customer": "cust-secret-1187", "point_of_entry": "ELMG5"}
    return [
        *(told(at, Verdict.ORIGINATOR_IDENTIFIED, "ABCDEF", **identified) for at in range(6)),
        *(told(at, Verdict.NON_PARTICIPATING, "ABCD", "D") for at in range(6, 10)),
        *(told(at, Verdict.NON_PARTICIPATING, "ABD", "D") for at in range(10, 12)),
        told(12, Verdict.POINT_OF_ENTRY_IDENTIFIED, "ABCEF", "F", point_of_entry="ELMG5"),
        told(13, Verdict.NO_RECORD, "ABC", "C"),
        told(14, Verdict.DISPUTED, "ABCD"),
        told(15, Verdict.AMBIGUOUS, "AB"),
        told(16, Verdict.NOT_FOUND, ""),
    ]


def store(workspace: Workspace, results: Iterable[TraceResult]) -> None:
    """Put results into the catalog, as tracing does."""
    workspace.catalog.traces.save(
        Stored(each.call_ref, each.verdict, each.call and each.call.campaign, each.as_json().decode())
        for each in results
    )


@pytest.fixture(scope="session")
def secrets() -> dict[str, str]:
    return dict(SECRETS)


@pytest.fixture(scope="session")
def make_reported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Workspace]]:
    """Make a workspace with these carriers and stored results."""
    with ExitStack() as opened:

        def make(results: Iterable[TraceResult], carriers: Iterable[Carrier] = OF_MANY.values()) -> Workspace:
            folder = tmp_path_factory.mktemp("reported")
            with (folder / "carriers.csv").open("w", encoding="utf-8", newline="") as file:
                rows = csv.writer(file)
                rows.writerow(["carrier_id", "name", "country", "contact_email"])
                rows.writerows([each.carrier_id, each.name, each.country, each.contact_email] for each in carriers)
            workspace = opened.enter_context(init_workspace(folder / "workspace"))
            workspace.catalog.directory.load_directory(folder / "carriers.csv")
            store(workspace, results)
            return workspace

        yield make


@pytest.fixture(scope="session")
def reported(make_reported: Callable[..., Workspace]) -> Workspace:
    """A workspace with the traced calls of `many_results` and six carriers."""
    return make_reported(many_results())


@pytest.fixture(scope="session")
def results_of_many() -> list[TraceResult]:
    return many_results()


@pytest.fixture(scope="session")
def told_call() -> Callable[..., TraceResult]:
    return told
