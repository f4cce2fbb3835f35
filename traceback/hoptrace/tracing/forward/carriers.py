"""Every carrier that shows up when a number is traced forward: its role, its statements, the evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hoptrace.model.forward import ForwardCarrier, ForwardRole
from hoptrace.model.verdicts import Evidence, RecordRef
from hoptrace.tracing.forward.parties import Party, Talk, took_over
from hoptrace.tracing.forward.serving import SPOOFED_FROM, own_callers
from hoptrace.tracing.forward.spoken import EXAMPLES, Does
from hoptrace.tracing.forward.words import calls, delivered, goes_on, handed, names, shown, time, when

_ORDER = list(ForwardRole)


def carriers_of(talks: Iterable[Talk]) -> tuple[ForwardCarrier, ...]:
    """The carriers of each number in turn, the most telling role first, then by their number of statements."""
    told: list[ForwardCarrier] = []
    for talk in talks:
        found = [_carrier(party, role, talk) for role in _ORDER for party in _in_role(role, talk)]
        told += sorted(found, key=lambda each: (_ORDER.index(each.role), -each.statements, each.carrier))
    return tuple(told)


def _in_role(role: ForwardRole, talk: Talk) -> list[Party]:
    if role is ForwardRole.HANDED_TO:
        return talk.silent()
    if role is ForwardRole.ATTEMPTED:
        trying = talk.by_carrier(Does.FAILED)
        more = {row.carrier for row in talk.that(Does.DELIVERS, Does.CHANGES, Does.HANDS_ON, Does.UNNAMED)}
        return [party for party in trying if party.name not in more]
    return talk.by_carrier(*_DOES[role])


_DOES: dict[ForwardRole, tuple[Does, ...]] = {
    ForwardRole.SERVES: (Does.DELIVERS,),
    ForwardRole.CHANGES: (Does.CHANGES,),
    ForwardRole.HANDS_ON: (Does.HANDS_ON, Does.UNNAMED),
    ForwardRole.ORIGINATES: (Does.ORIGINATES,),
}


def _carrier(party: Party, role: ForwardRole, talk: Talk) -> ForwardCarrier:
    owned = role in (ForwardRole.SERVES, ForwardRole.ORIGINATES)
    return ForwardCarrier(
        carrier=party.name,
        role=role,
        number=shown(talk.number),
        statements=party.statements,
        first_time=time(party.first),
        last_time=time(party.last),
        customers=tuple(sorted({row.other for row in party.rows if row.other is not None})) if owned else (),
        records=_records(party),
        evidence=_EVIDENCE[role](party, talk),
    )


def _records(party: Party) -> tuple[RecordRef, ...]:
    """A few of its statements, by batch and row."""
    found = {(e["batch"], e["row"]): e["record_id"] for row in party.rows for e in row.examples}
    return tuple(RecordRef(batch, row, record) for (batch, row), record in sorted(found.items())[:EXAMPLES])


def _serves(party: Party, talk: Talk) -> tuple[Evidence, ...]:
    told = [Evidence("delivery", True, f"{delivered(party, talk.number)}.")]
    if customers := sorted({row.other for row in party.rows if row.other is not None}):
        told.append(Evidence("customer", True, f"They left over the trunk of its own customer {names(customers)}."))
    if confirmed := party.confirmed():
        told.append(Evidence("upstream", True, f"The carrier before knows of {calls(confirmed)} among them."))
    if unsaid := party.unsaid():
        text = f"The carrier named before it hands this number's calls to others only ({calls(unsaid)})."
        told.append(Evidence("upstream", False, text))
    if party.name in own_callers(talk):
        text = f"A customer of {party.name} calls from the number too; a caller id alone would prove nothing."
        told.append(Evidence("caller id", True, text))
    return (*told, *_against(party, talk))


def _against(party: Party, talk: Talk) -> list[Evidence]:
    """The other carriers that deliver the number, and what the carrier itself handed on."""
    serving = talk.by_carrier(Does.DELIVERS)
    later = took_over(serving)
    told: list[Evidence] = []
    for other in serving:
        if other.name == party.name:
            continue
        if later is None:
            told.append(Evidence("other carriers", False, f"{delivered(other, talk.number)} too."))
        elif later.name == other.name:
            text = f"Later {other.name} delivered the number, {when(other)}: it seems to have been ported there."
            told.append(Evidence("porting", False, text))
        elif later.name == party.name:
            text = f"{other.name} delivered the number before, {when(other)}: it seems to have been ported since."
            told.append(Evidence("porting", None, text))
    on = [row for row in talk.that(Does.HANDS_ON, Does.UNNAMED) if row.carrier == party.name]
    if on:
        to = names(sorted({row.other or "an unknown trunk" for row in on}))
        count = calls(sum(row.statements for row in on))
        told.append(Evidence("handing on", False, f"It handed {count} to the number on to {to}."))
    return told


def _handed_to(party: Party, talk: Talk) -> tuple[Evidence, ...]:
    covered = sum(row.covered for row in party.rows)
    named = Evidence("naming", True, f"{handed(party, talk.number)}.")
    if covered:
        text = f"{party.name} has submitted records of the time of {calls(covered)} of them, and none shows the number."
        return (named, Evidence("records", False, text))
    return (named, Evidence("records", None, f"{party.name} has submitted no records of that time."))


def _changes(party: Party, talk: Talk) -> tuple[Evidence, ...]:
    targets = [target for target in talk.by_other(Does.CHANGES) if party.name in target.carriers()]
    parts = [Party.of(target.name, (row for row in target.rows if row.carrier == party.name)) for target in targets]
    told = [Evidence("called number", True, f"{goes_on(part, talk.number)}.") for part in parts]
    if count := sum(row.forwarded for part in parts for row in part.rows):
        text = (
            f"In {calls(count)} it gives {shown(talk.number)} as the number that forwarded them: a subscriber has that "
            f"number and had them forwarded, most likely one of {party.name}'s own."
        )
        told.append(Evidence("forwarding", None, text))
    return tuple(told)


def _hands_on(party: Party, talk: Talk) -> tuple[Evidence, ...]:
    to = names(sorted({row.other or "an unknown trunk" for row in party.rows}))
    text = f"{party.name} says that it handed {calls(party.statements)} to {shown(talk.number)} to {to}, {when(party)}."
    return (Evidence("naming", True, text),)


def _attempted(party: Party, talk: Talk) -> tuple[Evidence, ...]:
    text = f"On {party.name}'s records {calls(party.statements)} to {shown(talk.number)} failed, {when(party)}."
    return (Evidence("outcome", None, text),)


def _originates(party: Party, talk: Talk) -> tuple[Evidence, ...]:
    customers = names(sorted({row.other for row in party.rows if row.other is not None}))
    text = (
        f"{party.name} says that its own customer {customers} placed {calls(party.statements)} with "
        f"{shown(talk.number)} as caller, {when(party)}."
    )
    told = [Evidence("caller id", None, text)]
    carriers = len({row.carrier for row in talk.that(Does.ORIGINATES)})
    if carriers >= SPOOFED_FROM:
        told.append(Evidence("spoofing", False, f"Customers of {carriers} carriers do: the caller id seems spoofed."))
    return tuple(told)


_EVIDENCE: dict[ForwardRole, Callable[[Party, Talk], tuple[Evidence, ...]]] = {
    ForwardRole.SERVES: _serves,
    ForwardRole.HANDED_TO: _handed_to,
    ForwardRole.CHANGES: _changes,
    ForwardRole.HANDS_ON: _hands_on,
    ForwardRole.ATTEMPTED: _attempted,
    ForwardRole.ORIGINATES: _originates,
}
