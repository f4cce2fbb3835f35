"""Learning from the lake: clocks, habits, shifts, weights and trust, kept as one version in the catalog."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.engines.evenly import GOLDEN
from hoptrace.engines.keeping import keep_learned, known
from hoptrace.engines.relisted_names import customers_reached, relisted_now
from hoptrace.linking.learning import SAMPLE, learn, sample
from hoptrace.linking.relisted import with_deliveries, with_relisted

if TYPE_CHECKING:
    from hoptrace.catalog.clocks import ClockTable
    from hoptrace.lake.view import View
    from hoptrace.linking.learned import Learned
    from hoptrace.workspace import Workspace

SHARE = 0.5
"""Learning's work as a share of that of the submits after which it is done, at most, over many submits."""

FREE_SECONDS = 2.0
"""Learning that takes no longer is done after every submit."""

WORTH_LEARNING = 0.01
"""Share of the lake's statements from which those that came in since it was learned from last are worth learning from
before a file of calls is traced."""

SECONDS_A_STATEMENT = 2e-5
SECONDS_A_ROW = 1.2e-7
"""What each statement that is looked at takes, and each row of the lake to be chosen from."""

SECONDS_A_SUBMIT, SECONDS_A_NEW_ROW = 0.3, 0.8e-6
"""What a submit takes by itself, and for each row of a plain file; most formats take longer.

Like those above these were measured on one machine that did nothing else. Work is paid with work, as by upkeep
(`hoptrace.lake.upkeep`): when something is learned does not depend on how quick a machine is, nor on what else it does.
"""


def learn_clocks(workspace: Workspace) -> int:
    """Learn the carriers' clocks from all records at hand; gives the clock table's version (the old one if equal).

    Trunk names in them that the directory did not explain when they came in are looked up anew before.
    """
    return _learn(workspace, relisted_now(workspace))


def learn_relisted(workspace: Workspace) -> pl.DataFrame | None:
    """Learn anew where the directory explains trunk names in records otherwise now: these (RELISTED), or None."""
    relisted = relisted_now(workspace)
    if relisted.equals(known(workspace).learned.relisted):
        return None
    _learn(workspace, relisted)
    return relisted


def relearn(workspace: Workspace) -> int:
    """Learn as `learn_clocks` does, with the trunk names that were looked up anew last."""
    return _learn(workspace, known(workspace).learned.relisted)


def _learn(workspace: Workspace, relisted: pl.DataFrame) -> int:
    view = workspace.lake.view()
    statements = with_relisted(sample(view.scan(), _rows_that_count(workspace, view)), relisted)
    customers = customers_reached(workspace, statements)
    learned = learn(with_deliveries(statements, customers)).with_trunks(relisted, customers)

    def made(newest: Learned) -> Learned:
        """What was learned, with what reports told before."""
        return learned.with_reports(newest.report_times).with_ends(newest.ends.counts)

    return keep_learned(workspace, view.version, made)


def _rows_that_count(workspace: Workspace, view: View) -> int:
    """About how many rows of the lake are of batches that count: which share to look at needs no scan of the files.

    Not fewer than there are: of withdrawn batches only those are taken off that did not begin to expire.
    """
    terms = workspace.catalog.withdrawals.terms()
    begins = view.expired_before or date.min
    gone = (term.statements for term in terms if term.first_time is not None and term.first_time.date() >= begins)
    return view.rows() - sum(gone)


def learn_after(workspace: Workspace, rows: int) -> bool:
    """Learn after a submit of so many rows, in proportion to it; says whether it was done.

    A small lake is learned from after every submit, and so is one of which nothing is known yet. A larger one after one
    of several: the chance is drawn from the lake's version, so that it falls evenly and nothing has to be remembered
    between processes. What is learned rests on all records at hand.
    """
    view = workspace.lake.view()
    cost = estimated_seconds(view.rows())
    paid = SHARE * (SECONDS_A_SUBMIT + rows * SECONDS_A_NEW_ROW)
    learned = known(workspace).learned.clocks.height
    if learned and cost > FREE_SECONDS and (view.version + 1) * GOLDEN % 1.0 >= paid / cost:
        return False
    relearn(workspace)
    return True


def learn_what_came(workspace: Workspace) -> bool:
    """Learn before a file of calls is traced, where much came in since that was done last; says whether it was done.

    A larger lake is not learned from after every submit. The clock of a carrier that submitted since then would be
    taken to be right, and its calls would be lost or look like others'. Where nothing was ever learned this changes
    nothing.
    """
    table, version = workspace.catalog.clocks.latest_clocks(), workspace.lake.view().version
    if not table.rows or version <= table.lake_version or not _much_came(workspace, table, version):
        return False
    relearn(workspace)
    return True


def _much_came(workspace: Workspace, table: ClockTable, version: int) -> bool:
    """Whether a carrier without a clock, or a good part of all records, came in after a clock table was learned."""
    batches = workspace.catalog.batches
    then, now = (batches.totals(at).statements for at in (table.lake_version, version))
    if now - then >= WORTH_LEARNING * now:
        return True
    known_clocks, new = {row.carrier_id for row in table.rows}, set(batches.after(table.lake_version))
    return any(batch in new and carrier not in known_clocks for carrier, batch, *_ in batches.spans_at(version).spans)


def estimated_seconds(rows: int) -> float:
    """About how long learning takes from a lake of so many rows, on two cores."""
    return min(rows, SAMPLE) * SECONDS_A_STATEMENT + rows * SECONDS_A_ROW
