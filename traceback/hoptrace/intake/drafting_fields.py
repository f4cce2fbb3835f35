"""Which column of an unknown file is which field of a call: by what it holds, by its name, and by how they agree."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from hoptrace.intake.drafting_columns import NULLS, Column

_PEER = r"(?:trunk|gw|ip|gate|peer)"
_HINTS = {
    "start_time": r"start|setup|begin|origination|calldate|call_?date|invite|seiz|initiat|\btime\b|arriv",
    "answer_time": r"answer|connect(?!ion)|pickup",
    "end_time": r"end(?!point)|stop|disconnect|release|hang|complet|finish|clear",
    "duration": r"durat|billsec|bill_?sec|talk|hold_?time|usage|second|length|\bsecs?\b|minutes",
    "calling_number": r"calling|caller|\bsrc|source|\bani\b|\bfrom\b|\bcli\b|clid|a_?num|orig.*num|\bsrc_?num",
    "called_number": r"called|callee|\bdst|\bdest|dnis|\bto\b|dial|b_?num|\bcld\b|term.*num|\bdst_?num",
    "upstream": rf"upstream|ingress|trunk_?in|in_?trunk|inbound|orig.*{_PEER}|(?:src|source|caller).*{_PEER}|\bin_",
    "downstream": rf"downstream|egress|trunk_?out|out_?trunk|outbound|term.*{_PEER}|(?:dst|dest|callee).*{_PEER}",
    "call_id": r"sip.*id|call.?id|callid|leg.?id",
    "egress_call_id": r"(?:egress|out|term|b.?leg).*(?:call.?id|sip.*id)",
    "release_code": r"cause|release.*code(?!c)|sip_?code|code(?!c)|response|status|disposition|reason|result",
    "record_id": r"record.?id|\bid\b|uniqueid|uuid|sequence|flow|cdr.?id",
}  # fmt: skip
_HINTS_ELSEWHERE = {
    "start_time": r"d[ée]but|beginn|inicio|inizio",
    "duration": r"dur[ée]e|dauer|duraci[óo]n|durata",
    "calling_number": r"appelant|anrufer|\bvon\b|origen|chiamante",
    "called_number": r"appel[ée]|angerufen|\bnach\b|destino|chiamato",
    "upstream": r"leitung.*ein|eingang|entrante?\b|entr[ée]e|entrada|ingresso",
    "downstream": r"leitung.*aus|ausgang|sortante?\b|sortie|salida|saliente|uscita|uscente",
}
"""The same in French, German, Spanish and Italian."""

_HELD = {
    "calling_number": ("number", "extension"),
    "called_number": ("number", "extension"),
    "upstream": ("address", "word"),
    "downstream": ("address", "word"),
    "call_id": ("id",),
    "egress_call_id": ("id",),
    "release_code": ("sip_code", "cause", "word"),
    "record_id": ("id", "seconds", "number", "word"),
}
_NAMED_ONLY = frozenset({"release_code", "record_id", "egress_call_id"})
TIMES = ("start_time", "answer_time", "end_time")
_AGREES_SECONDS = 2.0
_FEW = 30
_LEAST_VARIED = 0.3
"""Of the rows so many have another value where it is the length of calls."""

_NAME = re.compile(r"[0-9_/]")
_CODEC = re.compile(
    r"(?i)g\.?7\d\d.*|pcm[au]|[au]-?law|opus|gsm|ilbc|speex\d*|amr.*|t\.?38|evs|silk|l16|vp8|h\.?26[345]"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A column taken for a field, and why."""

    field: str
    column: Column
    why: str


def choices(columns: Sequence[Column]) -> dict[str, Choice]:
    """The column of each field that one was found for."""
    found = _times([column for column in columns if column.time])
    _add(found, _duration(columns, found))
    for name in ("called_number", "calling_number"):
        _add(found, _held(name, columns, found))
    _in_order(columns, found)
    for name in ("egress_call_id", "call_id", "upstream", "downstream", "release_code", "record_id"):
        _add(found, _held(name, columns, found))
    return dict(sorted(found.items(), key=lambda item: list(_HINTS).index(item[0])))


def _add(found: dict[str, Choice], choice: Choice | None) -> None:
    if choice is not None:
        found[choice.field] = choice


def _hinted(name: str, column: Column) -> bool:
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.name).lower().replace("-", "_").replace(" ", "_")
    spaced = plain.replace("_", " ")
    hints = f"{_HINTS[name]}|{_HINTS_ELSEWHERE[name]}" if name in _HINTS_ELSEWHERE else _HINTS[name]
    return bool(column.name) and (re.search(hints, plain) or re.search(hints, spaced)) is not None


def _times(columns: Sequence[Column]) -> dict[str, Choice]:
    """Times by their names; those whose names say nothing by their order in the rows."""
    found: dict[str, Choice] = {}
    left = list(columns)
    for name in ("answer_time", "end_time", "start_time"):
        named = next((column for column in left if _hinted(name, column)), None)
        if named is not None:
            found[name] = Choice(name, named, f"its name is {named.name!r}; {_times_of(named)}")
            left.remove(named)
    left.sort(key=lambda column: (-column.filled, column.read.cast(pl.Int64).mean() or 0, column.at))
    if "start_time" not in found and left:
        first = left.pop(0)
        found["start_time"] = Choice("start_time", first, f"the earliest of the times; {_times_of(first)}")
    if "start_time" in found:
        _later_times(left, found)
    return found


def _later_times(left: list[Column], found: dict[str, Choice]) -> None:
    """Of times that are never before the start: the nearest is the answer, the furthest the end."""
    start = found["start_time"].column
    later = sorted((c for c in left if _never_before(c, start)), key=lambda column: _seconds_after(column, start))
    free = [name for name in ("answer_time", "end_time") if name not in found]
    if len(later) == 1 and len(free) == 2:
        free = ["answer_time" if later[0].filled < start.filled else "end_time"]
    for name, column in zip(free, later, strict=False):
        found[name] = Choice(name, column, f"never before the start; {_times_of(column)}")


def _seconds_after(column: Column, start: Column) -> float:
    after = (column.read - start.read).dt.total_seconds().mean()
    return float(after) if isinstance(after, (int, float)) else 0.0


def _times_of(column: Column) -> str:
    return f"{column.filled} of {len(column.cells)} rows have a time there, such as {_example(column)}"


def _example(column: Column) -> str:
    return next((cell for cell in column.cells if cell and cell not in column.never), "")[:40]


def _never_before(column: Column, start: Column) -> bool:
    return bool((column.read >= start.read).fill_null(value=True).all())


def _duration(columns: Sequence[Column], found: dict[str, Choice]) -> Choice | None:
    """The column that equals the time from answer to end; else one that is named so and holds seconds."""
    taken = {choice.column.at for choice in found.values()}
    able = [c for c in columns if c.at not in taken and c.kinds & {"seconds", "clock"} and not c.time]
    answer, end = found.get("answer_time"), found.get("end_time")
    if answer is not None and end is not None:
        talked = (end.column.read - answer.column.read).dt.total_seconds()
        for column in able:
            agrees = ((column.seconds - talked).abs() <= _AGREES_SECONDS).sum()
            known = talked.len() - talked.null_count()
            if known and agrees >= 0.9 * known and column.distinct > 1:
                return Choice("duration", column, f"in {agrees} of {known} rows the seconds from answer to end")
    named = next((column for column in able if _hinted("duration", column)), None)
    if named is None:
        return None if any(column.name for column in columns) else _only_seconds(able)
    return Choice("duration", named, f"its name is {named.name!r} and it holds {_example(named)}")


def _only_seconds(able: Sequence[Column]) -> Choice | None:
    """Without names: the one column of seconds that vary as the lengths of calls do, and are no causes or codes."""
    vary = [c for c in able if c.distinct > _LEAST_VARIED * c.filled and not c.kinds & {"sip_code", "number", "id"}]
    if len(vary) != 1 or not vary[0].filled:
        return None
    return Choice("duration", vary[0], f"the only column of small numbers that vary, such as {_example(vary[0])}")


def _held(name: str, columns: Sequence[Column], found: dict[str, Choice]) -> Choice | None:
    """A column that is named like the field and holds what it must."""
    taken = {choice.column.at for choice in found.values()}
    able = [c for c in columns if c.at not in taken and not c.time and c.filled and c.kinds & set(_HELD[name])]
    for column in able:
        if _hinted(name, column) and not (name == "call_id" and _hinted("egress_call_id", column)):
            return Choice(name, column, f"its name is {column.name!r}; it holds such as {_example(column)}")
    if name in _NAMED_ONLY or any(column.name for column in columns):
        return None
    return _unnamed(name, able)


def _unnamed(name: str, able: Sequence[Column]) -> Choice | None:
    """Without names: addresses and ids speak for themselves, the first of two is where the call came from."""
    kind = {"call_id": "id", "upstream": "address", "downstream": "address"}.get(name)
    column = next((c for c in able if kind in c.kinds and (kind != "address" or c.distinct <= _FEW)), None)
    if kind == "address" and column is None:
        return _trunk(name, able)
    if kind is None or column is None:
        return None
    return Choice(name, column, f"the first column left that holds an {kind}, such as {_example(column)}")


def _trunk(name: str, able: Sequence[Column]) -> Choice | None:
    """A column of few names with digits or marks in them: words alone are outcomes, directions and codecs."""
    named = (c for c in able if "word" in c.kinds and c.distinct <= _FEW and c.distinct * 2 <= c.filled)
    column = next((c for c in named if all(_is_name(cell) for cell in c.cells if cell not in NULLS)), None)
    if column is None:
        return None
    return Choice(name, column, f"the first column left that holds few names, such as {_example(column)}")


def _is_name(cell: str) -> bool:
    return _NAME.search(cell) is not None and _CODEC.fullmatch(cell.strip()) is None


def _in_order(columns: Sequence[Column], found: dict[str, Choice]) -> None:
    """Numbers without a telling name: as nearly everywhere, the calling number stands before the called one."""
    taken = {choice.column.at for choice in found.values()}
    able = [c for c in columns if c.at not in taken and "number" in c.kinds and not c.time and c.distinct > 1]
    missing = [name for name in ("calling_number", "called_number") if name not in found]
    if missing == ["called_number"] and able:
        able = [c for c in able if c.at > found["calling_number"].column.at] or able
    for name, column in zip(missing if len(able) > 1 else missing[-1:], able, strict=False):
        found[name] = Choice(name, column, f"a column of telephone numbers, such as {_example(column)}; by its place")
