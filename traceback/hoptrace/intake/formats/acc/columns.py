"""The columns of accounting rows: which hold what, under the names that operators commonly give them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
CORE: dict[str, tuple[str, ...]] = {
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

STAMPS: dict[str, tuple[str, ...]] = {
    "time": ("time", "timestamp"),
    "created": ("created",),
    "answer_time": ("call_start_time",),
    "start_time": ("start_time",),
    "end_time": ("end_time",),
}
"""Columns of times."""

_LASTING = frozenset({"duration", "ms_duration", "end_time"})

# Extras have the names that the operator chose; these are in wide use (documentation, default schemas, dSIPRouter).
EXTRAS: dict[str, tuple[str, ...]] = {
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
_UNLESS_CHANGED = (
    ("egress_called_number", "called_number"),
    ("egress_calling_number", "calling_number"),
)
# How the servers print a variable that is not set.
_NOTHING = frozenset({"", "<null>", "<NULL>", "n/a", "N/A", "null", "NULL", "none", "None"})
_ADDRESS_IN_URI = re.compile(r"<?sips?:(?:[^@>]*@)?([^;>?]+).*", re.IGNORECASE | re.DOTALL)
_BRACKETED = re.compile(r"\[([0-9a-fA-F:.]+)\](?::\d+)?")
_WITH_PORT = re.compile(r"((?:[\w-]+\.)+[\w-]+):\d{1,5}", re.ASCII)


Names = tuple[str, ...]
"""The columns of a row; where two have one name the last counts."""

Values = Callable[[Sequence[Any]], Sequence[object]]
"""What makes of the cells of a column what they say."""


@dataclass(slots=True)
class CellsAsSaid:
    """Columns whose cells are in another form: only those that are looked at are read."""

    cells: Sequence[Sequence[Any]]
    values: Values

    def __getitem__(self, place: int) -> Sequence[object]:
        return self.values(self.cells[place])


Columns = Sequence[Sequence[object]] | CellsAsSaid
Places = tuple[int, ...]
"""Where among the columns something may stand: the first that is not empty counts."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which columns of one layout to read for what."""

    core: Mapping[str, Places]
    stamps: Mapping[str, Places]
    said: Mapping[str, Places]

    @property
    def lasts(self) -> bool:
        """Whether a column may say how long a dialog took."""
        return not _LASTING.isdisjoint((*self.core, *self.stamps))

    def refusal(self, method: str, call_id: str) -> str | None:
        """Why a row is no event, None where it is of a method that makes no calls; "" where nothing speaks against it.

        Rows without a method tell of dialogs.
        """
        if method in OTHER_METHODS:
            return None
        if not method and "start_time" not in self.stamps:
            return "no method"
        if method and method not in CALL_METHODS:
            return "unknown method"
        return "no Call-ID" if method and not call_id else ""


def address_of(text: str) -> str:
    """A neighbour's name or address without URI scheme and port: `sip:gw@203.0.113.7:5060` gives `203.0.113.7`."""
    uri = _ADDRESS_IN_URI.fullmatch(text)
    host = uri[1] if uri is not None else text
    match = _BRACKETED.fullmatch(host) or _WITH_PORT.fullmatch(host)
    return match[1] if match is not None else host


def texts_of(columns: Columns, places: Places) -> list[str]:
    """What each row says, by the first of these columns that is not empty, without blanks around it."""
    first, *others = places
    # What `_text_of` says, without a call for each text.
    texts = [
        ("" if (text := cell.strip()) in _NOTHING else text) if type(cell) is str else _text_of(cell)
        for cell in columns[first]
    ]
    for other in others:
        if "" not in texts:
            break
        texts = [text or _text_of(cell) for text, cell in zip(texts, columns[other], strict=True)]
    return texts


def _text_of(cell: object) -> str:
    if isinstance(cell, str):
        text = cell.strip()
    elif isinstance(cell, bytes):
        text = cell.decode("utf-8", "replace").strip()
    else:
        return str(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else ""
    return "" if text in _NOTHING else text


def said_by(plan: Plan, columns: Columns, rows: int) -> list[dict[str, str]]:
    """What each row says of numbers and neighbours, only what is not empty."""
    if not plan.said:
        return [{} for _ in range(rows)]
    texts = {key: texts_of(columns, places) for key, places in plan.said.items()}
    for key in {"upstream", "downstream"} & texts.keys():
        bare = {text: address_of(text) for text in {*texts[key]} if ":" in text}
        texts[key] = [bare.get(text, text) for text in texts[key]] if bare else texts[key]
    for egress, ingress in _UNLESS_CHANGED:
        if egress in texts and ingress in texts:
            pairs = zip(texts[egress], texts[ingress], strict=True)
            texts[egress] = ["" if out == came else out for out, came in pairs]
    keys = (*texts,)
    said = [
        {key: text for key, text in zip(keys, row, strict=True) if text} for row in zip(*texts.values(), strict=True)
    ]
    if "egress_called_number" in texts:
        for each in said:
            if "called_number" not in each and "egress_called_number" in each:
                each["called_number"] = each.pop("egress_called_number")
    return said
