"""Rows of one Asterisk become calls: one a dial attempt, with the rows that only close or mirror it.

Asterisk writes a row whenever a channel's dialled partner changes. Rows of one channel are a *chain*: the call's
attempts in order, and rows such as Hangup that close it. Only chains that Local channels join go row by row
(`asterisk_local`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import polars as pl

from hoptrace.intake.distinct import of_each
from hoptrace.intake.formats.asterisk_chains import with_chains
from hoptrace.intake.formats.asterisk_local import Chain, Joined, Row, joined_calls
from hoptrace.intake.formats.asterisk_names import SYMBOLIC

_FIRST, _RING, _ALONE = 0, 1, 2
_MOST_DIGITS = 4_300
"""Python reads no number that is longer."""

_LOCAL = "(?i)^local/"
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


def calls_of(cdrs: pl.DataFrame) -> Paired:
    """All calls of a file's rows (`cdrs_of`), which are numbered from 0 by `at`."""
    rows = with_chains(cdrs)
    rows = rows.with_columns(cause=_causes(rows))
    chains = rows.group_by("chain", maintain_order=True).agg(_of_chain())
    rows = rows.join(chains, on="chain", how="left", maintain_order="left", suffix="_of_chain")
    by_local = _by_local(rows)
    joined, ring = joined_calls(_chains(rows.filter(by_local))) if by_local.any() else ([], [])
    plain = rows.filter(~by_local) if by_local.any() else rows
    calls, members = _plain_attempts(plain.filter("attempted"))
    if joined or ring:
        calls = pl.concat([calls, _of_joined(joined, _FIRST, rows), _of_joined(ring, _RING, rows)])
        members = pl.concat([members, _members_of_joined([*joined, *ring])])
    if chains["attempted"].all():
        return Paired(calls.sort(_ORDER), members)
    alone, silent = _silent(_not_placed(rows.filter(~pl.col("attempted")), members), calls.sort(_ORDER), rows)
    return Paired(pl.concat([calls, alone]).sort(_ORDER), pl.concat([members, silent]))


@cache
def _of_chain() -> list[pl.Expr]:
    """What counts of a chain's rows, in order of time."""
    at, symbolic = pl.col("at"), pl.col("called_number").is_in(sorted(SYMBOLIC)).fill_null(value=False)
    return [
        at.first().alias("first"),
        pl.col("attempt").any().alias("attempted"),
        at.filter("attempt").last().alias("last"),
        pl.col("cause").drop_nulls().last().alias("given"),
        pl.coalesce(at.filter(~symbolic).first(), at.first()).alias("told"),
        pl.coalesce(at.filter("answered").first(), at.last()).alias("outgoing"),
        pl.col("channel", "linkedid").first(),
    ]


def _causes(rows: pl.DataFrame) -> pl.Series:
    """The Q.850 cause with which the dial plan hung up, of rows that dialled nobody."""
    closing = rows.select(pl.when(pl.col("hangup"), ~pl.col("attempt")).then("lastdata")).to_series()
    return of_each(closing, _cause, {"cause": pl.String})["cause"]


def _cause(text: str) -> tuple[str | None]:
    known = text.isdecimal() and len(text) <= _MOST_DIGITS and 0 < int(text) < 128
    return (str(int(text)) if known else None,)


def _by_local(rows: pl.DataFrame) -> pl.Series:
    """Whether each row is of a chain of the `;2` half of a Local channel, or of one that dials such a half."""
    halves = rows.select(_half("channel_of_chain", ";2").fill_null(value=False)).to_series()
    if not halves.any():
        return halves
    pairs = rows.filter(halves)["channel_of_chain"].str.head(-2).unique().implode()
    dials = pl.col("attempt") & _half("dstchannel", ";1") & pl.col("dstchannel").str.head(-2).is_in(pairs)
    dialling = rows.filter(dials)["chain"].unique().implode()
    return halves | rows["chain"].is_in(dialling)


def _half(name: str, end: str) -> pl.Expr:
    return pl.col(name).str.contains(_LOCAL) & pl.col(name).str.ends_with(end)


def _chains(rows: pl.DataFrame) -> list[Chain]:
    """Chains that go row by row, in their order."""
    by_chain: dict[int, list[Row]] = {}
    columns = ("at", "start", "channel", "dstchannel", "linkedid", "attempt")
    for chain, at, start, channel, dstchannel, linkedid, attempt in rows.select("chain", *columns).iter_rows():
        by_chain.setdefault(chain, []).append(Row(at, start, channel or "", dstchannel or "", linkedid, attempt))
    return [Chain(number, by_chain[number]) for number in sorted(by_chain)]


def _plain_attempts(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The attempts of chains, the last of which takes the rows that close its chain."""
    own = (pl.col("at") == pl.col("last")) & ~pl.col("answered")
    calls = rows.filter("attempt").select(
        pl.lit(_FIRST, pl.Int64).alias("phase"),
        "chain",
        number="pos",
        told="at",
        first="first",
        incoming="at",
        outgoing="at",
        cause=pl.when(own).then("given"),
    )
    closing = ~pl.col("attempt")
    told, place = pl.when(closing).then("last").otherwise("at"), pl.when(closing).then("pos").otherwise(-1)
    return calls, rows.select(**_member(pl.lit(0), told, place))


def _member(stage: pl.Expr, told: pl.Expr, place: pl.Expr) -> dict[str, pl.Expr]:
    columns = {"at": pl.col("at"), "told": told, "stage": stage, "chain": pl.col("chain"), "place": place}
    return {name: column.cast(pl.Int64) for name, column in columns.items()}


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


def _silent(rows: pl.DataFrame, calls: pl.DataFrame, every: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Chains that dialled nobody: part of a call that their linkedid names, else calls that ended here."""
    rows = rows.join(_linked(calls, every), left_on="linkedid_of_chain", right_on="linkedid", how="left")
    ended = rows.filter(pl.col("linked").is_null(), pl.col("at") == pl.col("first")).select(
        pl.lit(_ALONE, pl.Int64).alias("phase"),
        "chain",
        pl.lit(0, pl.Int64).alias("number"),
        "told",
        "first",
        pl.col("told").alias("incoming"),
        "outgoing",
        pl.col("given").alias("cause"),
    )
    alone = pl.col("linked").is_null()
    place = pl.when(alone & (pl.col("at") == pl.col("told"))).then(-1).otherwise("pos")
    return ended, rows.select(**_member(~alone, pl.coalesce("linked", "told"), place))


def _linked(calls: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """For each linkedid (`linkedid`) of a call's first row the first such call (`linked`)."""
    ids = rows.select("at", "linkedid").drop_nulls()
    named = calls.select("first", linked="told").join(ids, left_on="first", right_on="at", maintain_order="left")
    return named.unique("linkedid", keep="first", maintain_order=True).select("linkedid", "linked")
