"""Telephones that one Asterisk rings for a call: in a queue, in a group, one after the other. They are no routes."""

from __future__ import annotations

from functools import partial

import polars as pl

from hoptrace.intake.distinct import of_each
from hoptrace.intake.formats.asterisk.chains import LOCAL
from hoptrace.intake.formats.asterisk.names import dials_numbers, trunk_of
from hoptrace.intake.formats.asterisk.telephones import Telephones

_APART = "\0"


def with_telephones_as_one(
    calls: pl.DataFrame, members: pl.DataFrame, cdrs: pl.DataFrame, telephones: Telephones
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Calls and members (`calls.Paired`), the telephones that a chain rang as one call: the answered one.

    Where none was answered it is the first. Rows of the others go in behind its own.
    """
    if not calls["chain"].is_duplicated().any():
        return calls, members
    outgoing = cdrs.select("lastapp", "lastdata", "downstream", "disposition")[calls["outgoing"]]
    rung = calls.select("chain", "told").hstack([_rings(outgoing, telephones), outgoing["disposition"]]).filter("rings")
    answered = pl.col("disposition").str.to_uppercase() == "ANSWERED"
    stands = pl.coalesce(pl.col("told").filter(answered).first(), pl.col("told").first()).over("chain")
    others = rung.select("told", stands=stands).filter(pl.col("told") != pl.col("stands"))
    if others.is_empty():
        return calls, members
    found = members.join(others, on="told", how="left", maintain_order="left")
    other = pl.col("stands").is_not_null()
    moved = found.with_columns(
        told=pl.coalesce("stands", "told"), stage=pl.when(other).then(1).otherwise("stage").cast(pl.Int64)
    )
    return calls.filter(~pl.col("told").is_in(others["told"].implode())), moved.select(members.columns)


def _rings(outgoing: pl.DataFrame, telephones: Telephones) -> pl.Series:
    """Whether each row dialled a telephone (`rings`)."""
    dialled = pl.concat_str(pl.col("lastapp").str.to_lowercase(), "lastdata", "downstream", separator=_APART)
    local = pl.col("downstream").str.contains(LOCAL)
    asked = outgoing.select(pl.when(~local).then(dialled)).to_series()
    return of_each(asked, partial(_rings_one, telephones), {"rings": pl.Boolean})["rings"].fill_null(value=False)


def _rings_one(telephones: Telephones, asked: str) -> tuple[bool]:
    """A queue tells only the telephone's channel; Dial names the number as well where it dials over a trunk."""
    app, data, channel = asked.split(_APART)
    rung = app == "queue" or (app == "dial" and not dials_numbers(data))
    return (rung and telephones.has(trunk_of(channel)),)
