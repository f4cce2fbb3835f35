"""Lines with tabs between their fields, as `mysql --batch` and custom logs write the same columns."""

from __future__ import annotations

_FEWEST = 13
"""Tabs in a row of the fewest columns that are read."""


def with_commas(text: str) -> str:
    """A line as Asterisk itself writes it: where tabs divide its fields, commas do; any other line stays.

    A field may be in quotes or not: a caller's name has quotes of its own, `"Ada" <+12025550123>`.
    """
    if text.count("\t") < _FEWEST:
        return text
    return ",".join(_quoted(_bare(field)) for field in text.split("\t"))


def _bare(field: str) -> str:
    wrapped = len(field) > 1 and field[0] == '"' == field[-1]
    return field[1:-1].replace('""', '"') if wrapped else field


def _quoted(field: str) -> str:
    doubled = field.replace('"', '""')
    return f'"{doubled}"' if doubled != field or "," in field else field
