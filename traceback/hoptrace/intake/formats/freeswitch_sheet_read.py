"""The text that the stylesheet for FreeSWITCH's XML writes, read by columns.

It has a document mark before each document, a value mark before each name and each value of its variables, and in a
text of its own a part mark before each call flow and each caller profile in one that is another leg's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import polars as pl

from hoptrace.intake.formats.freeswitch_flows import IN_PROFILE
from hoptrace.intake.formats.freeswitch_table import (
    CALLFLOW_TIMES,
    ORIGIN,
    PROFILE,
    LegTable,
    variables_by_columns,
    whole,
)
from hoptrace.intake.formats.freeswitch_variables import decoded_texts

MARK = "\x7f"
"""The control character DEL, which XML allows, is ASCII, and no text means; a letter behind it says what it marks."""

VALUE, PART, DOCUMENT = f"{MARK}v", f"{MARK}p", f"{MARK}d"

_INDEX, _FIRST_LEAF = 1, 2
"""Of the values of a call flow: its number comes first, then the caller profile and the times."""

_MOST_DIGITS = 6


class Texts(NamedTuple):
    """What the stylesheet wrote of some documents.

    `variables`: without URL encoding, `written` gives them with it; `flows`: their call flows. `alone`: the variables
    of those documents, by their numbers, that had to be read one by one and are empty in `variables`.
    """

    variables: str
    flows: str
    written: Callable[[], str]
    alone: dict[int, dict[str, str]]


def table_of_texts(texts: Texts) -> LegTable:
    """The table of documents, numbered in their order."""
    documents = _documents(texts.variables)
    legs = pl.DataFrame({"leg": pl.int_range(len(documents), eager=True)})
    pairs = _pairs(documents)
    read = _by_columns(pairs)
    if sum(read.height - read[name].null_count() for name in read.columns[1:]) < pairs.height:
        read = _with_alone(_by_columns(pairs), _twice(pairs), texts)
    elif texts.alone:
        read = _with_alone(read, [], texts)
    own, others = _parts(_documents(texts.flows))
    joined = legs.lazy()
    for told in (read.with_columns(_blank_is_null(read.columns[1:])), _first(own), *_latest(own), _origin(others)):
        joined = joined.join(told.lazy(), on="leg", how="left", maintain_order="left")
    return LegTable(whole(joined.collect()), others.select("leg", other="uuid").drop_nulls())


def _documents(text: str) -> pl.Series:
    return pl.Series([text]).str.split(DOCUMENT).list.slice(1).explode(empty_as_null=False)


def _pairs(documents: pl.Series) -> pl.DataFrame:
    """The variables of all documents one below the other: `leg`, `name`, `value`."""
    said = documents.str.split(VALUE).list.slice(1)
    flat = said.explode(empty_as_null=False)
    at = pl.int_range(0, len(flat), 2, eager=True)
    numbers = pl.DataFrame({"leg": pl.int_range(len(said), eager=True), "often": said.list.len() // 2})
    return numbers.select(pl.col("leg").repeat_by("often").explode(empty_as_null=False)).with_columns(
        name=flat.gather(at), value=flat.gather(at + 1).str.strip_chars()
    )


def _by_columns(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.pivot("name", index="leg", values="value", aggregate_function="first")


def _twice(pairs: pl.DataFrame) -> list[int]:
    """The documents in which a variable stands twice."""
    return pairs.group_by("leg", "name").len().filter(pl.col("len") > 1)["leg"].unique().sort().to_list()


def _with_alone(read: pl.DataFrame, twice: Sequence[int], texts: Texts) -> pl.DataFrame:
    """With documents that cannot be read together with others; `twice` are those that look so only by now."""
    written = texts.written().split(DOCUMENT)[1:] if twice else []
    single = texts.alone | {number: read_alone(written[number]) for number in twice if number not in texts.alone}
    numbers = pl.Series("leg", list(single), pl.Int64)
    found = variables_by_columns(list(single.values())).with_columns(numbers)
    return pl.concat([read.filter(~pl.col("leg").is_in(numbers.implode())), found], how="diagonal")


def read_alone(text: str) -> dict[str, str]:
    """The variables of one document as it was written; the first not blank where a name stands twice."""
    said = text.split(VALUE)
    names, values = said[1::2], said[2::2]
    found = dict(zip(names, values, strict=True))
    if len(found) < len(names):
        found.update((name, text) for name, text in zip(names[::-1], values[::-1], strict=True) if text.strip())
    return decoded_texts(found)


def _blank_is_null(names: Sequence[str]) -> list[pl.Expr]:
    return [pl.when(pl.col(name) != "").then(name).alias(name) for name in names]


def _parts(documents: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The call flows of documents in the order of their numbers, and in theirs the profiles of other legs."""
    split = pl.LazyFrame({"leg": pl.int_range(len(documents), eager=True), "part": documents.str.split(PART)})
    parts = split.with_columns(pl.col("part").list.slice(1)).explode("part", empty_as_null=False)
    values = parts.select("leg", said=pl.col("part").str.split(VALUE)).with_columns(kind=pl.col("said").list.first())
    index = pl.when(pl.col("kind") == "").then(_number(_value(_INDEX)).fill_null(0)).forward_fill()
    sorted_by = values.with_columns(index=index).sort("leg", "index", maintain_order=True)
    read = sorted_by.collect()
    own = read.filter(pl.col("kind") == "").select("leg", *_leaves((*PROFILE, *CALLFLOW_TIMES), _FIRST_LEAF))
    others = read.filter(pl.col("kind") != "").select("leg", "kind", *_leaves(ORIGIN, 1), uuid=_value(1))
    return own, others


def _leaves(names: tuple[str, ...], begin: int) -> list[pl.Expr]:
    """The texts of elements, which stand one after another; a caller's number may stand in its `ani`."""
    places = dict(zip(IN_PROFILE, range(begin, begin + len(IN_PROFILE)), strict=True))
    calling = pl.coalesce(_value(places.pop("caller_id_number")), _value(places.pop("ani")))
    uuid, *others = places.values()
    times = range(begin + len(IN_PROFILE), begin + len(names) + 1)
    found = [_value(uuid), calling, *map(_value, (*others, *times))]
    return [each.alias(name) for name, each in zip(names, found, strict=True)]


def _value(at: int) -> pl.Expr:
    text = pl.col("said").list.get(at, null_on_oob=True).str.strip_chars()
    return pl.when(text != "").then(text)


def _number(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.len_chars() <= _MOST_DIGITS).then(text.cast(pl.UInt32, strict=False))


def _first(own: pl.DataFrame) -> pl.DataFrame:
    """The caller profile of the first call flow of each document, and when its channel was made."""
    return own.select("leg", *PROFILE, CALLFLOW_TIMES[0]).unique("leg", keep="first", maintain_order=True)


def _latest(own: pl.DataFrame) -> list[pl.DataFrame]:
    """The other times, of the last call flow that has them."""
    return [
        own.select("leg", name).filter(pl.col(name) != "0").unique("leg", keep="last", maintain_order=True)
        for name in CALLFLOW_TIMES[1:]
    ]


def _origin(others: pl.DataFrame) -> pl.DataFrame:
    """The profile of the leg that a leg was made for."""
    made_for = others.filter(pl.col("kind") == "originator").unique("leg", keep="first", maintain_order=True)
    return made_for.select("leg", *ORIGIN, has_origin=pl.lit(value=True))
