"""Reading begins before anything is written, of a long file also before it is known whether the file is new."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from operator import call

import polars as pl

from hoptrace.intake.ahead import ahead
from hoptrace.intake.formats.canonical.reader import Canonical
from hoptrace.intake.formats.stored import own_profile
from hoptrace.intake.reading import Context
from hoptrace.intake.repeats import Repeats
from hoptrace.intake.sources import Group
from hoptrace.intake.taking import Taking
from hoptrace.intake.trunks import TrunkTable, names_of_neighbours
from hoptrace.model.dialplan import DialPlan
from hoptrace.workspace import Workspace

_WITHOUT_NAME = 5
"""So many blocks more are made while the digest of their file is worked out: none is sorted or written meanwhile."""

Progress = Callable[[int, int], None]
"""Told how many bytes are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Run:
    """One submission: where it goes, what was said of it, who is told how far it is."""

    workspace: Workspace
    context: Context
    progress: Progress | None


@dataclass(frozen=True, slots=True)
class Started:
    """Groups of files on their way in; `frames` are their statements (STATEMENTS), to be taken once, or closed."""

    takings: list[Taking]
    frames: Generator[pl.DataFrame]
    _reading: Generator[pl.DataFrame]

    def close(self) -> None:
        """Read no further."""
        self.frames.close()
        self._reading.close()


def start(run: Run, in_groups: Sequence[Group], *, now: bool = False) -> Started:
    """Prepare to take in groups of files; nothing is written. Needs the writer's lock.

    With `now`, reading begins at once, where a file comes block by block, and goes on as far ahead as it ever does.
    """
    catalog, carrier = run.workspace.catalog, run.context.carrier
    spans = [(first, last) for _, _, first, last in catalog.batches.spans(carrier.carrier_id)]
    repeats = Repeats(run.workspace.lake.view(), carrier.carrier_id, spans)
    taken = catalog.withdrawals.let_go(carrier.carrier_id)
    run = replace(run, context=replace(run.context, taken=taken))
    takings = [_taking(run, group, repeats) for group in in_groups]
    reading = _named(takings, _watch(in_groups, run.progress))
    early = now and all(isinstance(group.reader, Canonical) for group in in_groups)
    return Started(takings, _after(list(islice(reading, 1)), reading) if early else reading, reading)


def _taking(run: Run, group: Group, repeats: Repeats) -> Taking:
    catalog, carrier = run.workspace.catalog, run.context.carrier
    own = own_profile(group.reader)
    context = run.context if own is None else replace(run.context, profile=own)
    carrier_ids = [known.carrier_id for known in catalog.directory.carriers()]
    listed, own_side = catalog.directory.trunks(carrier.carrier_id), context.profile.trunks.own
    context = replace(context, listed=names_of_neighbours(listed))
    trunks = TrunkTable.of(listed, carrier_ids, own_side, carrier.carrier_id)
    home = run.workspace.settings.home_country
    return Taking(group, context, trunks, repeats, DialPlan(carrier.country or home, home=home))


def _watch(in_groups: Sequence[Group], progress: Progress | None) -> Callable[[int], None]:
    """A function that is told how many groups were read, and tells how many bytes that is."""
    sizes = [sum(source.path.stat().st_size for source in group.sources) for group in in_groups]

    def read(done: int) -> None:
        """Tell how far reading is, with so many groups done."""
        if progress is not None:
            progress(sum(sizes[:done]), sum(sizes))

    return read


def _named(takings: Iterable[Taking], read: Callable[[int], None]) -> Generator[pl.DataFrame]:
    """All statements; their batches bear the digest, for which nothing waits that is done before."""
    with closing(ahead(_to_be_named(takings, read), more=_WITHOUT_NAME)) as coming:
        yield from map(call, coming)


def _to_be_named(takings: Iterable[Taking], read: Callable[[int], None]) -> Iterator[Callable[[], pl.DataFrame]]:
    # A frame that had a name here or above would be held until the next one comes.
    for number, taking in enumerate(takings, start=1):
        yield from map(_naming(taking), taking.frames())
        read(number)


def _naming(taking: Taking) -> Callable[[pl.DataFrame], Callable[[], pl.DataFrame]]:
    return lambda kept: partial(taking.named, kept)


def _after(first: list[pl.DataFrame], others: Iterator[pl.DataFrame]) -> Generator[pl.DataFrame]:
    while first:
        yield first.pop()
    yield from others
