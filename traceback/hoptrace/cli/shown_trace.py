"""A traced call on the terminal: the verdict, the trail, the evidence, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hoptrace.cli import show

if TYPE_CHECKING:
    from hoptrace.model.verdicts import Evidence, Hop, TraceResult

_MARKS = {True: "+", False: "-", None: "?"}


def show_trace(result: TraceResult) -> None:
    """Print one result for a person."""
    if result.summary:
        click.echo(show.plain(result.summary) + "\n")
    show.facts(
        [
            ("Call", result.call_ref),
            ("Verdict", result.verdict.value),
            ("Confidence", show.share(result.confidence)),
            ("Path", " < ".join(result.path) or None),
            ("Originating carrier", result.originating_carrier),
            ("Customer", result.customer),
            ("Point of entry", result.point_of_entry),
        ]
    )
    _show_hops(result.hops)
    show_list("What speaks against it:", result.conflicts)
    show_list(
        "Also considered:",
        [f"{' < '.join(other.path)} ({show.share(other.confidence)}): {other.why}" for other in result.alternatives],
    )
    if result.next_request is not None:
        show_list("Ask next:", [f"{result.next_request.carrier}: {result.next_request.why}"])


def _show_hops(hops: tuple[Hop, ...]) -> None:
    if not hops:
        return
    click.echo()
    columns = ("Hop", "Carrier", "Start as recorded", "Its clock runs", "Calling", "Called", "Att", "Record")
    show.table(columns, [_row(place, hop) for place, hop in enumerate(hops, start=1)])
    for place, hop in enumerate(hops, start=1):
        show_list(f"Hop {place}, {hop.carrier}:", [sentence(item) for item in hop.evidence])


def _row(place: int, hop: Hop) -> tuple[object, ...]:
    records = " ".join(f"{record.batch}:{record.row}" for record in hop.records) or "only named"
    clock = _clock(hop.clock_offset) if hop.records else None
    return (place, hop.carrier, hop.start_time, clock, hop.calling, hop.called, hop.attestation, records)


def _clock(offset: float) -> str:
    if abs(offset) < 0.05:
        return "on time"
    return f"{abs(offset):.1f} s {'fast' if offset > 0 else 'slow'}"


def sentence(item: Evidence) -> str:
    """A line of evidence: + agrees, - differs, ? cannot be compared."""
    return f"{_MARKS[item.agrees]} {item.about.replace('_', ' ')}: {item.detail}"


def show_list(title: str, lines: tuple[str, ...] | list[str]) -> None:
    """Print lines under their title; nothing where there are none."""
    if not lines:
        return
    click.echo(f"\n{show.plain(title)}")
    for line in lines:
        click.echo(f"  {show.plain(line)}")
