"""The hops of plain calls' results as JSON, by columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import orjson
import polars as pl

from hoptrace.model.numbers import displays
from hoptrace.model.verdicts import Hop, Support
from hoptrace.tracing.chains import Places, Truths
from hoptrace.tracing.decimals import rounded
from hoptrace.tracing.evidence import of_delivery, of_naming
from hoptrace.tracing.handoffs import OF_A_HANDOFF, in_json
from hoptrace.tracing.json_columns import Piece, joined, quoted
from hoptrace.tracing.plain import Plain
from hoptrace.tracing.plain_paths import DELIVERED, INFERRED
from hoptrace.tracing.plain_reports import OF_THE_LOWEST, report_evidence
from hoptrace.tracing.plain_signing import with_signings
from hoptrace.tracing.signing import Signing

SUPPORTS = (None, Support.BOTH, Support.ONE, Support.NAMED)
"""Who says that a handoff took place; nobody, of a first hop."""

OF_A_HOP = ("batch", "row", "record_id", "start_time", "offset", "attestation", "start_basis", "carrier")
NUMBERS = ("calling", "called")
QUOTED_OF_FACTS = (*OF_A_HOP, *NUMBERS, *(f"{name}_number" for name in NUMBERS))
"""The columns of a statement that its hop tells."""

HOUR = 3_600_000_000
"""Microseconds."""


def hops_of(
    facts: pl.DataFrame, plain: Plain, pairs: pl.DataFrame, first: pl.Series, signings: Mapping[int, Signing]
) -> pl.Series:
    """The hops of all statements of chains, in their order, as JSON; `facts` are these statements (QUOTED_OF_FACTS).

    `first`: the evidence of each chain's lowest record.
    """
    chains = plain.chains
    reached = np.flatnonzero(chains.pairs >= 0)
    used = pairs.select(OF_A_HANDOFF)[chains.pairs[reached] - int(pairs["row"][0] if len(pairs) else 0)]
    which = np.empty(len(chains.members), np.int64)
    which[chains.begin[:-1]] = np.arange(len(first))
    which[reached] = len(first) + np.arange(len(reached))
    evidence = with_signings(first.append(in_json(used)).gather(which), chains, signings)
    support = np.zeros(len(chains.members), np.int64)
    support[reached] = _supports(used, chains.over[reached] > 0)
    support[chains.begin[:-1][plain.answers.delivered]] = SUPPORTS.index(Support.NAMED)
    told = pl.Series(["null" if each is None else f'"{each}"' for each in SUPPORTS]).gather(support)
    pieces, frame = _pieces(facts)
    return frame.with_columns(told.alias("support"), evidence.alias("evidence")).select(joined(pieces)).to_series()


def _supports(used: pl.DataFrame, over: Truths) -> Places:
    """The places in SUPPORTS of handoffs; `over`: whether they lead over carriers without a record."""
    both = (pl.col("d_upstream") == pl.col("u_carrier")) & (pl.col("u_downstream") == pl.col("d_carrier"))
    named, one, two = map(SUPPORTS.index, (Support.NAMED, Support.ONE, Support.BOTH))
    told = pl.when(pl.Series(over)).then(named).when(both).then(two).otherwise(one)
    return used.select(told.cast(pl.Int64)).to_series().to_numpy()


def _pieces(facts: pl.DataFrame) -> tuple[list[Piece], pl.DataFrame]:
    """A hop with its fields in the order of `hoptrace.model.verdicts.Hop`, and the columns that it is made of."""
    frame = facts.select(OF_A_HOP).with_columns(
        **_started(facts["start_time"]), shown_offset=rounded(facts["offset"].to_numpy(), 3)
    )
    frame = frame.with_columns(facts.select(_shown(facts)))
    pieces: list[Piece] = [
        '{"carrier":',
        *quoted(frame["carrier"]),
        ',"records":[{"batch":',
        *quoted(frame["batch"]),
        ',"row":',
        pl.col("row").cast(pl.String),
        ',"record_id":',
        *quoted(frame["record_id"]),
        '}],"start_time":"',
        *map(pl.col, ("day_and_hour", "minute", "fraction")),
        '","clock_offset":',
        pl.col("shown_offset"),
        *(piece for name in NUMBERS for piece in (f',"{name}":', *quoted(frame[name]))),
        ',"attestation":',
        *quoted(frame["attestation"]),
        ',"evidence":[',
        pl.col("evidence"),
        '],"support":',
        pl.col("support"),
        ',"start_basis":',
        *quoted(frame["start_basis"]),
        "}",
    ]
    return pieces, frame


def _shown(facts: pl.DataFrame) -> list[pl.Expr]:
    """The numbers of statements as people write them; as written where they are none."""
    shown = displays(facts, NUMBERS)
    return [
        pl.coalesce(told, f"{name}_number").alias(name) if facts[name].null_count() else told
        for name, told in shown.items()
    ]


def _started(start: pl.Series) -> dict[str, pl.Series]:
    """Times as `hoptrace.tracing.sources.quoted_columns` writes them, in three pieces, each told once."""
    micros = start.to_physical().to_numpy()
    hours, rest = np.divmod(micros, HOUR)
    seconds, fraction = np.divmod(rest, 1_000_000)
    every, which = np.unique(hours, return_inverse=True)
    hour = pl.Series(every * HOUR).cast(start.dtype).dt.strftime("%Y-%m-%dT%H:")
    minute = pl.Series([f"{second // 60:02}:{second % 60:02}" for second in range(3600)])
    some, at = np.unique(fraction, return_inverse=True)
    exact = pl.Series([f".{each:06}Z" if each else "Z" for each in some.tolist()], dtype=pl.String)
    return {"day_and_hour": hour.gather(which), "minute": minute.gather(seconds), "fraction": exact.gather(at)}


def silent_hops(told: pl.DataFrame) -> pl.Series:
    """The hops of carriers without records as JSON: each `carrier`, the one `by` which it is told, and its `kind`."""
    named = Hop("{carrier}", evidence=of_naming("{by}", "{carrier}"), support=Support.NAMED)
    handed = Hop("{carrier}", evidence=of_delivery("{by}", "{carrier}"))
    chain = pl.when(pl.col("kind") == DELIVERED).then(_of_silent(handed))
    chain = chain.when(pl.col("kind") == INFERRED).then(_of_silent(replace(named, support=Support.INFERRED)))
    return told.select(chain.otherwise(_of_silent(named))).to_series()


def _of_silent(hop: Hop) -> pl.Expr:
    """A hop in which names stand in braces, as JSON with columns for them."""
    text = orjson.dumps(hop).decode()
    parts = re.split(r"\{(carrier|by)\}", text)
    return joined(pl.col(part) if place % 2 else part for place, part in enumerate(parts))


def first_hops(members: pl.DataFrame, plain: Plain, reports: pl.DataFrame) -> pl.Series:
    """The evidence of each chain's lowest record: how well it matches the report."""
    tails = members.select(OF_THE_LOWEST)[plain.chains.first]
    return report_evidence(tails, reports[plain.chains.calls], plain.answers.residual)
