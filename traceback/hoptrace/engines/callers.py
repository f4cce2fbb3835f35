"""Shared callers: whether a caller id is used from elsewhere too, where the reported end has no record of the call.

Then only numbers and time say that what was found is the reported call. That is enough for a caller id of one
subscriber's, not for one that several campaigns show to the same people (`hoptrace.engines.twins`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.engines.ground import Ground
from hoptrace.engines.spans import to_read
from hoptrace.engines.twins import ROWS_LOST, campaign_odds, detached_odds, hidden_odds, twin_odds
from hoptrace.engines.unseen_twins import untied_to, with_unseen
from hoptrace.linking.clocks.repeated_hours import any_twice, with_readings
from hoptrace.linking.members import comparable
from hoptrace.linking.trust.blame import LEAST_LOSS
from hoptrace.linking.trust.rivalled import SAME_CALL
from hoptrace.tracing.moment import RANG
from hoptrace.tracing.trail import Ending
from hoptrace.tracing.trails import astray, detached
from hoptrace.tracing.weighing import another_caller, hardly_on_file, lost_rows

if TYPE_CHECKING:
    from hoptrace.linking.learned import Learned
    from hoptrace.tracing.case import Case
    from hoptrace.tracing.kernel import Judged
    from hoptrace.tracing.trail import Trail

CALLERS_WINDOW = 3600.0
"""Seconds around a call in which other calls of its caller id are looked at."""

LEAST_ELSEWHERE = 2
"""Called numbers that the caller id reached from elsewhere, from which it is shared: one may be a forwarded call."""

SEEN_TO_TELL = 3
"""Where hardly any call is on file it says nothing that nobody else's is, but where the delivering carriers have
records of calls to so many numbers of the caller's."""

NOT_VOUCHED_FOR = ("B", "C")
"""Attestations by which a carrier does not say that its customer may show the caller id (ATIS-1000074)."""

ASKED = pl.Schema(
    {
        "call": pl.Int64,
        "key": pl.Int64,
        "at": pl.Float64,
        "window": pl.Float64,
        "origin": pl.String,
        "source": pl.String,
        "customer": pl.String,
        "number": pl.Int64,
        "end": pl.String,
        "fits": pl.Float64,
        "detached": pl.Boolean,
        "tied": pl.Boolean,
        "lost": pl.Float64,
        "few": pl.Boolean,
        "open": pl.Boolean,
    }
)
"""Caller `key`'s calls within `window` s of `at` are asked for, of a trail to `number` that comes from `origin`.

`source`: the carrier from which that one got the call, null where its `customer` placed it; `end`: the carrier that
delivered it. `fits`: density (1/s) of the report, given that it means this trail; `detached`: no record says that it
went to that end; `tied`: its lowest record does not say that it went to another end than the report names, null where
that names none; `lost`: the share of calls that leave no record; `few`: so few take part that the carriers of another
call would hardly have a record of it; `open`: and the trail went to another end than the report names, or that names
none and anyone may show the caller id, or it gives another caller.
"""

AskedRow = tuple[
    int, int, float, float, str, str | None, str | None, int, str, float, bool, bool | None, float, bool, bool
]
"""A row of ASKED."""

_NOTHING = ASKED.to_frame()
"""Nothing that is asked, as of most calls; to make such a frame takes as long as several queries."""

OF_A_CALLER = ("call", "origin", "source", "number")
"""Columns of ASKED that matter to a caller's other calls."""

OF_A_RECORD = ("sid", "carrier", "customer", "upstream", "called", "downstream", "start", "first", "last")
"""What is told of these; `first` and `last`: between which moments the call came (s)."""


@dataclass(frozen=True, slots=True)
class Uses:
    """A caller id's calls: `own`, records of the trail's origin that came from the same source; `same`, all records of
    these calls; `elsewhere`, those of other calls. Columns: OF_A_CALLER and OF_A_RECORD.
    """

    own: pl.DataFrame
    same: pl.DataFrame
    elsewhere: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Others:
    """By call, where it matters, what there is to fear of others who show the same caller id.

    `numbers`: how many numbers it called that the originator has no record of; said where no record tells that the call
    went to the reported end. `odds`: that the report means the call of somebody else to the same people (`twin_odds`).
    `hidden`: the same odds where no such call would be on file. `unseen`: calls of which such a one would hardly be.
    `untied`: those calls for which there are odds and of which no record says that they went to the reported end, or
    to one that other reports name.
    """

    numbers: Mapping[int, int] = field(default_factory=dict[int, int])
    odds: Mapping[int, float] = field(default_factory=dict[int, float])
    hidden: Mapping[int, float] = field(default_factory=dict[int, float])
    unseen: frozenset[int] = frozenset()
    untied: frozenset[int] = frozenset()

    @property
    def calls(self) -> set[int]:
        """The calls of which there is anything to fear."""
        return {*self.numbers, *self.odds, *self.hidden, *self.unseen}

    def told_of(self, one: Judged) -> Judged:
        """The judged call with what there is to fear."""
        call = one.call
        numbers, unseen = self.numbers.get(call, 0), call in self.unseen
        twin, hidden = self.odds.get(call, 0.0), self.hidden.get(call, 0.0)
        told = numbers or unseen or twin or hidden
        if not told:
            return one
        return replace(one, elsewhere=numbers, unseen=unseen, twin=twin, hidden=hidden, untied=call in self.untied)


def asked_of(judged: Sequence[Judged]) -> pl.DataFrame:
    """What is asked of these calls' callers, as rows of ASKED."""
    rows = [row for one in judged for row in _asked(one)]
    return pl.DataFrame(rows, schema=ASKED, orient="row") if rows else _NOTHING.clone()


def other_callers(asked: pl.DataFrame, ground: Ground) -> Others:
    """What there is to fear of others who show the same caller ids as the calls that are `asked` about (ASKED)."""
    if asked.is_empty():
        return Others()
    lost = pl.col("origin").replace_strict(ground.around.trust.lost, default=LEAST_LOSS, return_dtype=pl.Float64)
    uses = _uses(asked, ground)
    mine = uses.own.group_by("call").agg(own=pl.col("sid").n_unique())
    counts = uses.elsewhere.group_by("call").agg(pl.col("called").n_unique())
    counts = counts.join(asked.select("call", "origin", "source", "detached"), on="call")
    usual = pl.max_horizontal(pl.lit(LEAST_ELSEWHERE), ROWS_LOST * lost * pl.col("own").fill_null(0))
    shared = counts.join(mine, on="call", how="left").filter(pl.col("called") >= usual)
    ends = ground.learned.ends
    asked = with_unseen(asked, ends)
    odds = twin_odds(asked.join(shared, on="call", how="semi"), uses, ground.around.trust.lost)
    for call, more in campaign_odds(asked, ground.around.trust.rivals).items():
        odds[call] = max(more, odds.get(call, 0.0))
    untied = asked.filter(pl.col("call").is_in(list(odds)) & untied_to(ends))["call"]
    named = shared.filter(pl.col("detached") & pl.col("source").is_null())
    numbers = dict(named.select("call", "called").iter_rows())
    hidden = hidden_odds(asked, uses) | detached_odds(asked)
    return Others(numbers, odds, hidden, frozenset(_unseen(asked, uses)["call"]), frozenset(untied))


def _unseen(asked: pl.DataFrame, uses: Uses) -> pl.DataFrame:
    """Calls of which few carriers have records, and so few of the caller's others were delivered by one that has.

    Somebody else's call to the same people would be on file there, and nowhere else for sure.
    """
    delivered = uses.same.filter(pl.col("carrier") != pl.col("origin"), pl.col("downstream").is_null())
    seen = delivered.group_by("call").agg(seen=pl.col("called").n_unique())
    told = asked.filter("open").join(seen, on="call", how="left")
    return told.filter(pl.col("seen").fill_null(0) < SEEN_TO_TELL)


def _uses(asked: pl.DataFrame, ground: Ground) -> Uses:
    facts = _facts(ground.view.placed_by(to_read(asked, ground.learned)), ground.learned)
    # A switch that stamps the answer leaves open how long it rang before.
    came = pl.coalesce("setup", pl.col("start") - RANG["answered"])
    facts = facts.with_columns(first=came - 3 * pl.col("spread"), last=pl.col("start") + pl.col("tick"))
    near = _near(asked, facts)
    by_origin = pl.col("carrier") == pl.col("origin")
    placed = pl.col("source").is_null() & pl.col("customer").is_not_null()
    from_source = placed | (pl.col("upstream") == pl.col("source")).fill_null(value=False)
    own, others = near.filter(by_origin & from_source), near.filter(~by_origin)
    met = others.select("call", "called", "use", "first", "last")
    met = met.join(own.select("call", "called", "first", "last"), on=["call", "called"], suffix="_own")
    apart = pl.max_horizontal(pl.col("first") - pl.col("last_own"), pl.col("first_own") - pl.col("last"))
    of_origin = pl.col("use").is_in(met.filter(apart <= SAME_CALL)["use"].unique().implode())
    return Uses(own, pl.concat([own, others.filter(of_origin)]), others.filter(~of_origin))


def _near(asked: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """The columns of Uses of all records near each call of their caller, and `use`, a number for a call and `sid`.

    Each caller's records are told for each of its calls: only their rows are joined, and told what is looked at.
    """
    calls = asked.select("key", "at", "window", ask=pl.int_range(pl.len()))
    met = calls.join(facts.select("start", key="calling", row=pl.int_range(pl.len())), on="key")
    met = met.filter((pl.col("start") - pl.col("at")).abs() <= pl.col("window"))
    near = asked.select(OF_A_CALLER)[met["ask"]].hstack(facts.select(OF_A_RECORD)[met["row"]])
    return near.with_columns(use=met["ask"] * facts.height + near["sid"])


def _facts(placed: pl.DataFrame, learned: Learned) -> pl.DataFrame:
    """As `comparable`; both times of a local one that came twice have one `sid`, where other records settle nothing."""
    if not any_twice(placed):
        return comparable(placed, learned)
    facts = comparable(with_readings(placed, learned), learned)
    return facts.with_columns(pl.col("sid").first().over("batch", "row"))


def _asked(one: Judged) -> list[AskedRow]:
    best, case = one.judgement.best, one.case
    if best is None or best.trail.steps[0].sid is not None:
        return []
    last, reported = case.facts[best.trail.last_statement], case.reported
    placed = best.trail.ending is Ending.CUSTOMER
    if last.calling is None or last.calling < 0 or (last.upstream is None and not placed):
        return []
    source, customer = (None, last.customer) if placed else (last.upstream, None)
    origin = last.carrier, source, customer, reported.called, best.trail.path[0]
    fit = math.exp(best.timed.weight), detached(best.trail, case), _tied(best.trail, case)
    lost, few = lost_rows(case.taking_part, on_file=False), hardly_on_file(case.taking_part)
    return [
        (one.call, last.calling, reported.at, CALLERS_WINDOW, *origin, *fit, lost, few, few and _open(case, best.trail))
    ]


def _tied(trail: Trail, case: Case) -> bool | None:
    return None if case.reported.terminating is None else not astray(trail, case)


def _open(case: Case, trail: Trail) -> bool:
    """Whether a trail to a customer may be of another call than the report means for all that records tell."""
    tail, last = case.facts[trail.first_statement], case.facts[trail.last_statement]
    anyone = case.reported.terminating is None and last.attestation in NOT_VOUCHED_FOR
    doubtful = anyone or astray(trail, case) or another_caller(case.reported, tail, case.around)
    return trail.ending is Ending.CUSTOMER and doubtful
