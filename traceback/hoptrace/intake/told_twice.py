"""A called number that a row tells twice: as it came in and as it was sent on, once of the two behind a prefix.

What stands before a number, as a 9 for an outside line or the digits of a trunk, is learned from a file with many such
numbers. A small file has few, and behind a 9 a number of North America may look like one of India. But whoever sent the
number on without the prefix, or put one before it, says in the same row which number it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from hoptrace.model.number_reading import NumberKind
from hoptrace.model.number_text import undress

_NO_DIGIT = re.compile("[^0-9]")


def told_twice(texts: Sequence[pl.Series], numbers: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
    """Numbers (`key`, `kind`) of two columns of `texts`, with those of either read as the other tells them.

    So it is if both texts end with one and the same number, its calling code included, and only one was read as it.
    """
    if any(text.null_count() == text.len() for text in texts):
        return list(numbers)
    written = {"one": texts[0], "other": texts[1], "first": numbers[0]["key"], "second": numbers[1]["key"]}
    rows = pl.DataFrame(written)
    apart = pl.col("one").is_not_null() & pl.col("other").is_not_null() & pl.col("first").ne_missing(pl.col("second"))
    pairs = rows.filter(apart).unique().sort(rows.columns)
    told = pairs.with_columns(meant=pl.Series([_meant(*pair) for pair in pairs.rows()], dtype=pl.Int64))
    if told["meant"].null_count() == told.height:
        return list(numbers)
    meant = rows.join(told, on=rows.columns, how="left", nulls_equal=True, maintain_order="left")["meant"]
    return [_read_as(meant, each) for each in numbers]


def _read_as(meant: pl.Series, numbers: pl.DataFrame) -> pl.DataFrame:
    known = meant.is_not_null()
    return numbers.select(
        key=pl.coalesce(meant, "key"), kind=pl.when(known).then(pl.lit(str(NumberKind.E164))).otherwise("kind")
    )


def _meant(one: str, other: str, first: int | None, second: int | None) -> int | None:
    """The number with which both texts end, where one of them has something before it that is not its own."""
    for text, key, beside in ((one, first, other), (other, second, one)):
        number = undress(beside).text
        ends = key is not None and key > 0 and all(_digits(each).endswith(str(key)) for each in (text, beside))
        if ends and not number.startswith("+") and len(_digits(number)) > len(str(key)):
            return key
    return None


def _digits(text: str) -> str:
    return _NO_DIGIT.sub("", undress(text).text)
