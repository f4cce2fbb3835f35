"""Whom to ask next and by when, whose records should be kept, where the trail has gaps, and what was at hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

from hoptrace.engines.behind import Behind
from hoptrace.model.deadlines import Deadlines, ResponseClock, Rule, Unit, kept_until
from hoptrace.model.verdicts import NextRequest, Support, TraceResult
from hoptrace.reports.model_parts import CarrierCard
from hoptrace.reports.trace.model import HopLine, NextLine
from hoptrace.reports.trace.model_details import Completeness, PreserveLine
from hoptrace.reports.trace.words import NAME_LIMIT
from hoptrace.reports.wording.cards import Directory, carrier_card, carrier_of
from hoptrace.reports.wording.language import Language, message
from hoptrace.reports.wording.plain import isolated, shorten
from hoptrace.reports.wording.times import corrected, utc_text
from hoptrace.reports.wording.zones import local_text, zone_of

MOST_NAMED = 12
"""Carriers that a sentence names one by one."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What requests are told with: `asked` is the moment at which the next carrier is asked, where that is known."""

    carriers: Directory
    deadlines: Deadlines
    voice: Language
    asked: datetime | None = None


def next_line(request: NextRequest | None, why: str, asking: Asking) -> NextLine | None:
    """Whom to ask next, why, and how long it has to answer."""
    if request is None:
        return None
    carrier, card = carrier_of(request.carrier, asking.carriers), carrier_card(request.carrier, asking.carriers)
    rule = asking.deadlines.to_answer(card.country)
    clock, zone = rule.value, zone_of(carrier)
    assert isinstance(clock, ResponseClock)
    due = None if asking.asked is None else _due(clock, asking.asked, zone)
    return NextLine(
        carrier=card,
        why=why,
        within=_within(clock, rule, card.country, asking.voice),
        rule=rule.source,
        assumed=rule.assumed,
        asked_utc=None if asking.asked is None else utc_text(corrected(asking.asked.isoformat())),
        due_utc=None if due is None else utc_text(corrected(due.isoformat())),
        due_local=local_text(due, zone),
    )


def _due(clock: ResponseClock, asked: datetime, zone: str | None) -> datetime:
    # A business day is one where the carrier is.
    there: tzinfo | None = ZoneInfo(zone) if zone else None
    return clock.due(asked.astimezone(there) if there else asked)


def _within(clock: ResponseClock, rule: Rule, country: str, voice: Language) -> str:
    span = _span(clock, voice)
    if rule.assumed:
        text = message("No rule of {country} is known here; by default an answer is expected {span}.")
        return voice.say(text, country=country or voice.say("its country"), span=span)
    if rule.source:
        return voice.say("Its answer is due {span} ({rule}).", span=span, rule=rule.source)
    return voice.say("Its answer is due {span}, by the settings of this workspace.", span=span)


def _span(clock: ResponseClock, voice: Language) -> str:
    match clock.unit:
        case Unit.HOURS:
            return voice.count(clock.amount, "{number} hour after it is asked", "{number} hours after it is asked")
        case Unit.DAYS:
            return voice.count(clock.amount, "{number} day after it is asked", "{number} days after it is asked")
        case Unit.BUSINESS_DAYS:
            return voice.count(
                clock.amount, "{number} business day after it is asked", "{number} business days after it is asked"
            )


def preserve_lines(trace: TraceResult, asking: Asking) -> tuple[PreserveLine, ...]:
    """The carriers that may hold records of the call and have given none, the furthest known one first."""
    silent = [hop.carrier for hop in reversed(trace.hops) if not hop.records]
    asked = [trace.next_request.carrier] if trace.next_request is not None else []
    others = [carrier for other in trace.alternatives for carrier in other.path if carrier not in trace.path]
    day = _day_of(trace)
    return tuple(_preserve(carrier, day, asking) for carrier in dict.fromkeys([*asked, *silent, *others]))


def _preserve(carrier_id: str, day: date | None, asking: Asking) -> PreserveLine:
    card, voice = carrier_card(carrier_id, asking.carriers), asking.voice
    rule = asking.deadlines.kept(card.country)
    assert isinstance(rule.value, int)
    last = None if day is None else kept_until(day, rule.value)
    span = voice.count(rule.value, "{number} day", "{number} days")
    until = "" if last is None else voice.day(last)
    if rule.assumed:
        text = message(
            "No rule of {country} is known here; by default records are taken to be kept {span}, until {until}."
        )
    elif rule.source:
        text = message("Records are to be kept {span} ({rule}), until {until}.")
    else:
        text = message("Records are kept {span} by the settings of this workspace, until {until}.")
    says = voice.say(
        text, country=card.country or voice.say("its country"), span=span, rule=rule.source, until=until or "–"
    )
    return PreserveLine(
        carrier=card,
        days=rule.value,
        last_day=None if last is None else last.isoformat(),
        rule=rule.source,
        assumed=rule.assumed,
        says=" ".join([says, *_passed(last, asking)]),
    )


def _passed(last: date | None, asking: Asking) -> list[str]:
    """What is said where the carrier is asked after the last day of its records."""
    if last is None or asking.asked is None or asking.asked.date() <= last:
        return []
    passed = message("On {day}, when it is asked, that day has passed: its records may be gone.")
    return [asking.voice.say(passed, day=asking.voice.day(asking.asked.date()))]


def _day_of(trace: TraceResult) -> date | None:
    told = trace.call.start_time if trace.call is not None else next((hop.start_time for hop in trace.hops), None)
    moment = corrected(told)
    return None if moment is None else moment.date()


def gap_lines(hops: tuple[HopLine, ...], voice: Language) -> tuple[str, ...]:
    """Where the trail rests on less than a record of each carrier, in sentences, from the called party up."""
    return tuple(_gaps(hops, voice))


def _gaps(hops: tuple[HopLine, ...], voice: Language) -> Iterator[str]:
    for hop in hops:
        name = _name(hop.carrier)
        if not hop.records:
            yield voice.say(
                "{carrier} (hop {position}) has given no record of this call.", carrier=name, position=hop.position
            )
        if hop.support is Support.INFERRED:
            text = message("No record tells of the handoff from {carrier} to {below}: the trail was bridged over it.")
            yield voice.say(text, carrier=name, below=_name(hops[hop.position - 2].carrier))
        elif hop.support is Support.ONE:
            text = message(
                "Of the handoff from {carrier} to {below} only one of the two records names the other carrier."
            )
            yield voice.say(text, carrier=name, below=_name(hops[hop.position - 2].carrier))


def completeness(trace: TraceResult, behind: Behind, carriers: Directory, voice: Language) -> Completeness:
    """Whose records were at hand for the time of the call."""
    covered = tuple(carrier_card(carrier_id, carriers) for carrier_id in sorted(behind.covered))
    without = [carrier_id for carrier_id in dict.fromkeys(trace.path) if carrier_id not in behind.covered]
    cards = tuple(carrier_card(carrier_id, carriers) for carrier_id in without)
    text = voice.count(
        behind.listed,
        "Records of {covered} of the {number} carrier in the directory cover the time of this call.",
        "Records of {covered} of the {number} carriers in the directory cover the time of this call.",
        covered=len(covered),
    )
    if cards:
        names = _names(cards, voice)
        text += " " + voice.count(
            len(cards), "Of the path, {carriers} has none.", "Of the path, {carriers} have none.", carriers=names
        )
    text += " " + voice.say(
        "What other carriers would tell is not known here: that none of these recorded a call does not show that it "
        "did not take place."
    )
    return Completeness(
        says=text, covered=covered, path_without=cards, taking_part=len(behind.about), listed=behind.listed
    )


def _names(cards: tuple[CarrierCard, ...], voice: Language) -> str:
    shown = ", ".join(_name(card) for card in cards[:MOST_NAMED])
    if len(cards) <= MOST_NAMED:
        return shown
    return voice.count(
        len(cards) - MOST_NAMED, "{names} and {number} other", "{names} and {number} others", names=shown
    )


def _name(card: CarrierCard) -> str:
    return isolated(shorten(card.name, NAME_LIMIT))
