"""The hops of plain calls' results as JSON, by columns."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import orjson
import polars as pl

from hoptrace.linking.scoring import Kind
from hoptrace.model.numbers import displays
from hoptrace.model.verdicts import Hop, Support
from hoptrace.tracing.chains import Chains, Places
from hoptrace.tracing.decimals import rounded
from hoptrace.tracing.evidence import of_naming
from hoptrace.tracing.handoffs import OF_A_HANDOFF, in_json
from hoptrace.tracing.json_columns import Piece, joined, quoted
from hoptrace.tracing.plain_judging import Answers
from hoptrace.tracing.plain_reports import report_evidence
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
    facts: pl.DataFrame, chains: Chains, pairs: pl.DataFrame, first: pl.Series, signings: Mapping[int, Signing]
) -> pl.Series:
    """The hops of all chains, in their order, each as JSON; `facts` are their statements (QUOTED_OF_FACTS).

    `first`: the evidence of each chain's first hop.
    """
    reached = np.flatnonzero(chains.pairs >= 0)
    used = pairs.select(OF_A_HANDOFF)[chains.pairs[reached] - int(pairs["row"][0] if len(pairs) else 0)]
    which = np.empty(len(chains.members), np.int64)
    which[chains.begin[:-1]] = np.arange(len(first))
    which[reached] = len(first) + np.arange(len(reached))
    evidence = with_signings(first.append(in_json(used)).gather(which), chains, signings)
    support = np.zeros(len(chains.members), np.int64)
    support[reached] = _supports(used)
    told = pl.Series(["null" if each is None else f'"{each}"' for each in SUPPORTS]).gather(support)
    pieces, frame = _pieces(facts)
    return frame.with_columns(told.alias("support"), evidence.alias("evidence")).select(joined(pieces)).to_series()


def _supports(used: pl.DataFrame) -> Places:
    """The places in SUPPORTS of handoffs."""
    both = (pl.col("d_upstream") == pl.col("u_carrier")) & (pl.col("u_downstream") == pl.col("d_carrier"))
    named = pl.when(pl.col("kind") == Kind.BRIDGED).then(3)
    return used.select(named.when(both).then(1).otherwise(2).cast(pl.Int64)).to_series().to_numpy()


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


def silent_hops(lower: pl.Series, carrier: pl.Series) -> pl.Series:
    """The hops of carriers without records as JSON, each named by the carrier of the hop below it."""
    hop = Hop("{carrier}", evidence=of_naming("{lower}", "{carrier}"), support=Support.NAMED)
    parts = orjson.dumps(hop).decode().replace("{carrier}", "\0c\0").replace("{lower}", "\0l\0").split("\0")
    pieces: list[Piece] = [{"c": pl.col("carrier"), "l": pl.col("lower")}.get(part, part) for part in parts]
    frame = pl.DataFrame({"lower": lower, "carrier": carrier}, schema={"lower": pl.String, "carrier": pl.String})
    return frame.select(joined(pieces)).to_series()


def first_hops(
    members: pl.DataFrame, chains: Chains, reports: pl.DataFrame, answers: Answers
) -> pl.Series:
    """The evidence of each chain's first hop: how well it matches the report."""
    tails = members.select("carrier", "calling", "sent_calling")[chains.first]
    return report_evidence(tails, reports[chains.calls], answers.residual)
