"""Telephone numbers as 64-bit keys: an E.164 number is its digits, -1 is withheld, other negatives are internal.

A missing or invalid number has no key. Keys are what the lake sorts by and what statements are joined on.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from hoptrace.model.dialplan import NANP_CODE, NANP_SHAPE, Country, DialPlan, clean_shapes, country_of
from hoptrace.model.nanp_keys import nanp_keys
from hoptrace.model.number_masks import CUT, MASKED_BELOW, display_mask, mask_of
from hoptrace.model.number_reading import WITHHELD_KEY, Number, NumberKind, internal_key, normalise

__all__ = [
    "WITHHELD_KEY",
    "DialPlan",
    "Number",
    "NumberKind",
    "display",
    "display_expr",
    "internal_key",
    "normalise",
    "normalise_beside",
    "normalise_column",
]

LEAST_CLEAN = 9
"""Characters from which a spelling can be beyond doubt."""


def normalise_column(column: pl.Series, plan: DialPlan) -> pl.DataFrame:
    """`key` (Int64) and `kind` (String) of every number in a column, in its order.

    Clean spellings are read by expressions; `normalise` reads each distinct one of the others. Both always agree.
    """
    text = column.cast(pl.String)
    return normalise_beside(text, nanp_keys(text), plan)


def normalise_beside(text: pl.Series, plain: pl.Series | None, plan: DialPlan) -> pl.DataFrame:
    """The same of a column of texts whose `nanp_keys` are at hand: `plain`, None where some text is no such number."""
    text, key = text.rename("text"), plain
    if key is None:
        key = text.to_frame().select(_explicit_key(pl.col("text"))).to_series()
    if not key.null_count():
        return key.rename("key").to_frame().with_columns(kind=pl.lit(str(NumberKind.E164)))
    if key.null_count() == text.null_count():
        clean = pl.when(pl.col("text").is_not_null()).then(pl.lit(str(NumberKind.E164)))
        kind = text.to_frame().select(kind=clean.otherwise(pl.lit(str(NumberKind.MISSING)))).to_series()
        return pl.DataFrame({"key": key, "kind": kind})
    frame = pl.DataFrame({"text": text, "key": key})
    read = _read_distinct(frame.filter(key.is_null() & text.is_not_null())["text"].unique().sort(), plan)
    frame = frame.join(read, on="text", how="left", maintain_order="left")
    explicit = pl.when(pl.col("key").is_not_null()).then(pl.lit(str(NumberKind.E164)))
    kind = explicit.otherwise(pl.col("other_kind").fill_null(str(NumberKind.MISSING)))
    return frame.select(key=pl.coalesce("key", "other_key"), kind=kind)


def _read_distinct(texts: pl.Series, plan: DialPlan) -> pl.DataFrame:
    """`other_key` and `other_kind` of distinct spellings (`text`) that do not begin with a plus and a calling code."""
    told = texts.to_frame().with_columns(other_key=_clean_key(pl.col("text"), plan))
    odd = told.filter(pl.col("other_key").is_null())["text"]
    numbers = [normalise(text, plan) for text in odd.to_list()]
    read = pl.DataFrame(
        {"text": odd, "other_key": [n.key for n in numbers], "other_kind": [str(n.kind) for n in numbers]},
        schema={"text": pl.String, "other_key": pl.Int64, "other_kind": pl.String},
    )
    clean = told.filter(pl.col("other_key").is_not_null())
    return pl.concat([clean.with_columns(other_kind=pl.lit(str(NumberKind.E164))), read])


def display(key: int | None) -> str | None:
    """A number key for people: `+1...`, `+1202555XXXX`, `withheld`, `internal`, or None where there is no number."""
    if key is None:
        return None
    if key > 0:
        return f"+{key}"
    if key < MASKED_BELOW:
        known, hidden = mask_of(key)
        return f"+{known}{'…' if hidden == CUT else 'X' * hidden}"
    return "withheld" if key == WITHHELD_KEY else "internal"


def display_expr(column: str | pl.Expr, *, masked: bool = True) -> pl.Expr:
    """`display` as an expression over a column of number keys; `masked`: some may be masked ones."""
    key = pl.col(column) if isinstance(column, str) else column
    name = column if isinstance(column, str) else column.meta.output_name()
    told = pl.when(key > 0).then(pl.lit("+") + key.cast(pl.String)).when(key == WITHHELD_KEY).then(pl.lit("withheld"))
    return (
        (told.when(key < MASKED_BELOW).then(display_mask(key)) if masked else told)
        .when(key.is_not_null())
        .then(pl.lit("internal"))
        .otherwise(pl.lit(None, pl.String))
        .alias(name)
    )


def displays(frame: pl.DataFrame, columns: Iterable[str]) -> dict[str, pl.Expr]:
    """`display_expr` of columns of number keys, no longer than what is in this frame asks for."""
    least = {name: frame[name].min() for name in columns}
    known = {name: frame[name].null_count() == 0 and isinstance(key, int) and key > 0 for name, key in least.items()}
    masked = {name: isinstance(key, int) and key < MASKED_BELOW for name, key in least.items()}
    return {
        name: (pl.lit("+") + pl.col(name).cast(pl.String)).alias(name)
        if known[name]
        else display_expr(name, masked=masked[name])
        for name in least
    }


def _explicit_key(text: pl.Expr) -> pl.Expr:
    """The key of spellings with a plus that leave no doubt, as most are, else null."""
    return _matching(text, f"^\\+(?:{_every_shape()})$", text.str.slice(1))


def _every_shape() -> str:
    return "|".join(f"{code}{shape}" for code, shape in sorted(clean_shapes().items()))


def _clean_key(text: pl.Expr, plan: DialPlan) -> pl.Expr:
    """The key of spellings without a plus that leave no doubt, else null."""
    country = country_of(plan.country)
    unprefixed = pl.lit(value=True)
    for prefix in plan.prefixes():
        unprefixed = unprefixed & ~text.str.starts_with(prefix)
    every = _every_shape()
    others = _domestic_keys(text, country_of(plan.home), clean_shapes()) if plan.as_at_home else []
    others += [_matching(text, f"^{idd}(?:{every})$", text.str.slice(len(idd))) for idd in country.plain_prefixes]
    others += _domestic_keys(text, country, clean_shapes())
    if not others:
        return pl.lit(None, pl.Int64)
    return pl.when(unprefixed).then(pl.coalesce(*others))


def _domestic_keys(text: pl.Expr, country: Country, shapes: dict[int, str]) -> list[pl.Expr]:
    if country.code == NANP_CODE:
        ten = NANP_SHAPE.pattern
        return [_matching(text, f"^1{ten}$", text), _matching(text, f"^{ten}$", pl.lit("1") + text)]
    code, prefix, shape = str(country.code), country.national_prefix, shapes.get(country.code)
    if shape is None or country.rewrites or prefix != "0" or country.plain_prefixes != ("00",):
        return []
    national = pl.lit(code) + text.str.slice(1)
    return [_matching(text, f"^0{shape}$", national), _matching(text, f"^{code}{shape}$", text)]


def _matching(text: pl.Expr, pattern: str, digits: pl.Expr) -> pl.Expr:
    # Short ones, also behind a prefix, may be extensions and service numbers: they are looked at one by one.
    long = (text.str.len_chars() >= LEAST_CLEAN) & (digits.str.len_chars() >= LEAST_CLEAN - 1)
    clean = long & text.str.contains(pattern)
    return pl.when(clean).then(digits).cast(pl.Int64, strict=False)
