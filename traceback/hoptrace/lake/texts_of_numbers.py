"""Texts of numbers in the lake: those that the number's key tells to the letter, as most do, are not stored."""

from __future__ import annotations

from functools import cache

import polars as pl

from hoptrace.model.nanp_keys import nanp_keys

KEY_OF = {
    "calling_number": "calling",
    "called_number": "called",
    "egress_calling_number": "egress_calling",
    "egress_called_number": "egress_called",
    "redirecting_number": "redirecting",
}
"""The number key that each text of a number was read as. A text that is "+" and the digits of its key is not stored."""


@cache
def as_written() -> dict[str, pl.Expr]:
    """What gives the texts back, by their columns."""
    return {name: _as_written(name, key).alias(name) for name, key in KEY_OF.items()}


def written(stored: pl.DataFrame) -> dict[str, pl.Series]:
    """The columns of texts as `as_written` gives them back; a look-up of one call mostly asks it of none."""
    told = {name: _told_alone(stored[name], stored[key]) for name, key in KEY_OF.items()}
    both = [as_written()[name] for name, text in told.items() if text is None]
    others = stored.select(both).to_dict() if both else {}
    return {name: others[name] if text is None else text for name, text in told.items()}


def _told_alone(text: pl.Series, keys: pl.Series) -> pl.Series | None:
    """A column of texts where there are none, or where keys tell all of it; else None."""
    if text.null_count() < text.len():
        return None
    if keys.null_count() == keys.len():
        return text
    least = None if keys.null_count() else keys.min()
    told = isinstance(least, int) and least > 0
    return (pl.Series(["+"]) + keys.cast(pl.String)).alias(text.name) if told else None


def told_by_keys(statements: pl.DataFrame) -> pl.DataFrame:
    """Without the texts of numbers that their keys tell to the letter, which most are; "" where there was no text.

    A column of kind Null is one whose texts were known to be such, and were left out before.
    """
    shorter = [
        pl.lit(None, pl.String).alias(name) if _tell_all(statements[key], statements[name]) else _unless_told(name, key)
        for name, key in KEY_OF.items()
        if statements[key].null_count() < statements.height or statements.schema[name] == pl.Null
    ]
    return statements.with_columns(shorter)


def _tell_all(keys: pl.Series, texts: pl.Series) -> bool:
    """Whether keys tell every text, as in files of one country: quicker than to ask it of each."""
    if texts.dtype == pl.Null:
        return True
    read = nanp_keys(texts)
    return read is not None and read.equals(keys)


def _unless_told(name: str, key: str) -> pl.Expr:
    text, number = pl.col(name), pl.col(key)
    # "+" and the digits of the key: "+012" would be read as the same number.
    clean = text.str.starts_with("+") & ~text.str.starts_with("+0")
    told = (number > 0) & clean & (text.cast(pl.Int64, strict=False) == number)
    shorter = pl.when(~told.fill_null(value=False)).then(text)
    return pl.when(text.is_null() & (number > 0)).then(pl.lit("")).otherwise(shorter).alias(name)


def _as_written(name: str, key: str) -> pl.Expr:
    text, number = pl.col(name), pl.col(key)
    told = pl.when(text.is_null() & (number > 0)).then(pl.lit("+") + number.cast(pl.String)).otherwise(text)
    return pl.when(told != "").then(told).alias(name)
