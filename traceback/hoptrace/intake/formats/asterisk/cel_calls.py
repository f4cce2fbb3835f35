"""The events of Asterisk's channels become calls: the channel that a call came in on with each that was dialled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from hoptrace.intake.formats.asterisk.cel_channels import CallSpan, Channel
from hoptrace.intake.formats.asterisk.names import (
    Target,
    dial_target,
    dials_numbers,
    is_local,
    is_symbolic,
    trunk_of,
)
from hoptrace.intake.formats.asterisk.telephones import Telephones
from hoptrace.intake.formats.leg_attempts import Attempt, attempts_of
from hoptrace.intake.ledger import NO_CALLED, Ledger
from hoptrace.model.statements import StartBasis

_CAUSE = re.compile(r"\d{1,3}")


def calls_of(spans: Sequence[CallSpan], telephones: Telephones) -> Iterator[tuple[Attempt[CallSpan], list[CallSpan]]]:
    """The attempts of all calls, each with what else belongs to it: halves of Local channels, other telephones."""
    together: dict[str, list[CallSpan]] = {}
    for span in spans:
        together.setdefault(span.linkedid, []).append(span)
    for group in together.values():
        inner = [span for span in group if is_local(span.channel.first("channame") or "") and not span.incoming]
        carrying = [*inner, *_other_telephones(group, telephones)]
        legs = [span for span in group if span not in carrying] or group
        for number, attempt in enumerate(attempts_of(legs)):
            yield attempt, carrying if number == 0 and legs is not group else []


def _other_telephones(group: Sequence[CallSpan], telephones: Telephones) -> list[CallSpan]:
    """Of the telephones that were rung for a call all but the answered one, or the first: they are no routes."""
    rung = [span for span in group if not span.incoming and telephones.has(_trunk(span))]
    if len(rung) < 2 or any(dials_numbers(text) for text in _dialled(group)):
        return []
    stands = next((span for span in rung if span.answered), rung[0])
    return [span for span in rung if span is not stands]


def _rings(attempt: Attempt[CallSpan], inner: Sequence[CallSpan], telephones: Telephones) -> bool:
    """Whether a telephone was rung: who does that delivers the call."""
    spans = [span for span in (attempt.incoming, attempt.outgoing, *inner) if span is not None]
    is_telephone = attempt.outgoing is not None and telephones.has(_trunk(attempt.outgoing))
    return is_telephone and not any(dials_numbers(text) for text in _dialled(spans))


def _trunk(span: CallSpan) -> str | None:
    return trunk_of(span.channel.first("channame") or "")


def _dialled(spans: Sequence[CallSpan]) -> list[str]:
    """The arguments of Dial on these channels."""
    events = [event.fields for span in spans for event in span.channel.events]
    return [said.get("appdata", "") for said in events if said.get("appname", "").lower() == "dial"]


def enter(call: tuple[Attempt[CallSpan], list[CallSpan]], telephones: Telephones, file: int, ledger: Ledger) -> None:
    """Put a call and its rows into the ledger; without a called number they are rejected."""
    attempt, inner = call
    rows = [(file, row) for _, row in (*attempt.rows, *(pair for span in inner for pair in span.rows))]
    facts = _facts(attempt, inner, telephones)
    if facts["called_number"] is None:
        for row in rows:
            ledger.reject(*row, NO_CALLED)
        return
    ledger.call(rows, **facts)


def _facts(attempt: Attempt[CallSpan], inner: Sequence[CallSpan], telephones: Telephones) -> dict[str, Any]:
    come, gone = attempt.incoming, attempt.outgoing
    leg = come or gone
    assert leg is not None  # an attempt has one of the two
    told = gone or leg
    answer = told.answer if told.answer is not None and told.answer >= leg.begun else None
    end = told.end if told.end is not None and told.end >= leg.begun else None
    target = _target(attempt, inner)
    return {
        "start_time": leg.begun,
        "start_basis": str(StartBasis.RECEIVED),
        "answer_time": answer,
        "end_time": end,
        "duration": (end - answer).total_seconds() if answer and end and end >= answer else None if answer else 0.0,
        "may_be_later": leg.later,
        "precision": _tick(leg.channel.events[0].fields.get("eventtime", "")),
        "calling_number": leg.channel.first("cid_num") or leg.channel.first("cid_ani"),
        "called_number": _called(leg.channel),
        "egress_called_number": target.number,
        "redirecting_number": leg.channel.first("cid_rdnis"),
        "upstream": _trunk(come) if come is not None else None,
        "downstream": None if _rings(attempt, inner, telephones) else target.trunk,
        "release_code": _cause(told.channel) or _cause(leg.channel),
        "record_id": "/".join(span.channel.uniqueid for span in (come, gone) if span is not None),
    }


def _called(channel: Channel) -> str | None:
    """The number that was dialled: of the first event, else the dialled number id; no place in the dial plan."""
    told = [channel.events[0].fields.get("exten"), channel.first("cid_dnid"), channel.first("exten")]
    numbers = [number for number in told if number]
    return next((number for number in numbers if not is_symbolic(number)), None)


def _target(attempt: Attempt[CallSpan], inner: Sequence[CallSpan]) -> Target:
    """Whom a Dial of the call's channels named, for the channel that was dialled."""
    if attempt.outgoing is None:
        return Target(None, None)
    trunk = _trunk(attempt.outgoing)
    sides = [span for span in (attempt.incoming, *inner) if span is not None]
    targets = [dial_target(text, None) for text in _dialled(sides)]
    return next((target for target in targets if target.trunk == trunk and target.number), Target(trunk, None))


def _cause(channel: Channel) -> str | None:
    """The Q.850 cause in the extra of a hangup event: `{"hangupcause":16,...}`, or `16,...` in old releases."""
    event = channel.at("HANGUP")
    extra = event.fields.get("eventextra", "") if event is not None else ""
    try:
        told: Any = orjson.loads(extra) if extra.startswith("{") else {"hangupcause": extra.partition(",")[0]}
    except orjson.JSONDecodeError:
        return None
    cause = str(told.get("hangupcause", ""))
    return str(int(cause)) if _CAUSE.fullmatch(cause) and 0 < int(cause) < 128 else None


def _tick(text: str) -> int:
    _, point, fraction = text.partition(".")
    digits = len(fraction) - len(fraction.lstrip("0123456789")) if point else 0
    return 10 ** max(0, 6 - digits)
