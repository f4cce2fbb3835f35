"""From route attempts to calls: which written time is which moment of the call, and how long it lasted."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple

from hoptrace.intake.formats.acc.events import Event
from hoptrace.intake.formats.acc.pairing import Attempt, Paired
from hoptrace.intake.formats.acc.times import SECOND
from hoptrace.intake.ledger import NO_CALLED
from hoptrace.model.statements import StartBasis

_CUT = 1_500_000  # two times cut to the second differ by this much only if the moments differ
_TELLING = (None, "INVITE", "ACK")
_LONGEST_RING = 300 * SECOND  # RFC 3261: an INVITE transaction without a final reply is given up after three minutes


class DialogStart(StrEnum):
    """What `start_time` of an answered Kamailio acc_cdrs row is: the operator chooses by `cdr_start_on_confirmed`."""

    RECEIVED = "received"
    ANSWERED = "answered"
    UNKNOWN = "unknown"


class _Times(NamedTuple):
    """When a call began (by which `basis`), was answered and ended, in microseconds, and how long (s) it lasted."""

    start: int | None
    basis: StartBasis
    answer: int | None
    end: int | None
    duration: float | None


def learn_dialog_start(groups: Iterable[Paired]) -> DialogStart:
    """Find out from calls that have both rows whether dialog rows start with the INVITE or with its answer."""
    ringing = [
        attempt.invite.time - attempt.dialog.start
        for paired in groups
        for attempt in paired.attempts
        if attempt.dialog is not None and attempt.dialog.start is not None and attempt.dialog.duration
        if attempt.invite is not None and attempt.invite.time is not None and attempt.invite.success
    ]
    if not ringing:
        return DialogStart.UNKNOWN
    # Some calls are answered at once, so a share of them is enough; a few stray rows are not.
    rang = sum(1 for gap in ringing if _CUT < gap < _LONGEST_RING)
    return DialogStart.RECEIVED if rang * 10 > len(ringing) else DialogStart.ANSWERED


def facts_of(paired: Paired, habit: DialogStart) -> list[tuple[Attempt, dict[str, Any] | str]]:
    """Each attempt with its RAW_CALLS facts, or with the reason why it is no usable call."""
    facts: list[tuple[Attempt, dict[str, Any] | str]] = []
    for attempt in paired.attempts:
        said = _said(attempt)
        times = _times(attempt, habit, _received(attempt, paired, habit))
        if "called_number" not in said:
            facts.append((attempt, NO_CALLED))
        elif times.start is None:
            facts.append((attempt, "no usable time"))
        else:
            facts.append((attempt, _with_times(said, times, attempt)))
    return facts


def _with_times(facts: dict[str, Any], times: _Times, attempt: Attempt) -> dict[str, Any]:
    """What the rows say of numbers and neighbours, and all else."""
    head = attempt.head
    facts["start_time"], basis, facts["answer_time"], facts["end_time"], facts["duration"] = times
    facts["start_basis"] = basis.value
    facts["precision"], facts["call_id"], facts["record_id"] = head.tick, head.call_id, head.record_id
    facts["release_code"] = head.code or (attempt.dialog.code if attempt.dialog is not None else None)
    return facts


def _said(attempt: Attempt) -> dict[str, Any]:
    """What the rows say of numbers and neighbours; an ACK may fill gaps, a BYE (of either end) never."""
    head, *others = attempt.events()
    said: dict[str, Any] = {**head.said}
    for event in others:
        if event.method in _TELLING and event.from_tag in (None, head.from_tag):
            said = {**event.said, **said}
    if said.get("egress_called_number") == said.get("called_number"):
        said.pop("egress_called_number", None)
    if said.get("attestation", "A") not in ("A", "B", "C"):
        del said["attestation"]
    return said


def _received(attempt: Attempt, paired: Paired, habit: DialogStart) -> int | None:
    """When the INVITE came in, from this attempt's dialog row or from that of another route of the same INVITE."""
    if len(paired.attempts) == 1 and attempt.dialog is None:
        return attempt.head.created
    closed = _final(attempt)
    ours = attempt.head.said.get("upstream"), attempt.head.said.get("called_number")
    moments = [
        moment
        for other in paired.attempts
        if other is attempt
        or (
            (other.head.said.get("upstream"), other.head.said.get("called_number")) == ours
            and (other.head.from_tag or attempt.head.from_tag) == (attempt.head.from_tag or other.head.from_tag)
        )
        if (moment := _came_in(other, habit)) is not None
        if closed is None or -SECOND <= closed - moment <= _LONGEST_RING
    ]
    return min(moments) if moments else None


def _came_in(attempt: Attempt, habit: DialogStart) -> int | None:
    dialog = attempt.dialog
    if attempt.head.created is not None:
        return attempt.head.created
    if dialog is None:
        return None
    if dialog.created is not None:
        return dialog.created
    # A failed dialog has start = end = the moment of its INVITE, whatever the operator chose for answered ones.
    return dialog.start if not attempt.success or habit is DialogStart.RECEIVED else None


def _final(attempt: Attempt) -> int | None:
    """When the final reply went through: the row's time, else that of the ACK."""
    if attempt.invite is None:
        dialog = attempt.head
        return dialog.answered or dialog.time
    if attempt.dialog is not None and attempt.dialog.answered is not None:
        return attempt.dialog.answered
    if attempt.invite.time or not attempt.parts:
        return attempt.invite.time
    acks = [event.time for event in attempt.parts if event.method == "ACK" and event.time is not None]
    return min(acks, default=None)


def _times(attempt: Attempt, habit: DialogStart, received: int | None) -> _Times:
    final, dialog = _final(attempt), attempt.dialog
    if not attempt.success:
        if received is not None:
            return _Times(min(received, final or received), StartBasis.RECEIVED, None, final, 0.0)
        return _Times(final or (dialog.start if dialog else None), StartBasis.FINAL, None, final, 0.0)
    answer = final
    if answer is None and dialog is not None and habit is DialogStart.ANSWERED:
        answer = dialog.start
    start = received if received is not None else (answer or (dialog.start if dialog else None))
    basis = StartBasis.RECEIVED if received is not None else StartBasis.FINAL
    if received is not None and answer is not None:
        start = min(received, answer)
    duration, end = _talk(attempt, habit, answer)
    return _Times(start, basis, answer, end, duration)


def _talk(attempt: Attempt, habit: DialogStart, answer: int | None) -> tuple[float | None, int | None]:
    """Seconds of conversation, and the end: the dialog row knows best, else the BYE."""
    dialog, bye = attempt.dialog, _bye(attempt.parts)
    if dialog is None or dialog.duration is None or (dialog.duration == 0 and bye is not None):
        if bye is None or answer is None:
            return None, bye
        return max(0.0, (bye - answer) / SECOND), bye
    duration = dialog.duration
    if habit is DialogStart.RECEIVED and dialog.start is not None and answer is not None:
        duration = max(0.0, round(duration - (answer - dialog.start) / SECOND, 3))
    end = dialog.end or bye
    if end is None and answer is not None:
        end = answer + round(duration * SECOND)
    return duration, end


def _bye(parts: list[Event]) -> int | None:
    byes = [(not event.success, event.time) for event in parts if event.method == "BYE" and event.time is not None]
    return min(byes)[1] if byes else None
