"""Withdrawn batches in the catalog: from which version of the lake on, and whose files may be submitted again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.config import Config

from hoptrace.catalog.batches import NewBatch
from hoptrace.catalog.catalog import Catalog
from hoptrace.model.receipts import Receipt

FIRST, LAST = datetime(2026, 5, 1, 12, tzinfo=UTC), datetime(2026, 5, 1, 13, tzinfo=UTC)


def _receipt(batch: str, carrier: str = "alpha", duplicates: int = 0) -> Receipt:
    counts = {"rows": 1 + duplicates, "accepted": 1, "duplicates": duplicates, "skipped": 0, "statements": 1}
    facts = {"file": "cdr.csv", "format": "canonical", "timezone": "UTC", "first_time": None, "last_time": None}
    return Receipt(digest=f"d{batch}", batch=batch, carrier=carrier, rejected={}, unknown_trunks={}, **counts, **facts)  # type: ignore[arg-type]


@pytest.fixture
def filled(catalog: Catalog, in_lake: set[str]) -> Catalog:
    """Batches of two carriers, each by a commit of its own; b3, c5 and b6 had duplicates."""
    for number, receipt in enumerate(
        (
            _receipt("b1"),
            _receipt("b2"),
            _receipt("b3", duplicates=1),
            _receipt("b4"),
            _receipt("c5", "beta", duplicates=2),
            _receipt("b6", duplicates=2),
        ),
        start=1,
    ):
        catalog.batches.begin(f"commit-{number}", receipt.carrier)
        catalog.batches.enter(f"commit-{number}", [NewBatch(receipt, FIRST, LAST)], [])
        in_lake.add(f"commit-{number}")
        catalog.batches.finish(f"commit-{number}", number)
    return catalog


def _known(catalog: Catalog) -> set[str]:
    digests = [f"d{batch}" for batch in ("b1", "b2", "b3", "b4", "c5", "b6")]
    return {
        stored.receipt.batch
        for carrier in ("alpha", "beta")
        for stored in catalog.batches.by_digest(carrier, digests).values()
    }


def _step(catalog: Catalog, revision: str, *, up: bool = False) -> None:
    """Bring the tables to another revision."""
    config = Config()
    config.set_main_option("script_location", "hoptrace.catalog:migrations")
    with catalog._engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.upgrade if up else command.downgrade)(config, revision)


def test_a_withdrawal_holds_from_its_version_on(filled: Catalog, in_lake: set[str]) -> None:
    batches = filled.batches
    everything = [span[1] for span in batches.spans_at(6).spans]
    begun = datetime.now(UTC)
    assert filled.withdrawals.withdraw("gone", ["b2", "b4"], "taken back", 7) == ["b3", "b6"]
    in_lake.add("gone")
    for pending in (True, False):
        assert [span[1] for span in batches.spans_at(7).spans] == ["b1", "b3", "b6", "c5"]
        assert [span[1] for span in batches.spans()] == ["b1", "b3", "b6", "c5"]
        assert [span[1] for span in batches.spans_at(6).spans] == everything
        assert batches.withdrawn(7) == batches.withdrawn() == {"b2", "b4"}
        assert batches.withdrawn(6) == frozenset()
        assert (batches.totals(7).batches, batches.totals(6).batches) == (4, 6)
        assert batches.pending() == (["gone"] if pending else [])
        # Settled later, it still holds from the version that it was entered with.
        batches.finish("gone", 9)
    stored = batches.show("b2").withdrawn
    assert stored is not None
    assert (stored.lake_version, stored.reason) == (7, "taken back")
    assert timedelta(0) <= stored.at - begun < timedelta(minutes=5)
    assert batches.show("b1").withdrawn is None
    assert batches.digests() == {"db1", "db2", "db3", "db4", "dc5", "db6"}


def test_later_files_with_duplicates_may_be_submitted_again_as_well(filled: Catalog, in_lake: set[str]) -> None:
    batches = filled.batches
    assert filled.withdrawals.withdraw("gone", ["b2"], "taken back", 7) == ["b3", "b6"]
    in_lake.add("gone")
    batches.finish("gone", 7)
    assert _known(filled) == {"b1", "b4", "c5"}
    assert filled.withdrawals.let_go("alpha") == {"b2", "b3", "b6"}
    assert filled.withdrawals.let_go("beta") == frozenset()
    # They are known to be let go: another withdrawal names only what is new.
    assert filled.withdrawals.withdraw("more", ["b1"], "taken back", 8) == []


def test_a_withdrawal_that_the_lake_never_had_is_taken_back(filled: Catalog) -> None:
    batches = filled.batches
    before = batches.list(), batches.spans_at(6), _known(filled)
    filled.withdrawals.withdraw("gone", ["b2", "c5"], "taken back", 7)
    assert batches.list() == before[0]
    assert batches.withdrawn() == batches.withdrawn(7) == frozenset()
    assert batches.spans_at(6) == before[1]
    batches.rollback("gone")
    assert (batches.list(), batches.spans_at(6), _known(filled)) == before
    assert batches.pending() == []
    assert filled.withdrawals.withdraw("again", ["b2"], "taken back", 7) == ["b3", "b6"]


def test_without_withdrawals_files_are_known_again_by_one_batch_each(filled: Catalog, in_lake: set[str]) -> None:
    filled.withdrawals.withdraw("gone", ["b2", "c5"], "taken back", 7)
    in_lake.add("gone")
    filled.batches.finish("gone", 7)
    again = _receipt("b2-2").as_dict() | {"digest": "db2", "flags": ()}
    filled.batches.enter("commit-6", [NewBatch(Receipt(**again), FIRST, LAST)], [])
    _step(filled, "0006")
    _step(filled, "0007", up=True)
    assert _known(filled) == {"b1", "b2-2", "b3", "b4", "c5", "b6"}
    assert filled.withdrawals.let_go("alpha") == {"b2"}
    assert filled.batches.withdrawn() == frozenset()
