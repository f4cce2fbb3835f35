"""Which column of an unknown file is which field of a call: by what it holds, by its name, and by how they agree."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hoptrace.intake.drafting_columns import NULLS, Column
from hoptrace.intake.drafting_names import FIELDS, Choice, example, hinted
from hoptrace.intake.drafting_times import duration_choice, time_choices
from hoptrace.model.dialplan import DialPlan
from hoptrace.model.number_reading import NumberKind, normalise

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
_FEW = 30
_NAME = re.compile(r"[0-9_/]")
_CODEC = re.compile(
    r"(?i)g\.?7\d\d.*|pcm[au]|[au]-?law|opus|gsm|ilbc|speex\d*|amr.*|t\.?38|evs|silk|l16|vp8|h\.?26[345]"
)


def choices(columns: Sequence[Column]) -> dict[str, Choice]:
    """The column of each field that one was found for."""
    found = time_choices([column for column in columns if column.time])
    _add(found, duration_choice(columns, found))
    for name in ("called_number", "calling_number"):
        _add(found, _held(name, columns, found))
    _in_order(columns, found)
    for name in ("egress_call_id", "call_id", "upstream", "downstream", "release_code", "record_id"):
        _add(found, _held(name, columns, found))
    return dict(sorted(found.items(), key=lambda item: FIELDS.index(item[0])))


def _add(found: dict[str, Choice], choice: Choice | None) -> None:
    if choice is not None:
        found[choice.field] = choice


def _held(name: str, columns: Sequence[Column], found: dict[str, Choice]) -> Choice | None:
    """A column that is named like the field and holds what it must."""
    taken = {choice.column.at for choice in found.values()}
    able = [c for c in columns if c.at not in taken and not c.time and c.filled and c.kinds & set(_HELD[name])]
    for column in able:
        if hinted(name, column) and not (name == "call_id" and hinted("egress_call_id", column)):
            return Choice(name, column, f"its name is {column.name!r}; it holds values such as {example(column)}")
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
    return Choice(name, column, f"the first column left that holds an {kind}, such as {example(column)}")


def _trunk(name: str, able: Sequence[Column]) -> Choice | None:
    """A column of few names with digits or marks in them: words alone are outcomes, directions and codecs."""
    named = (c for c in able if "word" in c.kinds and c.distinct <= _FEW and c.distinct * 2 <= c.filled)
    column = next((c for c in named if all(_is_name(cell) for cell in c.cells if cell not in NULLS)), None)
    if column is None:
        return None
    return Choice(name, column, f"the first column left that holds few names, such as {example(column)}")


def _is_name(cell: str) -> bool:
    return _NAME.search(cell) is not None and _CODEC.fullmatch(cell.strip()) is None


def _is_one_number(column: Column, numbers: Sequence[Column]) -> bool:
    """Whether a column without a name always holds one telephone number, as of a call centre, and no account's."""
    alone = sum(other.distinct == 1 for other in numbers) == 1
    return alone and not column.name and normalise(example(column), DialPlan()).kind is NumberKind.E164


def _in_order(columns: Sequence[Column], found: dict[str, Choice]) -> None:
    """Numbers without a telling name: as nearly everywhere, the calling number stands before the called one."""
    taken = {choice.column.at for choice in found.values()}
    numbers = [c for c in columns if c.at not in taken and "number" in c.kinds and not c.time]
    able = [c for c in numbers if c.distinct > 1 or _is_one_number(c, numbers)]
    missing = [name for name in ("calling_number", "called_number") if name not in found]
    if missing == ["called_number"] and able:
        able = [c for c in able if c.at > found["calling_number"].column.at] or able
    for name, column in zip(missing if len(able) > 1 else missing[-1:], able, strict=False):
        found[name] = Choice(name, column, f"a column of telephone numbers, such as {example(column)}; by its place")
