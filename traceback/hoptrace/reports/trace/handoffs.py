"""Both sides of each handoff, and the numbers as each hop saw them: what the cited statements say, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hoptrace.engines.behind import Behind
from hoptrace.model.numbers import display
from hoptrace.model.times import rfc3339
from hoptrace.model.verdicts import Hop, RecordRef, TraceResult
from hoptrace.reports.model_parts import RecordLine
from hoptrace.reports.trace.model_details import FileLine, HandoffLine, NumbersLine, SideLine
from hoptrace.reports.wording.cards import Directory, carrier_card, plain_or_none
from hoptrace.reports.wording.language import Language, message
from hoptrace.reports.wording.plain import plain
from hoptrace.reports.wording.times import corrected, utc_text

Row = dict[str, Any]

OUTCOMES = {
    "answered": message("answered"),
    "busy": message("busy"),
    "no_answer": message("no answer"),
    "cancelled": message("cancelled"),
    "failed": message("failed"),
    "unknown": message("unknown"),
}


@dataclass(frozen=True, slots=True)
class Lines:
    """What the lines of a report are made with."""

    carriers: Directory
    behind: Behind
    voice: Language


def record_line(record: RecordRef) -> RecordLine:
    """Where a record stands."""
    return RecordLine(batch=plain(record.batch), row=record.row, record_id=plain_or_none(record.record_id))


def handoff_lines(trace: TraceResult, lines: Lines) -> tuple[HandoffLine, ...]:
    """The handoffs of which at least one side's statement is at hand, from the called party up."""
    found: list[HandoffLine] = []
    for at in range(1, len(trace.hops)):
        upper, lower = trace.hops[at], trace.hops[at - 1]
        sides = _side(upper, lines, sends=True), _side(lower, lines, sends=False)
        if any(sides):
            found.append(HandoffLine(position=at + 1, upper=sides[0], lower=sides[1]))
    return tuple(found)


def number_lines(trace: TraceResult, lines: Lines) -> tuple[NumbersLine, ...]:
    """The numbers hop by hop, of the hops whose statement is at hand."""
    return tuple(_numbers(at + 1, hop, lines) for at, hop in enumerate(trace.hops) if _row(hop, lines) is not None)


def file_lines(trace: TraceResult, lines: Lines) -> tuple[FileLine, ...]:
    """The files that the cited records stand in."""
    return tuple(_files(trace, lines))


def _row(hop: Hop, lines: Lines) -> Row | None:
    rows = lines.behind.statements
    return next((dict(rows[place]) for each in hop.records if (place := (each.batch, each.row)) in rows), None)


def _side(hop: Hop, lines: Lines, *, sends: bool) -> SideLine | None:
    row = _row(hop, lines)
    if row is None:
        return None
    ended = OUTCOMES.get(row["outcome"])
    ref = next(each for each in hop.records if (each.batch, each.row) == (row["batch"], row["row"]))
    return SideLine(
        carrier=carrier_card(hop.carrier, lines.carriers),
        record=record_line(ref),
        names=_named(row, lines, sends=sends),
        trunk=plain_or_none(row["downstream_trunk" if sends else "upstream_trunk"]),
        start_recorded=rfc3339(row["start_time"]),
        start_utc=_utc(row["start_time"], hop),
        answer_utc=_utc(row["answer_time"], hop),
        duration_s=row["duration"],
        calling=_sent(row, "calling") if sends else _came(row, "calling"),
        called=_sent(row, "called") if sends else _came(row, "called"),
        call_id=plain_or_none((row["egress_call_id"] or row["call_id"]) if sends else row["call_id"]),
        attestation=plain_or_none(row["attestation"]),
        outcome=None if ended is None else lines.voice.say(ended),
        release_code=plain_or_none(row["release_code"]),
    )


def _named(row: Row, lines: Lines, *, sends: bool) -> str | None:
    """Whom a record names at its upper or lower side."""
    neighbour = row["downstream"] if sends else row["upstream"]
    if neighbour is not None:
        return carrier_card(neighbour, lines.carriers).name
    if sends or row["customer"] is None:
        return None
    return lines.voice.say("its own customer {customer}", customer=plain(row["customer"]))


def _utc(moment: datetime | None, hop: Hop) -> str | None:
    return None if moment is None else utc_text(corrected(rfc3339(moment), hop.clock_offset))


def _came(row: Row, name: str) -> str | None:
    return _written(row, name)


def _sent(row: Row, name: str) -> str | None:
    """A number as it went out: another one where the record says so."""
    return _written(row, f"egress_{name}") or _written(row, name)


def _written(row: Row, name: str) -> str | None:
    text: str | None = row["redirecting_number" if name == "redirecting" else f"{name}_number"]
    return plain_or_none(text) or display(row[name])


def _numbers(position: int, hop: Hop, lines: Lines) -> NumbersLine:
    row = _row(hop, lines) or {}
    changed = any(
        row[f"egress_{name}"] is not None and row[f"egress_{name}"] != row[name] for name in ("calling", "called")
    )
    return NumbersLine(
        position=position,
        carrier=carrier_card(hop.carrier, lines.carriers),
        calling_in=_came(row, "calling"),
        called_in=_came(row, "called"),
        calling_out=_sent(row, "calling"),
        called_out=_sent(row, "called"),
        redirecting=_written(row, "redirecting"),
        changed=changed,
    )


def _files(trace: TraceResult, lines: Lines) -> Iterator[FileLine]:
    batches = {record.batch for hop in trace.hops for record in hop.records}
    for batch in sorted(batches & lines.behind.receipts.keys()):
        receipt = lines.behind.receipts[batch]
        yield FileLine(
            batch=plain(batch),
            carrier=carrier_card(receipt.carrier, lines.carriers),
            file=plain(receipt.file),
            sha256=receipt.digest,
        )
