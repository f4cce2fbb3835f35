"""The fields of a table's row: one declaration gives JSON Schema, data dictionary, CSV header and page heading."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field


class Kind(StrEnum):
    """What a column holds, and so how a page shows it."""

    TEXT = "text"
    CARRIER = "carrier"
    """A carrier_id; the page shows `name` of the same row with it where there is one."""
    COUNT = "count"
    SHARE = "share"
    """0..1; a page shows per cent."""
    NUMBER = "number"
    CODE = "code"
    """One of a few words, `_` for blanks."""


def a_text(title: str, meaning: str) -> Any:
    """A column of text as it is."""
    return _column(title, meaning, Kind.TEXT)


def a_carrier(title: str, meaning: str) -> Any:
    """A column of carrier ids."""
    return _column(title, meaning, Kind.CARRIER)


def a_count(title: str, meaning: str) -> Any:
    """A column of whole numbers."""
    return _column(title, meaning, Kind.COUNT)


def a_share(title: str, meaning: str) -> Any:
    """A column of shares, 0..1."""
    return _column(title, meaning, Kind.SHARE)


def a_number(title: str, meaning: str) -> Any:
    """A column of measured numbers; the meaning names the unit."""
    return _column(title, meaning, Kind.NUMBER)


def a_code(title: str, meaning: str) -> Any:
    """A column of words out of a short list, which the meaning names."""
    return _column(title, meaning, Kind.CODE)


def _column(title: str, meaning: str, kind: Kind) -> Any:
    return Field(title=title, description=meaning, json_schema_extra={"kind": kind.value})
