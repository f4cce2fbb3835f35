"""One accounting row as an event, read with others of the same columns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from hoptrace.intake.formats.acc.columns import (
    CALL_METHODS,
    CORE,
    EXTRAS,
    STAMPS,
    CellsAsSaid,
    Columns,
    Names,
    Places,
    Plan,
    Values,
    said_by,
    texts_of,
)
from hoptrace.intake.formats.acc.times import SECOND, Stamp, TimeReader
from hoptrace.intake.profile import Profile


class Event(NamedTuple):
    """One row of an acc table or log. Times are microseconds UTC; `said` holds RAW_CALLS texts, only those not empty.

    A named tuple, for one is made of every row, and a frozen dataclass of twenty fields takes five times as long.
    `dialog`: the row tells of a whole dialog (acc_cdrs, "call ended"), not of one transaction.
    """

    file: int
    row: int
    raw: bytes
    call_id: str | None
    dialog: bool
    missed: bool
    method: str | None
    from_tag: str | None
    to_tag: str | None
    code: str | None
    time: int | None
    created: int | None
    answered: int | None
    start: int | None
    end: int | None
    duration: float | None
    odd_duration: bool
    tick: int
    said: Mapping[str, str]
    record_id: str | None

    @property
    def success(self) -> bool:
        """Whether the final reply was a 2xx."""
        return self.code is not None and self.code.startswith("2")

    @property
    def place(self) -> tuple[int, int]:
        """File and row."""
        return self.file, self.row


class Origin(NamedTuple):
    """Where a row stands; `missed`: in a table or log of missed calls; `record_id`: the table's own id of it."""

    file: int
    row: int
    raw: bytes
    missed: bool = False
    record_id: str | None = None


Row = tuple[Origin, Sequence[object]]
"""Where a row stands, and its cells."""


@dataclass(slots=True)
class EventReader:
    """Turns rows of named columns into events, by the profile's [fields] and else the well-known names."""

    profile: Profile
    times: TimeReader
    _plans: dict[tuple[str, ...], Plan] = field(default_factory=dict[tuple[str, ...], Plan])

    def read(
        self, names: Names, rows: Sequence[Row], name: str, values: Values | None = None
    ) -> list[Event | str | None]:
        """Of each row the event, or why the row is rejected, or None where it carries no call; `name` is the file's.

        All rows have the columns `names`. They are read column by column, in half of the time that it takes row by row.
        `values` makes of the cells of a column what they say, where they are given in another form.
        """
        plan = self._plan(names)
        origins, cells = zip(*rows, strict=True)
        columns: Columns = tuple(zip(*cells, strict=True))
        if values is not None:
            columns = CellsAsSaid(columns, values)
        core = {key: texts_of(columns, places) for key, places in plan.core.items()}
        nothing = [""] * len(rows)
        methods = core["method"] = [text.upper() for text in core.get("method", nothing)]
        call_ids = core.get("call_id", nothing)
        if CALL_METHODS.issuperset(methods) and "" not in call_ids:
            return [*self._events(plan, origins, (columns, core), name)]
        told = [plan.refusal(method, call_id) for method, call_id in zip(methods, call_ids, strict=True)]
        good = [row for row, why in zip(rows, told, strict=True) if why == ""]
        if len(good) == len(rows):
            return [*self._events(plan, origins, (columns, core), name)]
        # Of a row that is no event nothing more is read: a time without a zone would refuse the file.
        events = iter(self.read(names, good, name, values) if good else ())
        return [next(events) if why == "" else why for why in told]

    def _plan(self, keys: tuple[str, ...]) -> Plan:
        plan = self._plans.get(keys)
        if plan is None:
            lower = {key.lower(): at for key, at in reversed({key: at for at, key in enumerate(keys)}.items())}

            def present(usual: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, Places]]:
                """The fields of which the row has columns, with the places of these."""
                for key, names in usual.items():
                    wanted = self.profile.columns_of(key, names)
                    found = tuple(lower[name.lower()] for name in wanted if name.lower() in lower)
                    if found:
                        yield key, found

            plan = Plan(*(dict(present(usual)) for usual in (CORE, STAMPS, EXTRAS)))
            if len(self._plans) < 1_000:  # damaged logs can name new columns in every line
                self._plans[keys] = plan
        return plan

    def _events(
        self, plan: Plan, origins: Sequence[Origin], told: tuple[Columns, Mapping[str, list[str]]], name: str
    ) -> Iterator[Event]:
        """The events of rows that are all events, of their columns and of what the module's own say."""
        columns, texts = told
        rows = len(origins)
        stamps = {key: self._stamps(places, columns, name) for key, places in plan.stamps.items()}
        ticks = [SECOND] * rows
        for read in reversed(stamps.values()):
            ticks = [tick if stamp is None else stamp.tick for stamp, tick in zip(read, ticks, strict=True)]
        micros: dict[str, list[int | None]] = dict.fromkeys(STAMPS, [None] * rows)
        micros |= {key: [None if each is None else each.micros for each in read] for key, read in stamps.items()}
        core: dict[str, list[str | None]] = dict.fromkeys(CORE, [None] * rows)
        core |= {key: [text or None for text in said] for key, said in texts.items()}
        lasted: list[tuple[float | None, bool]] = [(None, False)] * rows
        if plan.lasts:
            lasted = [*map(_duration, core["duration"], core["ms_duration"], micros["start_time"], micros["end_time"])]
        if "setuptime" in plan.core:
            micros["created"] = [*map(_created, micros["created"], micros["answer_time"], core["setuptime"])]
        return _made(origins, core, micros, (lasted, ticks, said_by(plan, columns, rows)))

    def _stamps(self, places: Places, columns: Columns, name: str) -> list[Stamp | None]:
        """The times of a column, and of the columns after it where it has none."""
        first, *others = places
        read = self.times.read
        stamps = [read(cell, name) for cell in columns[first]]
        for other in others if None in stamps else ():
            stamps = [
                read(cell, name) if stamp is None else stamp for stamp, cell in zip(stamps, columns[other], strict=True)
            ]
        return stamps


def _made(
    origins: Sequence[Origin],
    core: Mapping[str, Sequence[str | None]],
    micros: Mapping[str, Sequence[int | None]],
    told: tuple[Sequence[tuple[float | None, bool]], Sequence[int], Sequence[dict[str, str]]],
) -> Iterator[Event]:
    """The events of rows by their columns; `told`: how long each lasted, its tick, and what it says."""
    files, rows, raws, missed, ids = zip(*origins, strict=True)
    lasted, ticks, said = told
    durations, odd = zip(*lasted, strict=True)
    methods, answered = core["method"], micros["answer_time"]
    dialogs = [
        method is None or (method == "INVITE" and (moment is not None or bool(duration)))
        for method, moment, duration in zip(methods, answered, durations, strict=True)
    ]
    call_ids, from_tags, to_tags, codes = (core[key] for key in ("call_id", "from_tag", "to_tag", "release_code"))
    record_ids = [
        by_table or own or (f"{call_id};{to_tag}" if call_id and to_tag else call_id)
        for by_table, own, call_id, to_tag in zip(ids, core["record_id"], call_ids, to_tags, strict=True)
    ]
    before = files, rows, raws, call_ids, dialogs, missed, methods, from_tags, to_tags, codes
    after = *(micros[key] for key in STAMPS), durations, odd, ticks, said, record_ids
    return map(Event._make, zip(*before, *after, strict=True))


def _created(created: int | None, answered: int | None, setup: str | None) -> int | None:
    """When the INVITE came in, where only the seconds until the answer are told."""
    if created is not None or answered is None or (seconds := _seconds(setup)) is None:
        return created
    return answered - round(seconds * SECOND)


def _duration(
    seconds: str | None, milliseconds: str | None, start: int | None, end: int | None
) -> tuple[float | None, bool]:
    """Seconds of the dialog, and whether the written figure contradicts end minus start (Kamailio issue 350)."""
    if seconds is None and milliseconds is None and end is None:
        return None, False
    whole, fine = _seconds(seconds), _seconds(milliseconds)
    written = whole
    if fine is not None and (whole is None or abs(fine / 1000 - whole) <= 2):
        written = fine / 1000
    if start is None or end is None or end < start:
        return (written, False) if written is None or 0 <= written < 7 * 86_400 else (None, True)
    span = (end - start) / SECOND
    if written is None:
        return span, False
    return (written, False) if abs(written - span) <= 2 else (span, True)


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
