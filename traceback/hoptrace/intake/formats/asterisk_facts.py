"""The facts of one Asterisk call, as RAW_CALLS has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hoptrace.intake.fold_rows import FoldRow
from hoptrace.intake.formats.asterisk_calls import Call
from hoptrace.intake.formats.asterisk_names import Target, dial_target, is_symbolic, trunk_of, without_port
from hoptrace.intake.formats.asterisk_rows import Cdr
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.local_clock import LocalClock
from hoptrace.model.statements import StartBasis

_SECOND, _MINUTE = 1_000_000, 60_000_000
_LONGEST_CALL = 7 * 86_400
NO_CALLED = "no called number"
_SHORTEST_CALL = 0.5
"""An answered call of `billsec` 0 lasted less than a second; a duration of 0 would say that it was not answered."""

_CAUSES = {"ANSWERED": "16", "BUSY": "17", "NO ANSWER": "19", "NOANSWER": "19", "CONGESTION": "34"}
_AS_THEY_ARE = (
    "egress_calling_number",
    "redirecting_number",
    "customer",
    "call_id",
    "egress_call_id",
    "attestation",
    "orig_id",
    "signer",
)


@dataclass(slots=True)
class Times:
    """Turns one file's times into UTC; `clock` is None where every time carries its own zone."""

    clock: LocalClock | None
    minutes: bool
    bad_durations: int = 0

    def start(self, cdr: Cdr) -> datetime:
        """When the channel's first row began, in UTC."""
        return self._utc(cdr.start, cdr.epoch, cdr.row)

    def may_be_later(self, cdr: Cdr, start: datetime) -> int | None:
        """By how many seconds that may have been later."""
        return self.clock.may_be_later(start, row=cdr.row) if self.clock is not None else None

    def after(self, time: datetime | None, start: datetime, talk: float | None = None) -> datetime | None:
        """A later time in UTC, about `talk` seconds after; None where there is none or it lies before the start."""
        utc = self._utc(time, start.timestamp() + (talk or 0.0)) if time is not None else None
        return utc if utc is not None and utc >= start else None

    def duration(self, cdr: Cdr) -> float | None:
        """Seconds of conversation of an answered call; None where what is written cannot be."""
        text = cdr.text("duration")
        seconds = _seconds(text)
        if seconds is not None:
            return seconds or _SHORTEST_CALL
        self.bad_durations += bool(text)
        return None

    def precision(self, cdr: Cdr) -> int:
        """Microseconds that one tick of the written start time lasts."""
        if self.minutes:
            return _MINUTE
        _, point, fraction = cdr.text("start_time").partition(".")
        digits = len(fraction) - len(fraction.lstrip("0123456789")) if point else 0
        return 10 ** max(0, 6 - digits)

    def flags(self) -> tuple[str, ...]:
        """What the receipt should say of the durations."""
        return (f"durations out of range, left out: {self.bad_durations}",) if self.bad_durations else ()

    def _utc(self, time: datetime, epoch: float | None, row: int | None = None) -> datetime:
        if self.clock is None or time.tzinfo is not None:
            return time.replace(tzinfo=UTC) if time.tzinfo is None else time
        return self.clock.to_utc(time, epoch, row)


def fold_row(cdr: Cdr) -> FoldRow:
    """What a row tells of its place in the file's sequence."""
    sequence = cdr.text("sequence")
    counted = int(sequence) if sequence.isdecimal() and len(sequence) <= 18 else None
    return FoldRow(cdr.row, cdr.start, cdr.answer, cdr.end, _seconds(cdr.text("duration")), cdr.epoch, counted)


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text) if text else -1.0
    except ValueError:
        return None
    return seconds if 0 <= seconds <= _LONGEST_CALL else None


def enter(call: Call, times: Times, file: int, ledger: Ledger) -> None:
    """Put a call and its rows into the ledger; without a called number in any row they are rejected."""
    called = _called(call)
    if called is None:
        for row in call.rows:
            ledger.reject(file, row.row, NO_CALLED)
        return
    answered = call.outgoing.text("disposition").upper() == "ANSWERED"
    start = times.start(call.first)
    target = _target(call.outgoing)
    facts: dict[str, Any] = {name: call.incoming.get(name) for name in _AS_THEY_ARE}
    facts.update(
        start_time=start,
        start_basis=str(StartBasis.RECEIVED),
        answer_time=times.after(call.outgoing.answer, start) if answered else None,
        end_time=times.after(call.outgoing.end, start, _seconds(call.outgoing.text("duration"))),
        duration=times.duration(call.outgoing) if answered else 0.0,
        precision=times.precision(call.first),
        may_be_later=times.may_be_later(call.first, start),
        calling_number=call.incoming.get("calling_number") or call.first.get("calling_number"),
        called_number=called,
        egress_called_number=call.outgoing.get("egress_called_number") or target.number,
        upstream=_neighbour(call.incoming.get("upstream")),
        downstream=target.trunk,
        release_code=_release(call),
        record_id=_record_id(call.incoming),
    )
    ledger.call([(file, row.row) for row in call.rows], **facts)


def _called(call: Call) -> str | None:
    """The number that this attempt's row has, unless that is a place in the dial plan and another row knows better."""
    numbers = [n for row in (call.incoming, call.first, *call.rows) if (n := row.get("called_number")) is not None]
    return next((number for number in numbers if not is_symbolic(number)), numbers[0] if numbers else None)


def _target(outgoing: Cdr) -> Target:
    trunk = _neighbour(outgoing.get("downstream"))
    if outgoing.text("lastapp").lower() != "dial":
        return Target(trunk, None)
    if outgoing.text("downstream")[:6].lower() == "local/":
        return Target(None, None)
    return dial_target(outgoing.text("lastdata"), trunk)


def _neighbour(written: str | None) -> str | None:
    """A trunk's name from a channel name, or from a column that names the trunk itself."""
    if written is None:
        return None
    return trunk_of(written) if "/" in written else without_port(written)


def _release(call: Call) -> str | None:
    stated = call.outgoing.get("release_code")
    if stated is not None:
        return stated
    disposition = call.outgoing.get("disposition")
    return call.cause or (_CAUSES.get(disposition.upper(), disposition) if disposition else None)


def _record_id(cdr: Cdr) -> str | None:
    stated = cdr.get("record_id")
    if stated is not None:
        return stated
    uniqueid, sequence = cdr.get("uniqueid"), cdr.get("sequence")
    if uniqueid is None:
        # Without it only the channel tells two redials of one second apart: they are no repeated row.
        return cdr.get("channel")
    return f"{uniqueid}/{sequence}" if sequence else uniqueid
