"""The fields of a delimited line, also where its quotes are broken."""

from __future__ import annotations

import csv
import re
from functools import lru_cache

_LONG = 100_000
"""Of longer lines Python's csv says whether a field is too long."""

SPACES = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What Python's `strip` takes for space."""


def split(text: str, delimiter: str = ",") -> list[str]:
    """The fields of a line by the rules of CSV, stray quotes inside a field allowed."""
    if '"' not in text:
        return text.split(delimiter)
    # Nearly always all fields are in quotes, and none has a quote inside.
    if text[0] == '"' == text[-1] and len(text) <= _LONG:
        fields = text[1:-1].split(f'"{delimiter}"')
        if text.count('"') == 2 * len(fields):
            return fields
    try:
        return next(csv.reader((text,), delimiter=delimiter))
    except (csv.Error, StopIteration):
        return split_tolerant(text, delimiter)


def split_tolerant(text: str, delimiter: str = ",") -> list[str]:
    """The fields of a line whose quotes are not doubled inside fields.

    A quoted field ends only at a quote before a delimiter that is followed by a quote, a digit, another delimiter or
    the end, so that a comma in `""Smith, John" <1115>"` does not divide it.
    """
    fields: list[str] = []
    at, run, field = 0, *_plain(delimiter)
    while True:
        # Fields without a quote in them are divided many at once.
        plain = run.match(text, at)
        if plain is not None:
            fields += [quoted or bare for quoted, bare in field.findall(plain[0])]
            at = plain.end()
        if text[at : at + 1] == '"':
            end = _closing(text, at + 1, delimiter)
            fields.append(text[at + 1 : end].replace('""', '"'))
            at = end + 1
        else:
            end = text.find(delimiter, at)
            end = len(text) if end < 0 else end
            fields.append(text[at:end])
            at = end
        if at >= len(text):
            return fields
        at += 1


@lru_cache
def _plain(delimiter: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Finds fields, each with its delimiter, that end where their first quote or delimiter says; and one of them."""
    end = re.escape(delimiter)
    run = f'(?:(?:"[^"]*"(?={end}["0-9{end}])|[^"{end}][^{end}]*+|){end})++'
    return re.compile(run), re.compile(f'(?:"([^"]*)"|([^"{end}][^{end}]*|)){end}')


def _closing(text: str, at: int, delimiter: str) -> int:
    """Where the quoted field that began before `at` has its closing quote; the end of the text where it has none."""
    start = at
    while (quote := text.find('"', at)) >= 0:
        after = text[quote + 1 : quote + 3]
        if not after or after == delimiter:
            return quote
        if after[0] == delimiter and (after[1] in ('"', delimiter) or after[1].isdigit()) and _even(text, start, quote):
            return quote
        at = quote + 1
    return len(text)


def _even(text: str, start: int, quote: int) -> bool:
    """Whether the quotes just before `quote` are doubled ones, so that it is not the second of a pair itself."""
    run = 0
    while quote - 1 - run >= start and text[quote - 1 - run] == '"':
        run += 1
    return run % 2 == 0 or quote - run == start
