"""What the signatures of plain calls' trails say, put into the evidence of their hops by columns."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import orjson
import polars as pl

from hoptrace.model.arrays import Int64s
from hoptrace.tracing.chains.building import Chains
from hoptrace.tracing.plain.answers import ENDINGS
from hoptrace.tracing.plain.calls import Plain
from hoptrace.tracing.plain.paths import Way
from hoptrace.tracing.results import VERDICTS
from hoptrace.tracing.signatures.evidence import Row, Signing, signed
from hoptrace.tracing.signatures.signers import Signers
from hoptrace.tracing.sources import SIGNED, tells_of_signature


def signings_of(facts: pl.DataFrame, plain: Plain, way: Way, paths: pl.Series, signers: Signers) -> dict[int, Signing]:
    """What the signatures of each chain say of its statements, by its place, where there are any.

    `facts`: the chains' statements in their order; `paths`: the carriers of `way`.
    """
    tells = facts.select(tells_of_signature()).to_series().to_numpy()
    with_any = np.flatnonzero(np.logical_or.reduceat(tells, plain.chains.begin[:-1])).tolist() if len(tells) else []
    if not with_any:
        return {}
    carriers = paths.to_list()
    signed_rows = facts.select(SIGNED).filter(tells).iter_rows(named=True)
    rows: dict[int, Row] = dict(zip(np.flatnonzero(tells).tolist(), signed_rows, strict=True))
    found: dict[int, Signing] = {}
    for place in with_any:
        own = slice(way.begin[place], way.begin[place + 1])
        statements = way.statements[own].tolist()
        told = [rows.get(at) for at in statements]
        said = signed(carriers[own], told, signers, VERDICTS[ENDINGS[plain.answers.endings[place]]])
        if said is not None:
            lines = tuple(line for line, at in zip(said.lines, statements, strict=True) if at >= 0)
            found[place] = said._replace(lines=lines)
    return found


def signing_lines(chains: Chains, signings: Mapping[int, Signing], of_ids: Int64s) -> list[pl.Series]:
    """What signatures say as the last lines of the evidence of all hops: `h_signing`; nothing where there are none.

    `of_ids`: hops whose comparison of two records has already told of their origids.
    """
    if not signings:
        return []
    told, both = [""] * len(chains.members), set[int](of_ids.tolist())
    for place, said in signings.items():
        first = int(chains.begin[place])
        for hop, lines in enumerate(said.lines, first):
            more = [line for line in lines if hop not in both or line.about != "orig_id"]
            told[hop] = f",{orjson.dumps(more)[1:-1].decode()}" if more else ""
    return [pl.Series("h_signing", told, dtype=pl.String)]
