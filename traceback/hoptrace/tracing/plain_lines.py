"""Results of plain calls as lines of JSON: the same bytes as `TraceResult.as_json` gives.

A result is some 6 KB of JSON, nearly all of it sentences about its handoffs. Those are text by columns already
(`hoptrace.tracing.handoffs`), and an object for each of them would cost more than all that was judged. So the hops are
put together by columns, and only what stands around them is an object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import orjson
import polars as pl

from hoptrace.model.verdicts import Evidence, ReportedCall, Support, Verdict
from hoptrace.tracing.chains import Chains
from hoptrace.tracing.evidence import of_report
from hoptrace.tracing.handoffs import in_json
from hoptrace.tracing.plain import Settled
from hoptrace.tracing.results import Stamp, stamped
from hoptrace.tracing.signers import Signers
from hoptrace.tracing.signing import Signing, signed
from hoptrace.tracing.sources import SIGNATURE, SIGNED, quoted_columns
from hoptrace.tracing.trail import point_of_entry
from hoptrace.tracing.words import customer_words

NO_HOPS = b'"hops":[]'
"""Where the hops of a result belong; no text in it can be the same, for its quotes are escaped."""


def plain_lines(calls: Sequence[ReportedCall], settled: Settled, stamp: Stamp, signers: Signers) -> dict[int, bytes]:
    """The result of each plain call as one line of JSON without its end, by the call's number."""
    chains, answers = settled.plain.chains, settled.plain.answers
    if not answers:
        return {}
    facts = settled.linked.facts[settled.linked.members["sid"].gather(chains.members)]
    signings = _signings(facts, chains, signers)
    hops = _hops(facts, settled, signings)
    begin, carriers, customers = chains.begin.tolist(), facts["carrier"].to_list(), facts["customer"].to_list()
    lines: dict[int, bytes] = {}
    numbers: list[int] = chains.calls.tolist()
    for place, call in enumerate(numbers):
        first, end = begin[place], begin[place + 1]
        path = tuple(carriers[first:end])
        around = stamped(
            calls[call],
            stamp,
            Verdict.ORIGINATOR_IDENTIFIED,
            customer_words(path[-1], customers[end - 1]),
            path=path,
            originating_carrier=path[-1],
            customer=customers[end - 1],
            point_of_entry=point_of_entry(path, settled.batch.around),
            confidence=answers[place].confidence,
            certificates_version=signings[place].version if place in signings else 0,
        )
        head, _, tail = around.as_json().partition(NO_HOPS)
        lines[call] = b"".join((head, b'"hops":[', ",".join(hops[first:end]).encode(), b"]", tail))
    return lines


def _hops(facts: pl.DataFrame, settled: Settled, signings: Mapping[int, Signing]) -> list[str]:
    """The hops of all chains, in their order, each as JSON; `facts` are their statements."""
    chains = settled.plain.chains
    quoted = facts.select("carrier", *quoted_columns())
    told = _handoffs(chains, settled.linked.pairs)
    first = pl.Series([None] * quoted.height, dtype=pl.String).scatter(chains.begin[:-1], _reports(settled))
    evidence = first.fill_null(told["evidence"])
    offsets = pl.Series([repr(round(offset, 3)) for offset in quoted["offset"].to_list()], dtype=pl.String)
    frame = quoted.with_columns(told["support"], evidence=_with_signings(evidence, chains, signings), offset=offsets)
    return frame.select(_hop()).to_series().to_list()


def _signings(facts: pl.DataFrame, chains: Chains, signers: Signers) -> dict[int, Signing]:
    """What the signatures of each chain say, by its place, where there are any."""
    tells = facts.select(pl.any_horizontal(pl.col(SIGNATURE).is_not_null())).to_series().to_numpy()
    with_any = np.flatnonzero(np.logical_or.reduceat(tells, chains.begin[:-1])).tolist() if len(tells) else []
    if not with_any:
        return {}
    carriers, rows = facts["carrier"].to_list(), list(facts.select(SIGNED).iter_rows(named=True))
    found: dict[int, Signing] = {}
    for place in with_any:
        own = slice(chains.begin[place], chains.begin[place + 1])
        said = signed(carriers[own], rows[own], signers, Verdict.ORIGINATOR_IDENTIFIED)
        if said is not None:
            found[place] = said
    return found


def _with_signings(evidence: pl.Series, chains: Chains, signings: Mapping[int, Signing]) -> pl.Series:
    """The evidence of all hops with what signatures say."""
    if not signings:
        return evidence
    told = evidence.to_list()
    for place, said in signings.items():
        for at, lines in enumerate(said.lines, chains.begin[place]):
            told[at] = _and_lines(told[at], lines)
    return pl.Series("evidence", told, dtype=pl.String)


def _and_lines(told: str, lines: Sequence[Evidence]) -> str:
    """Evidence as JSON with more lines; the comparison of two records may already have told of their origids."""
    both = '"about":"orig_id"' in told
    more = [line for line in lines if not both or line.about != "orig_id"]
    return f"{told},{orjson.dumps(more)[1:-1].decode()}" if more else told


def _reports(settled: Settled) -> list[str]:
    """What is said at each chain's first hop of the match with the report."""
    plain, reported = settled.plain, settled.batch.reported
    return [
        orjson.dumps(of_report(reported[call], tail, tail.carrier, answer.residual))[1:-1].decode()
        for call, tail, answer in zip(plain.chains.calls.tolist(), plain.tails, plain.answers, strict=True)
    ]


def _handoffs(chains: Chains, pairs: pl.DataFrame) -> pl.DataFrame:
    """The `evidence` and `support` of each hop's handoff to the one before it, as JSON; null at the first ones."""
    used = pairs.filter(pl.col("row").is_in(np.sort(chains.pairs[chains.pairs >= 0])))
    both = (pl.col("d_upstream") == pl.col("u_carrier")) & (pl.col("u_downstream") == pl.col("d_carrier"))
    support = pl.when(both).then(pl.lit(f'"{Support.BOTH}"')).otherwise(pl.lit(f'"{Support.ONE}"'))
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
