"""Results of plain calls as lines of JSON: the same bytes as `TraceResult.as_json` gives.

A result is some 6 KB of JSON, nearly all of it sentences about its handoffs. No object is made for any of it: lines are
put together by columns, for all calls at once, of pieces that most of them share.
"""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import orjson
import polars as pl

from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.model.frames import in_one_piece
from hoptrace.model.verdicts import ReportedCall
from hoptrace.tracing.decimals import rounded
from hoptrace.tracing.evidence import not_borne_out
from hoptrace.tracing.json_columns import Piece, any_escaped, escaped, joined, quoted, strung, worded
from hoptrace.tracing.plain.answers import ENDINGS, ENTRY
from hoptrace.tracing.plain.calls import Plain, Settled
from hoptrace.tracing.plain.hops import QUOTED_OF_FACTS, hops_of, silent_hops
from hoptrace.tracing.plain.paths import Way, entries_of, paths_of, way_of
from hoptrace.tracing.plain.signing import signings_of
from hoptrace.tracing.result_lines import ResultLines
from hoptrace.tracing.results import VERDICTS
from hoptrace.tracing.signatures.signers import Signers
from hoptrace.tracing.sources import SIGNED
from hoptrace.tracing.stamped import Stamp
from hoptrace.tracing.trail import Ending
from hoptrace.tracing.words import ASKED_OF_CONTRADICTED, ASKED_OF_LACKING, ASKED_OF_SILENT, ENDING_WORDS

OF_A_CALL = tuple(field.name for field in fields(ReportedCall))

OF_A_WORD = ("carrier", "upstream", "calling")
"""Who says of which caller's call that it got it from whom."""

CONFLICTING = [ENDINGS.index(ending) for ending in (Ending.CONTRADICTED, Ending.MISNAMED)]
"""Endings of which something is told that speaks against them; of LACKING it is where the word was in doubt."""


def plain_lines(calls: pl.DataFrame, settled: Settled, stamp: Stamp, signers: Signers) -> ResultLines:
    """The results of all plain calls; `calls` (OF_A_CALL): call n in row n."""
    plain, linked = settled.plain, settled.linked
    chains, answers = plain.chains, plain.answers
    if not len(chains.calls):
        return ResultLines.of({})
    sids = linked.members["sid"].gather(chains.members)
    names = {*QUOTED_OF_FACTS, *SIGNED, "upstream", "downstream", "customer"}
    facts = linked.facts.select(sorted(names))[sids]
    way = way_of(plain)
    paths = paths_of(facts, way)
    signings = signings_of(facts, plain, way, paths, signers)
    own = hops_of(facts, plain, linked.pairs, settled.batch.reports, signings)
    hops = _with_silent(own, facts, way, paths)
    versions = np.zeros(len(chains.calls), np.int64)
    for place, signing in signings.items():
        versions[place] = signing.version
    known = _known(facts, plain, settled.batch.around.trust).with_columns(
        *_in_json(calls.select(OF_A_CALL)[chains.calls]),
        version=versions,
        path=strung(paths, way.begin, '","'),
        named=paths.gather(way.begin[1:] - 1),
        entry=entries_of(paths, way, settled.batch.around, answers.endings == ENTRY),
    )
    around = known.select(_head(known).alias("head"), _tail(known, stamp).alias("tail"))
    verdicts = [VERDICTS[ENDINGS[code]] for code in answers.endings.tolist()]
    return _between(ResultLines(chains.calls, verdicts, hops, way.begin), around["head"], around["tail"])


def _in_json(calls: pl.DataFrame) -> pl.DataFrame:
    """Reported calls (OF_A_CALL) as JSON (`call`), and the `reference` of each."""
    if any_escaped(calls, OF_A_CALL):
        calls = calls.with_columns(escaped(column) for column in calls.iter_columns())
    told = [
        piece
        for place, name in enumerate(OF_A_CALL)
        for piece in (f'{"," if place else "{"}"{name}":', *quoted(calls[name]))
    ]
    return calls.select(call=joined([*told, "}"]), reference=joined(quoted(calls["call_ref"])))


def _between(hops: ResultLines, heads: pl.Series, tails: pl.Series) -> ResultLines:
    """Whole lines: the hops of each between its head and its tail."""
    lines, every = len(heads), len(hops.pieces)
    begin = hops.begin + 2 * np.arange(lines + 1)
    order = np.full(begin[-1], -1)
    order[begin[:-1]], order[begin[1:] - 1] = np.arange(lines), lines + every + np.arange(lines)
    order[order < 0] = lines + np.arange(every)
    pieces = in_one_piece([heads.alias("line"), hops.pieces.alias("line"), tails.alias("line")]).gather(order)
    return replace(hops, pieces=pieces, begin=begin)


def _with_silent(hops: pl.Series, facts: pl.DataFrame, way: Way, paths: pl.Series) -> pl.Series:
    """The hops of statements, those of carriers without records among them: what stands between head and tail."""
    silent = np.flatnonzero(way.statements < 0)
    if not len(silent):
        return hops
    by = facts["carrier"].gather(way.below[silent]).alias("by")
    told = pl.DataFrame([paths.gather(silent).alias("carrier"), by]).with_columns(kind=way.kinds[silent])
    which = way.statements.copy()
    which[silent] = len(hops) + np.arange(len(silent))
    return in_one_piece([hops, silent_hops(told).alias(hops.name)]).gather(which)


def _known(facts: pl.DataFrame, plain: Plain, trust: Trust) -> pl.DataFrame:
    """What is told around the hops of each chain's furthest statement and of its answer."""
    answers = plain.answers
    tops = facts.select("carrier", "customer", "upstream", "calling")[plain.chains.begin[1:] - 1]
    told = tops.with_columns(ending=pl.Series(answers.endings), confidence=rounded(answers.confidence, 4))
    return told.with_columns(conflicts=_conflicts(told, trust))


def _conflicts(tops: pl.DataFrame, trust: Trust) -> pl.Series:
    """What speaks against the furthest statements as JSON (`hoptrace.tracing.evidence.not_borne_out`)."""
    told = pl.Series(["[]"]).gather(np.zeros(tops.height, np.int64))
    codes = [*CONFLICTING, ENDINGS.index(Ending.LACKING)] if trust.spoken_for else CONFLICTING
    doubtful = np.flatnonzero(np.isin(tops["ending"].to_numpy(), codes))
    texts = [
        orjson.dumps(not_borne_out(ENDINGS[int(code)], (carrier, upstream), calling, trust)).decode()
        for code, carrier, upstream, calling in tops.select("ending", *OF_A_WORD)[doubtful].iter_rows()
    ]
    return told.scatter(doubtful, pl.Series(texts, dtype=pl.String)) if texts else told


def _of_ending(known: pl.DataFrame, told: dict[Ending, list[Piece]]) -> list[Piece]:
    """The pieces for the ending of each row; `told` of those that occur."""
    codes = [code for code in range(len(ENDINGS)) if (known["ending"] == code).any()]
    if len(codes) == 1:
        return told[ENDINGS[codes[0]]]
    chain = pl.when(pl.col("ending") == codes[0]).then(joined(told[ENDINGS[codes[0]]]))
    for code in codes[1:]:
        chain = chain.when(pl.col("ending") == code).then(joined(told[ENDINGS[code]]))
    return [chain.otherwise(None)]


def _head(known: pl.DataFrame) -> pl.Expr:
    """A result up to its hops, its fields in the order of `hoptrace.model.verdicts.TraceResult`."""
    verdicts: dict[Ending, list[Piece]] = {ending: [str(VERDICTS[ending])] for ending in ENDINGS}
    nobody: list[Piece] = ['"originating_carrier":null,"customer":null']
    own: list[Piece] = ['"originating_carrier":"', pl.col("carrier"), '","customer":"', pl.col("customer"), '"']
    return joined(
        [
            '{"call_ref":',
            pl.col("reference"),
            ',"verdict":"',
            *_of_ending(known, verdicts),
            '","path":["',
            pl.col("path"),
            '"],',
            *_of_ending(known, {ending: own if ending is Ending.CUSTOMER else nobody for ending in ENDINGS}),
            ',"point_of_entry":',
            *quoted(known["entry"]),
            ',"confidence":',
            pl.col("confidence"),
            ',"hops":[',
        ]
    )


def _tail(known: pl.DataFrame, stamp: Stamp) -> pl.Expr:
    """The rest behind the hops."""
    engine, digest = (orjson.dumps(text).decode() for text in (stamp.engine, stamp.settings_digest))
    carrier, named = pl.col("carrier"), pl.col("named")
    told = {"carrier": carrier, "customer": pl.col("customer"), "upstream": pl.col("upstream"), "named": named}
    words = {ending: worded(ENDING_WORDS[ending], **told) for ending in ENDINGS}
    return joined(
        [
            '],"conflicts":',
            pl.col("conflicts"),
            ',"alternatives":[],"next_request":',
            *_of_ending(known, {ending: _asked(ending, carrier, named) for ending in ENDINGS}),
            f',"engine":{engine},"lake_version":{stamp.lake_version},"settings_digest":{digest}',
            f',"clock_version":{stamp.clock_version},"certificates_version":',
            pl.col("version").cast(pl.String),
            ',"summary":"',
            *_of_ending(known, words),
            '","call":',
            pl.col("call"),
            "}\n",
        ]
    )


def _asked(ending: Ending, carrier: pl.Expr, named: pl.Expr) -> list[Piece]:
    """Whom to ask next as JSON (`hoptrace.tracing.words.request_of`)."""
    ways = {Ending.ENTRY: ASKED_OF_SILENT, Ending.SILENT: ASKED_OF_SILENT, Ending.LACKING: ASKED_OF_LACKING}
    if ending is Ending.CUSTOMER:
        return ["null"]
    whom, why = (named, worded(ways[ending], carrier=carrier)) if ending in ways else (carrier, [ASKED_OF_CONTRADICTED])
    return ['{"carrier":"', whom, '","why":"', *why, '"}']
