"""Rows of one Asterisk become calls: one a dial attempt, with the rows that only close or mirror it.

Asterisk writes a row whenever a channel's dialled partner changes. Rows of one channel are a *chain*: the call's
attempts in order, and rows such as Hangup that close it. Only chains that Local channels join go row by row
(`local`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.intake.distinct import of_each
from hoptrace.intake.formats.asterisk.chains import LOCAL, with_chains
from hoptrace.intake.formats.asterisk.forks import with_telephones_as_one
from hoptrace.intake.formats.asterisk.local import Chain, Joined, Row, joined_calls
from hoptrace.intake.formats.asterisk.telephones import Telephones

_FIRST, _RING, _ALONE = 0, 1, 2
_MOST_DIGITS = 4_300
"""Python reads no number that is longer."""

_CALLS = {
    **dict.fromkeys(("phase", "chain", "number", "told", "first", "incoming", "outgoing"), pl.Int64),
    "cause": pl.String,
}
_ORDER = ("phase", "chain", "number")
_MEMBERS: dict[str, type[pl.DataType]] = dict.fromkeys(("at", "told", "stage", "chain", "place"), pl.Int64)


class Paired(NamedTuple):
    """One row a call and route attempt, in order, and of which rows each is made; rows by their `at`.

    `calls`: `told`, the row that stands for the call; `first`, the earliest row of the incoming channel; `incoming`,
    its row of this attempt; `outgoing`, the row that names whom was dialled last; `cause`, a Q.850 cause that a closing
    row gives. `members`: `at` of each row and the call that it is `told` by; every row is in exactly one. In order of
    `stage`, `chain`, `place` the rows of a call are its own, and then those that only share its linkedid.
    """

    calls: pl.DataFrame
    members: pl.DataFrame


def calls_of(cdrs: pl.DataFrame, telephones: Telephones) -> Paired:
    """All calls of a file's rows (`cdrs_of`), which are numbered from 0 by `at`."""
    rows, chains = _with_facts(with_chains(cdrs))
    by_local = _by_local(rows) if chains["half_of_chain"].any() else None
    joined, ring = joined_calls(_chains(rows.filter(by_local))) if by_local is not None else ([], [])
    every = bool(chains["attempted"].all())
    plain = rows.filter(~by_local) if by_local is not None else rows
    calls, members = _plain_attempts(plain if every else plain.filter("attempted"))
    if joined or ring:
        calls = pl.concat([calls, _of_joined(joined, _FIRST, rows), _of_joined(ring, _RING, rows)])
        members = pl.concat([members, _members_of_joined([*joined, *ring])])
    calls, members = with_telephones_as_one(calls.sort(_ORDER), members, cdrs, telephones)
    if every:
        return Paired(calls, members)
    rest = rows.filter(~pl.col("attempted"))
    alone, silent = _silent(rest if by_local is None else _not_placed(rest, members), calls, cdrs["linkedid"])
    return Paired(pl.concat([calls, alone]).sort(_ORDER), pl.concat([members, silent]))


def _with_facts(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows with what counts of their chain, and the chains, in order."""
    causes = of_each(rows["closing"], _cause, {"cause": pl.String})
    chains = rows.hstack(causes).group_by("chain", maintain_order=True).agg(_of_chain())
    # A chain is called by its first row, so that they stand in order, and no join is needed.
    places = np.searchsorted(chains["chain"].to_numpy(), rows["chain"].to_numpy())
    return rows.hstack(chains[pl.Series(places)].get_columns()[1:]), chains


@cache
def _of_chain() -> list[pl.Expr]:
    """What counts of a chain's rows, in order of time."""
    at = pl.col("at")
    return [
        at.first().alias("first"),
        pl.col("attempt").any().alias("attempted"),
        at.filter("attempt").last().alias("last"),
        pl.col("cause").drop_nulls().last().alias("given"),
        pl.coalesce(at.filter("numbered").first(), at.first()).alias("told"),
        pl.coalesce(at.filter("answered").first(), at.last()).alias("outgoing"),
        pl.col("half").first().alias("half_of_chain"),
        pl.col("channel", "linkedid").first().name.suffix("_of_chain"),
    ]


def _cause(text: str) -> tuple[str | None]:
    known = text.isdecimal() and len(text) <= _MOST_DIGITS and 0 < int(text) < 128
    return (str(int(text)) if known else None,)


def _by_local(rows: pl.DataFrame) -> pl.Series:
    """Whether each row is of a chain of the `;2` half of a Local channel, or of one that dials such a half."""
    halves = rows["half_of_chain"]
    pairs = rows.filter(halves)["channel_of_chain"].str.head(-2).unique().implode()
    local = pl.col("dstchannel").str.contains(LOCAL) & pl.col("dstchannel").str.ends_with(";1")
    dialling = rows.filter("attempt", local, pl.col("dstchannel").str.head(-2).is_in(pairs))["chain"].unique().implode()
    return halves | rows["chain"].is_in(dialling)


def _chains(rows: pl.DataFrame) -> list[Chain]:
    """Chains that go row by row, in their order."""
    by_chain: dict[int, list[Row]] = {}
    columns = ("at", "start", "channel", "dstchannel", "linkedid", "attempt")
    for chain, at, start, channel, dstchannel, linkedid, attempt in rows.select("chain", *columns).iter_rows():
        by_chain.setdefault(chain, []).append(Row(at, start, channel or "", dstchannel or "", linkedid, attempt))
    return [Chain(number, by_chain[number]) for number in sorted(by_chain)]


def _plain_attempts(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The attempts of chains, the last of which takes the rows that close its chain."""
    attempts = rows["attempt"]
    calls, members = _of_attempts()
    return (rows if attempts.all() else rows.filter(attempts)).select(calls), rows.select(members)


@cache
def _of_attempts() -> tuple[list[pl.Expr], list[pl.Expr]]:
    """The calls of rows that dialled, and the members of rows of chains that did."""
    own, closing = (pl.col("at") == pl.col("last")) & ~pl.col("answered"), ~pl.col("attempt")
    calls = {
        "phase": pl.lit(_FIRST, pl.Int64),
        "chain": pl.col("chain"),
        "number": pl.col("pos"),
        "told": pl.col("at"),
        "first": pl.col("first"),
        "incoming": pl.col("at"),
        "outgoing": pl.col("at"),
        "cause": pl.when(own).then("given"),
    }
    told, place = pl.when(closing).then("last").otherwise("at"), pl.when(closing).then("pos").otherwise(-1)
    return [column.alias(name) for name, column in calls.items()], _member(pl.lit(0), told, place)


def _member(stage: pl.Expr, told: pl.Expr, place: pl.Expr) -> list[pl.Expr]:
    columns = {"at": pl.col("at"), "told": told, "stage": stage, "chain": pl.col("chain"), "place": place}
    return [column.cast(pl.Int64).alias(name) for name, column in columns.items()]


def _of_joined(joined: Sequence[Joined], phase: int, rows: pl.DataFrame) -> pl.DataFrame:
    by_at = rows.select("at", "answered", "given").sort("at")
    told: list[tuple[int | str | None, ...]] = []
    for number, call in enumerate(joined):
        first = rows["at"].item(call.chain)
        own = call.closes and not by_at["answered"].item(call.outgoing)
        cause = by_at["given"].item(first) if own else None
        told.append((phase, call.chain, number, call.rows[0], first, call.incoming, call.outgoing, cause))
    return pl.DataFrame(told, schema=_CALLS, orient="row")


def _members_of_joined(joined: Sequence[Joined]) -> pl.DataFrame:
    members = [(at, call.rows[0], 0, call.chain, place) for call in joined for place, at in enumerate(call.rows)]
    return pl.DataFrame(members, schema=_MEMBERS, orient="row")


def _not_placed(rows: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(~pl.col("at").is_in(members["at"].implode()))


def _silent(rows: pl.DataFrame, calls: pl.DataFrame, ids: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Chains that dialled nobody: part of a call that their linkedid names, else calls that ended here."""
    rows = rows.hstack([_linked(rows["linkedid_of_chain"], calls, ids)])
    ended, members = _of_silent()
    alone = rows["linked"].null_count() == rows.height
    first = rows["at"] == rows["first"]
    return rows.filter(first if alone else first & rows["linked"].is_null()).select(ended), rows.select(members)


@cache
def _of_silent() -> tuple[list[pl.Expr], list[pl.Expr]]:
    """The calls of first rows of chains that dialled nobody, and the members of all rows of such chains."""
    ended = {
        "phase": pl.lit(_ALONE, pl.Int64),
        "chain": pl.col("chain"),
        "number": pl.lit(0, pl.Int64),
        "told": pl.col("told"),
        "first": pl.col("first"),
        "incoming": pl.col("told"),
        "outgoing": pl.col("outgoing"),
        "cause": pl.col("given"),
    }
    alone = pl.col("linked").is_null()
    place = pl.when(alone & (pl.col("at") == pl.col("told"))).then(-1).otherwise("pos")
    members = _member(~alone, pl.coalesce("linked", "told"), place)
    return [column.alias(name) for name, column in ended.items()], members


def _linked(asked: pl.Series, calls: pl.DataFrame, ids: pl.Series) -> pl.Series:
    """For each linkedid the first call (`linked`) of which the first row has it; `ids`: the linkedid of each row."""
    if asked.null_count() == asked.len():
        return pl.Series("linked", [None], pl.Int64).new_from_index(0, asked.len())
    named: dict[str, int] = {}
    for linkedid, told in zip(ids[calls["first"]].to_list(), calls["told"].to_list(), strict=True):
        if linkedid is not None:
            named.setdefault(linkedid, told)
    return pl.Series("linked", [named.get(linkedid) for linkedid in asked.to_list()], pl.Int64)
