"""One accounting row as an event: which columns hold what, under the names that operators commonly give them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from hoptrace.intake.formats.acc_times import SECOND, Stamp, TimeReader
from hoptrace.intake.profile import Profile

CALL_METHODS = frozenset({"INVITE", "ACK", "BYE", "CANCEL"})
OTHER_METHODS = frozenset(
    {
        "INFO",
        "MESSAGE",
        "NOTIFY",
        "OPTIONS",
        "PRACK",
        "PUBLISH",
        "REFER",
        "REGISTER",
        "SUBSCRIBE",
        "UPDATE",
    }
)

# The module's own columns: Kamailio's and OpenSIPS' names of the same thing (modules/acc README of both).
_CORE: dict[str, tuple[str, ...]] = {
    "method": ("method", "sip_method"),
    "from_tag": ("from_tag",),
    "to_tag": ("to_tag",),
    "call_id": ("callid", "call_id"),
    "release_code": ("sip_code", "code"),
    "duration": ("duration",),
    "ms_duration": ("ms_duration",),
    "setuptime": ("setuptime",),
    "record_id": ("record_id",),
}

_STAMPS: dict[str, tuple[str, ...]] = {
    "time": ("time", "timestamp"),
    "created": ("created",),
    "answer_time": ("call_start_time",),
    "start_time": ("start_time",),
    "end_time": ("end_time",),
}

_LASTING = frozenset({"duration", "ms_duration", "end_time"})

# Extras have the names that the operator chose; these are in wide use (documentation, default schemas, dSIPRouter).
_EXTRAS: dict[str, tuple[str, ...]] = {
    "calling_number": ("src_user", "caller", "calling_number", "caller_id", "from_user", "src", "src_uri", "pai"),
    "called_number": ("dst_ouser", "callee", "called_number", "callee_id", "ruri_user", "dst_ouri"),
    "egress_calling_number": ("egress_calling_number", "out_caller"),
    "egress_called_number": ("dst_user", "dialed_out", "egress_called_number", "dst", "dst_uri"),
    "redirecting_number": ("diversion", "redirecting_number"),
    "upstream": ("in_trunk", "src_ip", "source_ip", "src_gwgroupid"),
    "downstream": ("out_trunk", "dst_domain", "dst_ip", "dst_gwgroupid"),
    "customer": (),
    "egress_call_id": ("egress_call_id", "out_callid"),
    "attestation": ("attest", "attestation"),
    "orig_id": ("origid", "orig_id"),
    "signer": ("signer",),
    "identity": ("identity", "identity_hdr"),
}
# How the servers print a variable that is not set.
_NOTHING = frozenset({"", "<null>", "<NULL>", "n/a", "N/A", "null", "NULL", "none", "None"})
_ADDRESS_IN_URI = re.compile(r"<?sips?:(?:[^@>]*@)?([^;>?]+).*", re.IGNORECASE | re.DOTALL)
_BRACKETED = re.compile(r"\[([0-9a-fA-F:.]+)\](?::\d+)?")
_WITH_PORT = re.compile(r"((?:[\w-]+\.)+[\w-]+):\d{1,5}", re.ASCII)


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


_Wanted = tuple[str, str, tuple[str, ...]]
"""What is wanted, its first column, and the other columns that may have it."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which columns of one layout to read for what; `lasts`: whether one of them may say how long a dialog took."""

    core: tuple[_Wanted, ...]
    stamps: tuple[_Wanted, ...]
    said: tuple[_Wanted, ...]
    lasts: bool


@dataclass(slots=True)
class EventReader:
    """Turns rows of named columns into events, by the profile's [fields] and else the well-known names."""

    profile: Profile
    times: TimeReader
    _plans: dict[tuple[str, ...], _Plan] = field(default_factory=dict[tuple[str, ...], _Plan])

    def read(self, origin: Origin, columns: Mapping[str, object], name: str) -> Event | str | None:
        """The event, or why the row is rejected, or None where it carries no call; `name` is the file's."""
        plan = self._plan(tuple(columns))
        core = _texts(columns, plan.core)
        method = core.get("method", "").upper() or None
        if method in OTHER_METHODS:
            return None
        if method is None and not any(key == "start_time" for key, _, _ in plan.stamps):
            return "no method"
        if method is not None and method not in CALL_METHODS:
            return "unknown method"
        if method is not None and "call_id" not in core:
            return "no Call-ID"
        stamps = self._stamps(columns, plan, name)
        micros = {key: stamp.micros for key, stamp in stamps.items()}
        tick = next(iter(stamps.values())).tick if stamps else SECOND
        duration = _duration(core, micros) if plan.lasts else (None, False)
        return _event((origin, method, tick), core, micros, duration, _said(plan, columns))

    def _plan(self, keys: tuple[str, ...]) -> _Plan:
        plan = self._plans.get(keys)
        if plan is None:
            lower = {key.lower(): key for key in reversed(keys)}

            def present(usual: dict[str, tuple[str, ...]]) -> Iterator[_Wanted]:
                for key, names in usual.items():
                    wanted = self.profile.columns_of(key, names)
                    found = tuple(lower[name.lower()] for name in wanted if name.lower() in lower)
                    if found:
                        yield key, found[0], found[1:]

            core, stamps, said = (tuple(present(usual)) for usual in (_CORE, _STAMPS, _EXTRAS))
            lasts = not _LASTING.isdisjoint(key for key, _, _ in (*core, *stamps))
            plan = _Plan(core, stamps, said, lasts)
            if len(self._plans) < 1_000:  # damaged logs can name new columns in every line
                self._plans[keys] = plan
        return plan

    def _stamps(self, columns: Mapping[str, object], plan: _Plan, name: str) -> dict[str, Stamp]:
        stamps: dict[str, Stamp] = {}
        for key, first, others in plan.stamps:
            for column in (first, *others):
                stamp = self.times.read(columns[column], name)
                if stamp is not None:
                    stamps[key] = stamp
                    break
        return stamps


def address_of(text: str) -> str:
    """A neighbour's name or address without URI scheme and port: `sip:gw@203.0.113.7:5060` gives `203.0.113.7`."""
    uri = _ADDRESS_IN_URI.fullmatch(text)
    host = uri[1] if uri is not None else text
    match = _BRACKETED.fullmatch(host) or _WITH_PORT.fullmatch(host)
    return match[1] if match is not None else host


def _texts(columns: Mapping[str, object], wanted: tuple[_Wanted, ...]) -> dict[str, str]:
    """What is wanted, each from the first of its columns that is not empty, without blanks around it."""
    texts: dict[str, str] = {}
    for key, first, others in wanted:
        cell = columns[first]
        text = cell.strip() if isinstance(cell, str) else _text_of(cell)
        if text in _NOTHING:
            text = next((text for name in others if (text := _text_of(columns[name])) not in _NOTHING), "")
        if text:
            texts[key] = text
    return texts


def _text_of(cell: object) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace").strip()
    return str(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else ""


def _said(plan: _Plan, columns: Mapping[str, object]) -> dict[str, str]:
    said = _texts(columns, plan.said)
    for key in ("upstream", "downstream"):
        if ":" in said.get(key, ""):
            said[key] = address_of(said[key])
    if "called_number" not in said and "egress_called_number" in said:
        said["called_number"] = said["egress_called_number"]
    if said.get("egress_called_number") == said.get("called_number"):
        said.pop("egress_called_number", None)
    if said.get("egress_calling_number") == said.get("calling_number"):
        said.pop("egress_calling_number", None)
    return said


def _event(
    row: tuple[Origin, str | None, int],
    core: dict[str, str],
    micros: dict[str, int],
    lasted: tuple[float | None, bool],
    said: dict[str, str],
) -> Event:
    (origin, method, tick), (duration, odd) = row, lasted
    answered, created = micros.get("answer_time"), micros.get("created")
    if created is None and answered is not None and (setup := _seconds(core.get("setuptime"))) is not None:
        created = answered - round(setup * SECOND)
    call_id, to_tag = core.get("call_id"), core.get("to_tag")
    # In the order of the fields: names cost a quarter of the time that a row takes here.
    return Event(
        origin.file,
        origin.row,
        origin.raw,
        call_id,
        method is None or (method == "INVITE" and (answered is not None or bool(duration))),
        origin.missed,
        method,
        core.get("from_tag"),
        to_tag,
        core.get("release_code"),
        micros.get("time"),
        created,
        answered,
        micros.get("start_time"),
        micros.get("end_time"),
        duration,
        odd,
        tick,
        said,
        origin.record_id or core.get("record_id") or (f"{call_id};{to_tag}" if call_id and to_tag else call_id),
    )


def _duration(core: dict[str, str], micros: dict[str, int]) -> tuple[float | None, bool]:
    """Seconds of the dialog, and whether the written figure contradicts end minus start (Kamailio issue 350)."""
    if "duration" not in core and "ms_duration" not in core and "end_time" not in micros:
        return None, False
    whole, fine = _seconds(core.get("duration")), _seconds(core.get("ms_duration"))
    written = whole
    if fine is not None and (whole is None or abs(fine / 1000 - whole) <= 2):
        written = fine / 1000
    start, end = micros.get("start_time"), micros.get("end_time")
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
