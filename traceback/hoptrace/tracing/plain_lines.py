"""Results of plain calls as lines of JSON: the same bytes as `TraceResult.as_json` gives.

A result is some 6 KB of JSON, nearly all of it sentences about its handoffs. Those are text by columns already
(`hoptrace.tracing.handoffs`), and an object for each of them would cost more than all that was judged. So the hops are
put together by columns, and only what stands around them is an object.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import orjson
import polars as pl

from hoptrace.model.verdicts import ReportedCall, Support, TraceResult, Verdict
from hoptrace.tracing.chains import Chains
from hoptrace.tracing.evidence import of_report
from hoptrace.tracing.handoffs import in_json
from hoptrace.tracing.plain import Batch, Linked, Plain
from hoptrace.tracing.results import Stamp, stamped
from hoptrace.tracing.sources import quoted_columns
from hoptrace.tracing.trail import point_of_entry
from hoptrace.tracing.words import customer_words

NO_HOPS = b'"hops":[]'
"""Where the hops of a result belong; no text in it can be the same, for its quotes are escaped."""


def plain_lines(
    calls: Sequence[ReportedCall], plain: Plain, batch: Batch, linked: Linked, stamp: Stamp
) -> dict[int, bytes]:
    """The result of each plain call as one line of JSON without its end, by the call's number."""
    chains = plain.chains
    carriers = linked.members["carrier"].gather(chains.members).to_list()
    customers = linked.members["customer"].gather(chains.last).to_list()
    hops, begin = _hops(plain, batch, linked), chains.begin.tolist()
    lines: dict[int, bytes] = {}
    for place, call in enumerate(chains.calls.tolist()):
        first, end = begin[place], begin[place + 1]
        path = tuple(carriers[first:end])
        entry = point_of_entry(path, batch.around)
        around = _around_hops(calls[call], path, customers[place], entry, plain.answers[place].confidence, stamp)
        head, _, tail = around.as_json().partition(NO_HOPS)
        lines[call] = b"".join((head, b'"hops":[', ",".join(hops[first:end]).encode(), b"]", tail))
    return lines


def _around_hops(
    call: ReportedCall, path: tuple[str, ...], customer: str, entry: str | None, confidence: float, stamp: Stamp
) -> TraceResult:
    """The result but for its hops."""
    return stamped(
        call,
        stamp,
        Verdict.ORIGINATOR_IDENTIFIED,
        customer_words(path[-1], customer),
        path=path,
        originating_carrier=path[-1],
        customer=customer,
        point_of_entry=entry,
        confidence=confidence,
    )


def _hops(plain: Plain, batch: Batch, linked: Linked) -> list[str]:
    """The hops of all chains, in their order, each as JSON."""
    chains = plain.chains
    sids = linked.members["sid"].gather(chains.members)
    quoted = linked.facts[sids - linked.facts["sid"][0]].select("carrier", *quoted_columns())
    told = _handoffs(chains, linked.pairs)
    first = pl.Series([None] * quoted.height, dtype=pl.String).scatter(chains.begin[:-1], _reports(plain, batch))
    offsets = pl.Series([repr(round(offset, 3)) for offset in quoted["offset"].to_list()], dtype=pl.String)
    frame = quoted.with_columns(told["support"], evidence=first.fill_null(told["evidence"]), offset=offsets)
    return frame.select(_hop()).to_series().to_list()


def _reports(plain: Plain, batch: Batch) -> list[str]:
    """What is said at each chain's first hop of the match with the report."""
    found = zip(plain.chains.calls.tolist(), plain.tails, plain.answers, strict=True)
    return [
        orjson.dumps(of_report(batch.reported[call], tail, tail.carrier, answer.residual))[1:-1].decode()
        for call, tail, answer in found
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
    """A hop with its fields in the order of `hoptrace.model.verdicts.Hop`; its statement bears no signature."""
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
        ',"attestation":null,"evidence":[',
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
