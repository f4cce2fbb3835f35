"""The hops of plain calls' results as JSON, by columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import orjson
import polars as pl

from hoptrace.model.arrays import Int64s, Truths
from hoptrace.model.frames import in_one_piece
from hoptrace.model.numbers import displays
from hoptrace.model.verdicts import Hop, Support
from hoptrace.tracing import handoffs
from hoptrace.tracing.decimals import distinct, rounded
from hoptrace.tracing.evidence import of_delivery, of_naming
from hoptrace.tracing.handoffs import OF_A_HANDOFF, has_orig_id, rounded_pairs, with_numbers
from hoptrace.tracing.json_columns import Piece, joined, quoted, told_once
from hoptrace.tracing.plain import reports as plain_reports
from hoptrace.tracing.plain.calls import Plain
from hoptrace.tracing.plain.paths import DELIVERED, INFERRED
from hoptrace.tracing.plain.reports import OF_THE_LOWEST, with_report
from hoptrace.tracing.plain.signing import signing_lines
from hoptrace.tracing.signatures.evidence import Signing

SUPPORTS = (None, Support.BOTH, Support.ONE, Support.NAMED)
"""Who says that a handoff took place; nobody, of a first hop."""

TEXTS_OF_A_HOP = ("carrier", "batch", "record_id", "attestation", "start_basis")
OF_A_HOP = ("row", *TEXTS_OF_A_HOP)
NUMBERS = ("calling", "called")
QUOTED_OF_FACTS = (
    *(*OF_A_HOP, *NUMBERS, *(f"{name}_number" for name in NUMBERS)),
    *("start_time", "offset", "downstream", "sent_calling"),
)
"""The columns of a statement that its hop tells."""

HOUR = 3_600_000_000
"""Microseconds."""


def hops_of(
    facts: pl.DataFrame, plain: Plain, pairs: pl.DataFrame, reports: pl.DataFrame, signings: Mapping[int, Signing]
) -> pl.Series:
    """The hops of all statements of chains, in their order, as JSON; `facts` are these statements (QUOTED_OF_FACTS).

    The lowest ones tell of the match with the report, all others of the handoff by which they were reached. All but the
    first hop of a path begin with a comma.
    """
    chains, answers = plain.chains, plain.answers
    first, reached = chains.begin[:-1], np.flatnonzero(chains.pairs >= 0)
    used = rounded_pairs(pairs.select(OF_A_HANDOFF)[chains.pairs[reached] - int(pairs["row"][0] if len(pairs) else 0)])
    tails = with_report(facts.select(OF_THE_LOWEST)[first], reports[chains.calls], answers.residual)
    support = np.zeros(len(chains.members), np.int64)
    support[first[answers.delivered]] = SUPPORTS.index(Support.NAMED)
    support[reached] = _supports(used, chains.over[reached] > 0)
    told = pl.Series(["null" if each is None else f'"{each}"' for each in SUPPORTS]).gather(support)
    of_ids = reached[used.select(has_orig_id()).to_series().to_numpy()]
    handed = handoffs.pieces_in_json(used)
    frame = _quoted(facts).with_columns(told.alias("h_support"), *signing_lines(chains, signings, of_ids))
    hops = [
        _joined(frame[rows].hstack(known), [comma, *_pieces(frame, evidence)])
        for rows, comma, known, evidence in (
            (first, _comma_where(answers.delivered), tails, plain_reports.pieces_in_json(tails)),
            (reached, ",", with_numbers(used, handed), handed),
        )
    ]
    which = np.empty(len(chains.members), np.int64)
    which[first], which[reached] = np.arange(len(first)), len(first) + np.arange(len(reached))
    return in_one_piece(hops).gather(which)


def _joined(frame: pl.DataFrame, pieces: Sequence[Piece]) -> pl.Series:
    return frame.select(joined(told_once(pieces, frame)).alias("hop")).to_series()


def _comma_where(some: Truths) -> Piece:
    return pl.when(pl.Series(some)).then(pl.lit(",")).otherwise(pl.lit("")) if some.any() else ""


def _supports(used: pl.DataFrame, over: Truths) -> Int64s:
    """The places in SUPPORTS of handoffs; `over`: whether they lead over carriers without a record."""
    both = (pl.col("d_upstream") == pl.col("u_carrier")) & (pl.col("u_downstream") == pl.col("d_carrier"))
    named, one, two = map(SUPPORTS.index, (Support.NAMED, Support.ONE, Support.BOTH))
    told = pl.when(pl.Series(over)).then(named).when(both).then(two).otherwise(one)
    return used.select(told.cast(pl.Int64)).to_series().to_numpy()


def _quoted(facts: pl.DataFrame) -> pl.DataFrame:
    """What hops tell of their statements, in columns `h_*`: pairs and reports have columns of the same names."""
    named = facts.select(*OF_A_HOP, *_shown(facts))
    return named.rename({name: f"h_{name}" for name in named.columns}).with_columns(
        **_started(facts["start_time"]), h_offset=rounded(facts["offset"].to_numpy(), 3)
    )


def _pieces(frame: pl.DataFrame, evidence: Sequence[Piece]) -> list[Piece]:
    """A hop with its fields in the order of `hoptrace.model.verdicts.Hop`."""
    texts = {name: quoted(frame[f"h_{name}"]) for name in (*TEXTS_OF_A_HOP, *NUMBERS)}
    return [
        '{"carrier":',
        *texts["carrier"],
        ',"records":[{"batch":',
        *texts["batch"],
        ',"row":',
        pl.col("h_row").cast(pl.String),
        ',"record_id":',
        *texts["record_id"],
        '}],"start_time":"',
        *map(pl.col, ("h_hour", "h_minute", "h_milli", "h_micro")),
        '","clock_offset":',
        pl.col("h_offset"),
        *(piece for name in NUMBERS for piece in (f',"{name}":', *texts[name])),
        ',"attestation":',
        *texts["attestation"],
        ',"evidence":[',
        *evidence,
        *([pl.col("h_signing")] if "h_signing" in frame.columns else []),
        '],"support":',
        pl.col("h_support"),
        ',"start_basis":',
        *texts["start_basis"],
        "}",
    ]


def _shown(facts: pl.DataFrame) -> list[pl.Expr]:
    """The numbers of statements as people write them; as written where they are none."""
    shown = displays(facts, NUMBERS)
    return [
        pl.coalesce(told, f"{name}_number").alias(name) if facts[name].null_count() else told
        for name, told in shown.items()
    ]


def _started(start: pl.Series) -> dict[str, pl.Series]:
    """Times as `hoptrace.tracing.sources` writes them, in four pieces, each told once."""
    micros = start.to_physical().to_numpy()
    hours, rest = np.divmod(micros, HOUR)
    seconds, fraction = np.divmod(rest, 1_000_000)
    every, which = distinct(hours)
    hour = pl.Series(every * HOUR).cast(start.dtype).dt.strftime("%Y-%m-%dT%H:")
    minute = pl.Series([f"{minute:02}:{second:02}" for minute in range(60) for second in range(60)])
    # A whole second has no fraction, which stands behind the thousand others.
    thousands, ones = (np.where(fraction == 0, 1000, each) for each in np.divmod(fraction, 1000))
    milli = pl.Series([*(f".{each:03}" for each in range(1000)), ""]).gather(thousands)
    micro = pl.Series([*(f"{each:03}Z" for each in range(1000)), "Z"]).gather(ones)
    return {"h_hour": hour.gather(which), "h_minute": minute.gather(seconds), "h_milli": milli, "h_micro": micro}


def silent_hops(told: pl.DataFrame) -> pl.Series:
    """The hops of carriers without records as JSON: each `carrier`, the one `by` which it is told, and its `kind`.

    A carrier to which the lowest statement says that it handed the call is the first of its path.
    """
    named = Hop("{carrier}", evidence=of_naming("{by}", "{carrier}"), support=Support.NAMED)
    handed = Hop("{carrier}", evidence=of_delivery("{by}", "{carrier}"))
    inferred = replace(named, support=Support.INFERRED)
    chain = pl.when(pl.col("kind") == DELIVERED).then(_of_silent("", handed))
    chain = chain.when(pl.col("kind") == INFERRED).then(_of_silent(",", inferred))
    return told.select(chain.otherwise(_of_silent(",", named))).to_series()


def _of_silent(comma: str, hop: Hop) -> pl.Expr:
    """A hop in which names stand in braces, as JSON with columns for them."""
    text = comma + orjson.dumps(hop).decode()
    parts = re.split(r"\{(carrier|by)\}", text)
    return joined(pl.col(part) if place % 2 else part for place, part in enumerate(parts))
