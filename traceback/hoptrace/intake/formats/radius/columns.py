"""The attributes of RADIUS packets that have the same names in the same order, read by columns."""

from __future__ import annotations

from collections.abc import Sequence

from hoptrace.intake.formats.radius.attributes import Wanted, attributes_of_one
from hoptrace.intake.formats.radius.names import PAIRS, Names

_FEW = 4
_MARK = "\x7f"


def attributes_of(written: Sequence[str], rows: Sequence[tuple[str, ...]], wanted: Wanted) -> Sequence[dict[str, str]]:
    """The attributes of packets with the same names in the same order, as `attributes_of_one` finds them in each.

    `rows`: the values of each packet; what stands behind the last name counts for nothing.
    """
    columns = _columns(written, rows, wanted) if len(rows) >= _FEW else None
    if columns:
        return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    pairs = [place for place, name in enumerate(written) if wanted.names[name] == PAIRS]
    alike: dict[tuple[str, ...], list[int]] = {}
    for at, values in enumerate(rows):
        alike.setdefault(tuple([values[place].partition("=")[0] for place in pairs]), []).append(at)
    if len(alike) < 2:
        return [attributes_of_one(zip(written, values, strict=False), wanted) for values in rows]
    found: list[dict[str, str]] = [{}] * len(rows)
    for places in alike.values():
        for at, told in zip(places, attributes_of(written, [rows[at] for at in places], wanted), strict=True):
            found[at] = told
    return found


def _columns(written: Sequence[str], rows: Sequence[tuple[str, ...]], wanted: Wanted) -> dict[str, list[str]] | None:
    """The attributes of packets as columns; None where they are not as plain and alike as they mostly are."""
    found: dict[str, list[str]] = {}
    for label, texts in zip(written, zip(*rows, strict=True), strict=False):
        column = _column(label, texts, wanted.names)
        if column is None:
            return None
        found.setdefault(*column)
    found.pop("", None)
    return found


def _column(written: str, texts: Sequence[str], names: Names) -> tuple[str, list[str]] | None:
    """What `_attribute` says of texts of one name, None where it has to be asked. They hold no control characters."""
    joined = f"{_MARK}{_MARK.join(texts)}{_MARK}"
    if joined.count(_MARK) != len(texts) + 1 or not joined.isascii():
        return None
    name = names[written]
    begin = f"{_MARK}{texts[0].partition('=')[0] if name == PAIRS else name}="
    own = joined.count(begin)
    if own == len(texts):
        joined = joined.replace(begin, _MARK)
    elif own or name == PAIRS:
        return None
    if name == PAIRS:
        name = names[begin[1:-1]]
        if name in ("", PAIRS):
            return "", []
    values = joined[1:-1].split(_MARK)
    return (name, values) if "" not in values and _are_bare(joined) else None


def _are_bare(joined: str) -> bool:
    """Whether neither spaces nor quotes stand at the ends of texts between marks; mostly one letter says so."""
    if " " in joined and (f"{_MARK} " in joined or f" {_MARK}" in joined):
        return False
    return '"' not in joined and ("'" not in joined or f"{_MARK}'" not in joined)
