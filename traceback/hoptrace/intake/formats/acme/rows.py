"""One row of an Oracle / Acme Packet SBC's local CDR whose quotes are out of order, divided in spite of them."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from hoptrace.intake.formats.acme.layout import Kind, Layout, Layouts
from hoptrace.intake.formats.acme.lines import NOTHING


def fitted(text: str, kind: Kind, layouts: Layouts) -> tuple[list[str], Layout | None]:
    """The row's columns and layout; where quotes inside quotes moved the columns, they are split by whole pairs."""
    cells = split_row(text)
    layout = layouts.of(kind, cells)
    if layout is None or not layout.known:
        again = split_unescaped(text)
        other = layouts.of(kind, again) if again != cells else None
        if other is not None and (layout is None or other.known):
            return again, other
    return cells, layout


def split_plain(text: str, layout: Layout) -> list[str] | None:
    """The columns of a row with as many commas as its layout; None where one inside quotes cuts what is read.

    Of columns that are not read the quotes may be out of order.
    """
    cells = text.split(",")
    for place in layout.columns.values():
        cell = cells[place]
        if cell[:1] == '"' or cell[-1:] == '"':
            if len(cell) == 1 or cell[0] != cell[-1]:
                return None
            cells[place] = cell[1:-1].replace('""', '"')
    return cells if layout.fits(cells) else None


def split_row(text: str) -> list[str]:
    """The columns of a row by the rules of CSV."""
    try:
        return next(csv.reader((text,)))
    except (csv.Error, StopIteration):
        return split_unescaped(text)


def split_unescaped(text: str) -> list[str]:
    """The columns of a row whose quoted columns hold quotes that are not escaped: `""Smith, J" <sip:...>;tag=x",`.

    Quotes inside a SIP header come in pairs, so that a column ends at a quote before a comma only after a whole pair.
    """
    cells: list[str] = []
    at = 0
    while at <= len(text):
        if text.startswith('"', at):
            end = _closing_comma(text, at)
            if end is None:
                return [*cells, text[at + 1 :]]
            cells.append(text[at + 1 : end - 1].replace('""', '"'))
        else:
            end = text.find(',"', at)
            end = len(text) if end < 0 else end
            cells.extend(text[at:end].split(","))
        at = end + 1
    return cells


def _closing_comma(text: str, at: int) -> int | None:
    """Where the quoted column that begins here has its comma, or the text its end; None where it is not closed."""
    end, quotes = at - 1, 0
    while end < len(text):
        begin = end + 1
        end = text.find(",", begin)
        end = len(text) if end < 0 else end
        quotes += text.count('"', begin, end)
        if quotes % 2 == 0 and text.endswith('"', begin, end):
            return end
    return None


def said_in(cells: Sequence[str], layout: Layout) -> dict[str, str]:
    """What a row says, by column, where it says anything."""
    return {name: text for name, place in layout.columns.items() if (text := cells[place].strip()) not in NOTHING}
