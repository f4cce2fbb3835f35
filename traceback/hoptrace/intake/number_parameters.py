"""What stands beside a number in its URI: trunk groups, the verdict on its signature, where it was ported to.

A number is read without its parameters (`hoptrace.model.number_text`); here they become fields, where the carrier has
no column of its own for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from hoptrace.model.number_text import undress

_PLAIN = 16
"""Bytes of a `+` and the longest number: nothing stands beside it then."""

_CALLERS, _CALLED = ("calling_number", "egress_calling_number"), ("egress_called_number", "called_number")
_VALUE = r'=(?:"|%22)?([^;>?"%,@\s]+)'
_TRUNK = rf"(?i);tgrp{_VALUE}"
"""RFC 4904: with the caller the trunk group that the call came from, with the called number the one it goes to."""

_DESTINATION = rf"(?i);(?:dtg|tgrp){_VALUE}"
"""`dtg`: the destination trunk group in the URIs of Sonus and Ribbon."""

_PASSED = r"(?i);verstat=TN-Validation-Passed-([ABC])\b"
_ROUTING = rf"(?i);rn{_VALUE}"
"""RFC 4694: the routing number of a number that was ported, which is never joined on."""

_DIPPED = r"(?i);npdi(?:[;>?=,]|$)"


def dressed(calls: pl.DataFrame, columns: Iterable[str]) -> list[str]:
    """The number columns in which more than a number may stand: most files have none, and it is quickly seen."""
    filled = [name for name in columns if calls[name].null_count() < calls.height]
    longest: dict[str, int] = calls.select(pl.col(filled).str.len_bytes().max()).row(0, named=True) if filled else {}
    return [name for name, length in longest.items() if length > _PLAIN]


def with_parameters(calls: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """Calls with what their numbers' URIs say in `upstream`, `downstream` and `attestation`, where those are empty.

    `calls` has RAW_CALLS columns, of which `columns` are `dressed`. Adds `lrn`, the routing number as written, and
    `npdi`, whether the number is said to have been looked up for that; null where no URI says it.
    """
    beside = [name for name in columns if _has_any(calls[name], ";")]
    callers, called = ([name for name in names if name in beside] for names in (_CALLERS, _CALLED))
    if not callers and not called:
        return calls.with_columns(lrn=pl.lit(None, pl.String), npdi=pl.lit(None, pl.Boolean))
    dipped = [pl.col(name).str.contains(_DIPPED) for name in called]
    return calls.with_columns(
        upstream=pl.coalesce("upstream", *_found(callers, _TRUNK)),
        downstream=pl.coalesce("downstream", *_found(called, _DESTINATION)),
        attestation=pl.coalesce("attestation", *(each.str.to_uppercase() for each in _found(callers, _PASSED))),
        lrn=pl.coalesce(pl.lit(None, pl.String), *_found(called, _ROUTING)),
        npdi=pl.when(pl.any_horizontal(pl.lit(value=False), *dipped)).then(pl.lit(value=True)),
    )


def named_numbers(calls: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """How many numbers of each file (`file`, `len`) stand in a display name only, beside an address without digits.

    `columns` as from `dressed`.
    """
    found = [calls.select("file", text=pl.lit(None, pl.String)).clear()]
    for name in columns:
        if _has_any(calls[name], "<"):
            boxed = calls.select("file", text=pl.col(name)).filter(pl.col("text").str.contains("<", literal=True))
            named = [text for text in boxed["text"].unique().to_list() if undress(text).named]
            found.append(boxed.filter(pl.col("text").is_in(named)))
    return pl.concat(found).group_by("file").len().sort("file")


def named_flag(count: int) -> str:
    """What the receipt says of so many."""
    return f"numbers taken from the display name, as the address beside it has none: {count:,}"


def _has_any(texts: pl.Series, mark: str) -> bool:
    return bool(texts.str.contains(mark, literal=True).any())


def _found(columns: list[str], pattern: str) -> Iterator[pl.Expr]:
    for name in columns:
        yield pl.col(name).str.extract(pattern, 1)
