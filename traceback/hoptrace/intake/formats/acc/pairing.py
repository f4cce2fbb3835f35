"""The events of one Call-ID become route attempts: which rows tell of the same one, and which complete it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from operator import itemgetter

from hoptrace.intake.formats.acc.events import Event
from hoptrace.intake.formats.acc.times import SECOND

SAME_REPLY = 2 * SECOND
"""Two rows of one reply are stamped when each is written: up to a second apart, two ticks when both were cut."""

_FAR = 1 << 62
_CHALLENGES = frozenset({"401", "407"})


@dataclass(slots=True, eq=False)
class Attempt:
    """One call and route attempt: its INVITE row, its dialog row, or both, and the rows that complete it.

    `head`: the row that stands for the call, which is the INVITE row where there is one.
    """

    head: Event
    invite: Event | None
    dialog: Event | None
    parts: list[Event]

    @property
    def success(self) -> bool:
        """Whether the attempt was answered, as far as its own rows say."""
        return self.head.success or (self.dialog is not None and _talked(self.dialog))

    def events(self) -> list[Event]:
        """All rows, the one that stands for the call first."""
        if self.invite is None or self.dialog is None:
            return [self.head, *self.parts]
        return [self.head, self.dialog, *self.parts]


@dataclass(slots=True)
class Paired:
    """What the events of one Call-ID came to."""

    attempts: list[Attempt]
    duplicates: list[Event]
    orphans: list[Event]


def pair(events: Sequence[Event]) -> Paired:
    """Pair all events of one Call-ID; the outcome does not depend on their order or on the files that they stand in."""
    if len(events) == 1 and events[0].method == "INVITE" and not events[0].dialog:
        return Paired([Attempt(events[0], events[0], None, [])], [], [])
    paired = Paired([], [], [])
    ordered = _without_copies(events, paired.duplicates)
    invites = [event for event in ordered if event.method == "INVITE" and not event.dialog]
    for event in sorted(invites, key=_is_challenged) if len(invites) > 1 else invites:
        _place_invite(event, paired)
    for event in ordered:
        if event.dialog:
            _place_dialog(event, paired.attempts)
    for event in ordered:
        if event.method != "INVITE" and not event.dialog:
            _place_part(event, paired)
    return paired


def _is_challenged(event: Event) -> bool:
    return event.code in _CHALLENGES


def _content(event: Event) -> tuple[object, ...]:
    times = (event.time, event.created, event.answered, event.start, event.end)
    texts = (event.method, event.from_tag, event.to_tag, event.code)
    return (
        *(_FAR if time is None else time for time in times),
        *(text or "~" for text in texts),
        -1.0 if event.duration is None else event.duration,
        tuple(event.said.items()),
    )


def _without_copies(events: Sequence[Event], duplicates: list[Event]) -> Sequence[Event]:
    """The events in a total order by content, so that worker files and rotations do not matter, each content once."""
    times = [_FAR if event.time is None else event.time for event in events]
    if len({*times}) == len(times):  # the first that content says is the time
        in_order = sorted(times)
        return events if in_order == times else [events[times.index(time)] for time in in_order]
    kept: list[Event] = []
    before: object = None
    keyed = sorted(
        ((_content(event), event.missed, event.file, event.row, event) for event in events), key=itemgetter(0, 1, 2, 3)
    )
    for content, *_, event in keyed:  # of equal rows the one of the acc table counts, not that of missed_calls
        (duplicates if content == before else kept).append(event)
        before = content
    return kept


def _place_invite(event: Event, paired: Paired) -> None:
    for attempt in paired.attempts:
        meaning = _meaning(event, attempt.head)
        if meaning is Meaning.COPY:
            paired.duplicates.append(event)
            return
        if meaning is Meaning.PART:
            attempt.parts.append(event)
            return
    paired.attempts.append(Attempt(event, event, None, []))


class Meaning(IntEnum):
    """What a second INVITE row is to a first one of the same Call-ID."""

    OTHER = 0
    PART = 1
    COPY = 2


def _meaning(event: Event, first: Event) -> Meaning:
    if event.code in _CHALLENGES and first.code not in _CHALLENGES:
        # A challenged request is sent again with credentials: both are one attempt.
        same = event.from_tag == first.from_tag and _agree(event, first, "upstream", "called_number")
        return Meaning.PART if same else Meaning.OTHER
    apart = _apart(event, first)
    same_path = _agree(event, first, "upstream", "called_number", "calling_number")
    same_next = _agree(event, first, "downstream", "egress_called_number")
    if event.code == first.code and _fits(event.from_tag, first.from_tag) and same_path and same_next:
        tags_known = event.to_tag is not None and event.to_tag == first.to_tag
        if apart <= SAME_REPLY and _fits(event.to_tag, first.to_tag):
            return Meaning.COPY
        if tags_known and not first.success:
            return Meaning.COPY
    if first.success and _tags_known(event) and _tags(event) == _tags(first):
        # A later INVITE inside the dialog renegotiates media. The same tags at the same moment by another way in are
        # no re-INVITE but the call passing this carrier a second time, where no proxy on the way changed the dialog.
        swapped = event.from_tag != first.from_tag
        return Meaning.PART if swapped or apart > SAME_REPLY else Meaning.OTHER
    return Meaning.OTHER


def _place_dialog(event: Event, attempts: list[Attempt]) -> None:
    able = [
        attempt
        for attempt in attempts
        if attempt.invite is not None
        and attempt.dialog is None
        and _agree(event, attempt.invite, "upstream", "called_number", "calling_number")
        and _fits(event.from_tag, attempt.invite.from_tag)
        and _fits(event.to_tag, attempt.invite.to_tag)
    ]
    same_next = [attempt for attempt in able if _agree(event, attempt.head, "downstream", "egress_called_number")]
    answered = [attempt for attempt in able if attempt.head.success]
    if _talked(event):
        # A dialog is answered once: where its extras were read before the last rerouting, the next hop may differ.
        choice = [attempt for attempt in answered if attempt in same_next] or answered
    else:
        choice = [attempt for attempt in same_next if not attempt.head.success] or [
            attempt for attempt in same_next if attempt.head.success
        ]
    if choice:
        max(choice, key=lambda attempt: _moment(attempt.head)).dialog = event
    else:
        attempts.append(Attempt(event, None, event, []))


def _place_part(event: Event, paired: Paired) -> None:
    able = [(exact, attempt) for attempt in paired.attempts if (exact := _belongs(event, attempt)) is not None]
    if not able:
        paired.orphans.append(event)
        return
    best = able[0] if len(able) == 1 else max(able, key=lambda pair: _part_score(event, pair[1], exact=pair[0]))
    best[1].parts.append(event)


def _belongs(event: Event, attempt: Attempt) -> bool | None:
    """Whether a BYE, ACK or CANCEL has exactly the tags of an attempt; None where it cannot belong to it."""
    head = attempt.head
    tags, of_head = (event.from_tag, event.to_tag), (head.from_tag, head.to_tag)
    exact = False
    if None not in tags and None not in of_head:
        exact = tags in (of_head, of_head[::-1])
        proves_another = event.method == "BYE" and event.success
        if not exact and (proves_another or event.from_tag not in of_head):
            return None
    elif event.from_tag and head.from_tag and event.from_tag not in of_head:
        return None
    if event.method == "BYE" and event.success and not exact and not attempt.success and head.code is not None:
        return None
    return exact


def _part_score(event: Event, attempt: Attempt, *, exact: bool) -> tuple[int, ...]:
    """How well a BYE, ACK or CANCEL fits an attempt to which it may belong."""
    head = attempt.head
    swapped = exact and event.from_tag != head.from_tag
    side = ("downstream", "called_number") if swapped else ("upstream", "calling_number")
    same_neighbour = event.said.get("upstream") == head.said.get(side[0])
    same_caller = event.said.get("calling_number") == head.said.get(side[1])
    same_called = not swapped and event.said.get("called_number") == head.said.get("called_number")
    outcome = head.code == "487" if event.method == "CANCEL" else attempt.success
    late = _moment(event) < _moment(head) - SAME_REPLY
    gap = min(abs(_moment(event) - _moment(head)), _FAR)
    return (int(exact), int(outcome), int(same_neighbour) + int(same_caller) + int(same_called), -int(late), -gap)


def _talked(event: Event) -> bool:
    return event.success or bool(event.duration)


def _moment(event: Event) -> int:
    for time in (event.time, event.answered, event.created, event.start):
        if time is not None:
            return time
    return 0


def _apart(one: Event, other: Event) -> int:
    if one.time is None or other.time is None:
        return 0
    return abs(one.time - other.time)


def _agree(one: Event, other: Event, *facts: str) -> bool:
    return all(_fits(one.said.get(fact), other.said.get(fact)) for fact in facts)


def _fits(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _tags_known(event: Event) -> bool:
    return event.from_tag is not None and event.to_tag is not None


def _tags(event: Event) -> frozenset[str | None]:
    return frozenset((event.from_tag, event.to_tag))
