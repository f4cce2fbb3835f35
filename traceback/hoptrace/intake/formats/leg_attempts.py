"""Legs of one call become route attempts: an incoming leg with each outgoing one. Shared by formats that write legs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar


class LegLike(Protocol):
    """What joining needs of a leg. `begun`: when it began; `rows`: its rows as (file, row), the first stands for it."""

    @property
    def incoming(self) -> bool:
        """Whether the call came in on it, as the switch sees it."""
        ...

    @property
    def answered(self) -> bool:
        """Whether it was answered."""
        ...

    @property
    def begun(self) -> Any:
        """When it began: a time, or a count since some moment."""
        ...

    @property
    def rows(self) -> tuple[tuple[int, int], ...]:
        """Its rows."""
        ...


L = TypeVar("L", bound=LegLike)


class Attempt(NamedTuple, Generic[L]):
    """A call and route attempt: its incoming leg, its outgoing leg, or both; the first of `rows` stands for it."""

    incoming: L | None
    outgoing: L | None
    rows: tuple[tuple[int, int], ...]


def attempts_of(legs: Sequence[L]) -> Iterator[Attempt[L]]:
    """The attempts of one call's legs.

    An outgoing leg belongs to the latest incoming leg that began before it. The incoming leg's rows stand for the
    attempt that was answered or else tried last; every other attempt is stood for by its own rows.
    """
    if len(legs) == 1:
        (leg,) = legs
        yield Attempt(leg, None, leg.rows) if leg.incoming else Attempt(None, leg, leg.rows)
        return
    if len(legs) == 2 and legs[0].incoming != legs[1].incoming:
        come, gone = legs if legs[0].incoming else (legs[1], legs[0])
        yield Attempt(come, gone, (*come.rows, *gone.rows))
        return
    incoming = sorted((leg for leg in legs if leg.incoming), key=_order)
    begins = [leg.begun for leg in incoming]
    routed: list[list[L]] = [[] for _ in incoming]
    for leg in sorted((leg for leg in legs if not leg.incoming), key=_order):
        if incoming:
            routed[max(bisect_right(begins, leg.begun) - 1, 0)].append(leg)
        else:
            yield Attempt(None, leg, leg.rows)
    for come, gone in zip(incoming, routed, strict=True):
        yield from _attempts(come, gone)


def _attempts(incoming: L, outgoing: Sequence[L]) -> Iterator[Attempt[L]]:
    if not outgoing:
        yield Attempt(incoming, None, incoming.rows)
        return
    chosen = max(outgoing, key=lambda leg: (leg.answered, *_order(leg)))
    for leg in outgoing:
        yield Attempt(incoming, leg, (*incoming.rows, *leg.rows) if leg is chosen else leg.rows)


def joined(legs: Sequence[L], ids: Sequence[Sequence[str]]) -> Iterator[list[L]]:
    """Legs that share an id, also by way of others, put together; `ids` are those of each leg, in its order."""
    above: dict[str, str] = {}
    tops: list[str] = []
    for number, named in enumerate(ids):
        names = named or (f"\0{number}",)
        top = _top(above, names[0])
        for name in names[1:]:
            above[_top(above, name)] = top
        tops.append(names[0])
    together: dict[str, list[L]] = {}
    for leg, name in zip(legs, tops, strict=True):
        together.setdefault(_top(above, name), []).append(leg)
    yield from together.values()


def _top(above: dict[str, str], name: str) -> str:
    """The name that stands for all that are known to be the same call; the way there is made shorter."""
    while (higher := above.setdefault(name, name)) != name:
        above[name] = above.setdefault(higher, higher)
        name = above[name]
    return name


def _order(leg: LegLike) -> tuple[Any, tuple[int, int]]:
    return leg.begun, leg.rows[0]
