"""Results of plain calls as lines of JSON: the same bytes as `TraceResult.as_json` gives.

A result is some 6 KB of JSON, nearly all of it sentences about its handoffs. Those are text by columns already
(`hoptrace.tracing.handoffs`), and an object for each of them would cost more than all that was judged. So the hops are
put together by columns, and only what stands around them is an object.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import orjson
import polars as pl

from hoptrace.linking.scoring import Kind
from hoptrace.model.verdicts import Hop, ReportedCall, Support, TraceResult, Verdict
from hoptrace.tracing.case import Surroundings
from hoptrace.tracing.chains import Chains
from hoptrace.tracing.evidence import of_naming, of_report
from hoptrace.tracing.handoffs import in_json
from hoptrace.tracing.plain import Answer, Plain, Settled
from hoptrace.tracing.plain_signing import signings_of, with_signings
from hoptrace.tracing.results import VERDICTS, Stamp, stamped
from hoptrace.tracing.signers import Signers
from hoptrace.tracing.signing import Signing
from hoptrace.tracing.sources import quoted_columns
from hoptrace.tracing.trail import Ending, point_of_entry
from hoptrace.tracing.words import request_of, words_of


class ResultLine(NamedTuple):
    """A call's verdict, and its result as one line of JSON without its end."""

    verdict: Verdict
    line: bytes


NO_HOPS = b'"hops":[]'
"""Where the hops of a result belong; no text in it can be the same, for its quotes are escaped."""


def plain_lines(
    calls: Sequence[ReportedCall], settled: Settled, stamp: Stamp, signers: Signers
) -> dict[int, ResultLine]:
    """The result of each plain call, by the call's number."""
    chains, answers = settled.plain.chains, settled.plain.answers
    if not answers:
        return {}
    facts = settled.linked.facts[settled.linked.members["sid"].gather(chains.members)]
    carriers = facts["carrier"].to_list()
    silent = _silent(facts, settled.plain)
    signings = signings_of(facts, settled.plain, silent, signers)
    hops = _hops(facts, settled, signings)
    begin = chains.begin.tolist()
    lines: dict[int, ResultLine] = {}
    numbers: list[int] = chains.calls.tolist()
    for place, (call, answer) in enumerate(zip(numbers, answers, strict=True)):
        own = slice(begin[place], begin[place + 1])
        path, told = _with_silent(carriers[own], hops[own], silent.get(place, {}))
        around = _around_hops(calls[call], tuple(path), answer, settled.batch.around, stamp)
        if place in signings:
            around = replace(around, certificates_version=signings[place].version)
        lines[call] = ResultLine(around.verdict, _with_hops(around, told))
    return lines


def _with_hops(around: TraceResult, hops: Sequence[str]) -> bytes:
    head, _, tail = around.as_json().partition(NO_HOPS)
    return b"".join((head, b'"hops":[', ",".join(hops).encode(), b"]", tail))


def _silent(facts: pl.DataFrame, plain: Plain) -> dict[int, dict[int, str]]:
    """By chain the carriers without records that its statements name, each by how many statements stand below it."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    chains, upstream = plain.chains, facts["upstream"].to_list()
    over = np.flatnonzero(chains.bridged)
    for chain, place in zip((np.searchsorted(chains.begin, over, "right") - 1).tolist(), over.tolist(), strict=True):
        found[chain][place - int(chains.begin[chain])] = upstream[place - 1]
    for chain, answer in enumerate(plain.answers):
        if answer.named is not None:
            found[chain][int(chains.begin[chain + 1] - chains.begin[chain])] = answer.named
    return found


def _with_silent(carriers: list[str], hops: list[str], silent: Mapping[int, str]) -> tuple[list[str], list[str]]:
    """Carriers and hops of a chain with those of the carriers without records between them and above."""
    path, told = carriers, hops
    for below, name in sorted(silent.items(), reverse=True):
        path = [*path[:below], name, *path[below:]]
        told = [*told[:below], _named(carriers[below - 1], name), *told[below:]]
    return path, told


def _around_hops(
    call: ReportedCall, path: tuple[str, ...], answer: Answer, around: Surroundings, stamp: Stamp
) -> TraceResult:
    """The result but for its hops."""
    ending, top = answer.ending, answer.trail.top
    identified = ending is Ending.CUSTOMER
    return stamped(
        call,
        stamp,
        VERDICTS[ending],
        words_of(ending, top, path[-1]),
        path=path,
        originating_carrier=top.carrier if identified else None,
        customer=top.customer if identified else None,
        point_of_entry=point_of_entry(path, around),
        confidence=answer.confidence,
        next_request=request_of(ending, top, path[-1]),
    )


def _named(lower: str, carrier: str) -> str:
    """The hop of a carrier without records as JSON."""
    return orjson.dumps(Hop(carrier, evidence=of_naming(lower, carrier), support=Support.NAMED)).decode()


def _hops(facts: pl.DataFrame, settled: Settled, signings: Mapping[int, Signing]) -> list[str]:
    """The hops of all chains, in their order, each as JSON; `facts` are their statements."""
    chains = settled.plain.chains
    quoted = facts.select("carrier", *quoted_columns())
    told = _handoffs(chains, settled.linked.pairs)
    first = pl.Series([None] * quoted.height, dtype=pl.String).scatter(chains.begin[:-1], _reports(settled))
    evidence = first.fill_null(told["evidence"])
    offsets = pl.Series([repr(round(offset, 3)) for offset in quoted["offset"].to_list()], dtype=pl.String)
    frame = quoted.with_columns(told["support"], evidence=with_signings(evidence, chains, signings), offset=offsets)
    return frame.select(_hop()).to_series().to_list()


def _reports(settled: Settled) -> list[str]:
    """What is said at each chain's first hop of the match with the report."""
    reported, trails = settled.batch.reported, [answer.trail for answer in settled.plain.answers]
    return [
        orjson.dumps(of_report(reported[at.call], at.tail, at.tail.carrier, at.timed.residual))[1:-1].decode()
        for at in trails
    ]


def _handoffs(chains: Chains, pairs: pl.DataFrame) -> pl.DataFrame:
    """The `evidence` and `support` of each hop's handoff to the one before it, as JSON; null at the first ones."""
    used = pairs.filter(pl.col("row").is_in(np.sort(chains.pairs[chains.pairs >= 0])))
    both = (pl.col("d_upstream") == pl.col("u_carrier")) & (pl.col("u_downstream") == pl.col("d_carrier"))
    support = (
        pl.when(pl.col("kind") == Kind.BRIDGED)
        .then(pl.lit(f'"{Support.NAMED}"'))
        .when(both)
        .then(pl.lit(f'"{Support.BOTH}"'))
        .otherwise(pl.lit(f'"{Support.ONE}"'))
    )
    told = in_json(used).with_columns(used.select(support=support))
    rows = pl.DataFrame({"row": chains.pairs}).with_columns(pl.col("row").cast(told["row"].dtype, strict=False))
    return rows.join(told, on="row", how="left", maintain_order="left").drop("row")


def _hop() -> pl.Expr:
    """A hop with its fields in the order of `hoptrace.model.verdicts.Hop`."""
    parts = (
        '{"carrier":',
        _text("carrier"),
        ',"records":[{"batch":',
        _text("batch"),
        ',"row":',
        pl.col("row").cast(pl.String),
        ',"record_id":',
        _text("record_id"),
        '}],"start_time":',
        _text("started"),
        ',"clock_offset":',
        pl.col("offset"),
        ',"calling":',
        _text("calling"),
        ',"called":',
        _text("called"),
        ',"attestation":',
        _text("attestation"),
        ',"evidence":[',
        pl.col("evidence"),
        '],"support":',
        pl.col("support").fill_null("null"),
        ',"start_basis":',
        _text("start_basis"),
        "}",
    )
    return pl.concat_str(pl.lit(part) if isinstance(part, str) else part for part in parts)


def _text(column: str) -> pl.Expr:
    """Text as JSON writes it where nothing needs to be escaped."""
    return pl.format('"{}"', pl.col(column)).fill_null("null")
