"""A page as data: sections with a heading, a picture and a table each; HTML and PDF of a summary are made of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hoptrace.reports.many.placing import meaning_text
from hoptrace.reports.many.summary import SummaryReport
from hoptrace.reports.pictures.svg import Canvas
from hoptrace.reports.tables.codes import code_text
from hoptrace.reports.tables.columns import Kind
from hoptrace.reports.tables.table import Column, Table
from hoptrace.reports.trace.figures import shown_share
from hoptrace.reports.wording.language import Language, language
from hoptrace.reports.wording.plain import shorten

ROWS_AT_MOST = 15
"""Rows of a table that a page shows; JSON and CSV have all."""

TEXT_AT_MOST = 120
WORDS_AT_MOST = 600
"""Characters in which a picture is told on paper; the table below it has all of it."""
LONGEST_WORD = 24


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is drawn at any width; `words` tell it to those who cannot see it."""

    name: str
    title: str
    words: str
    draw: Callable[[float], tuple[Canvas, float]]

    def svg(self, width: float, warning: str | None = None) -> str:
        """The picture as an `<svg>` element; with a `warning` under it where it stands alone."""
        (canvas, height), words = self.draw(width), self.words
        if warning is not None:
            height, words = canvas.warn(height, warning), f"{warning} {words}"
        return canvas.drawing(height, self.name, self.title, words)

    def block(self, width: float) -> str:
        """The picture as HTML, for paper."""
        canvas, height = self.draw(width)
        return canvas.overlaid(height, shorten(f"{self.title} {self.words}", WORDS_AT_MOST))


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, a second line in small print, and the share that a bar shows."""

    text: str
    label: str
    kind: Kind
    small: str = ""
    share: float | None = None
    heads: bool = False
    """Whether it is the head of its row."""

    @property
    def whole(self) -> bool:
        """Whether its words are short enough to stand unbroken."""
        return max((len(word) for word in f"{self.text} {self.small}".split()), default=0) <= LONGEST_WORD


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as a page shows it. `more` rows are left out; `empty` says why there is none."""

    caption: str
    heads: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: int
    empty: str


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a page. `heading` and `hint` are messages, said in the report's language where they are shown."""

    name: str
    heading: str
    hint: str = ""
    picture: Picture | None = None
    table: Shown | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page: the report's head and its sections."""

    report: SummaryReport
    settled: bool
    sections: tuple[Section, ...]


def shown(
    report: SummaryReport, name: str, caption: str, columns: Sequence[str] = (), at_most: int = ROWS_AT_MOST
) -> Shown:
    """A table of the report as a page shows it: `columns` by name, or all; `caption` is a message."""
    table, voice = report.tables()[name], language(report.language)
    heads = tuple(_told(head, voice) for head in _heads(table, columns))
    names = [head.name for head in heads]
    first = "carrier" if "carrier" in names else names[0]
    rows = tuple(
        tuple(_cell(head, row, voice, heads=head.name == first) for head in heads) for row in table.rows(at_most)
    )
    return Shown(voice.say(caption), heads, rows, max(0, len(table) - at_most), report.empty.get(name, ""))


def _heads(table: Table[Any], names: Sequence[str]) -> tuple[Column, ...]:
    by_name = {column.name: column for column in table.columns}
    if names:
        return tuple(by_name[name] for name in names)
    # The name stands with the id of the carrier, not beside it.
    return tuple(column for name, column in by_name.items() if name != "name" or "carrier" not in by_name)


def _told(head: Column, voice: Language) -> Column:
    return replace(head, title=voice.say(head.title), meaning=meaning_text(head.meaning, voice))


def _cell(head: Column, row: dict[str, Any], voice: Language, *, heads: bool) -> Cell:
    value = row[head.name]
    if value is None or value == "":
        return Cell("–", head.title, head.kind, heads=heads)
    text = _text(head.kind, value, voice)
    if head.kind is Kind.CARRIER:
        name = _short(str(row.get("name") or value)) if head.name == "carrier" else text
        return Cell(name, head.title, head.kind, small=text if name != text else "", heads=heads)
    return Cell(text, head.title, head.kind, share=value if head.kind is Kind.SHARE else None, heads=heads)


def _text(kind: Kind, value: Any, voice: Language) -> str:
    match kind:
        case Kind.COUNT:
            return f"{value:,}"
        case Kind.SHARE:
            return shown_share(value, voice)
        case Kind.NUMBER:
            return _measured(value, voice)
        case Kind.CODE:
            return _short(code_text(str(value), voice))
        case _:
            return _short(str(value))


def _measured(value: float, voice: Language) -> str:
    """A measured number, never rounded up to the whole that a confidence does not reach."""
    return voice.say("over {share}", share="0.999") if 0.9995 <= value < 1 else number_text(value)


def number_text(value: float) -> str:
    """A measured number for a person: up to three decimals, none from a thousand on."""
    if abs(value) >= 1_000:
        return f"{value:,.0f}"
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _short(text: str) -> str:
    return shorten(text, TEXT_AT_MOST)
