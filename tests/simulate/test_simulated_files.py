"""Every writer's files read back through the matching reader: nothing rejected, every statement as it was made."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from hoptrace.intake.formats import readers
from hoptrace.intake.profile import Profile, load_profile
from hoptrace.intake.reading import Context, Source
from hoptrace.intake.statements import build
from hoptrace.intake.trunks import TrunkTable
from hoptrace.model.carriers import Carrier, Trunk
from hoptrace.model.numbers import DialPlan
from hoptrace.model.statements import Fate, StartBasis
from hoptrace.simulate.world import rows_of


def carrier_of(demo, carrier_id):
    row = next(row for row in demo.table("carriers.csv") if row["carrier_id"] == carrier_id)
    return Carrier(carrier_id, row["name"], row["country"], timezone=row["timezone"])


def sources_of(demo, entry):
    paths: list[Path] = []
    for name in entry["files"]:
        path = demo.world.folder / name
        paths.extend(sorted(path.iterdir()) if path.is_dir() else [path])
    return [Source(index, path, path.name, "") for index, path in enumerate(paths)]


def read_back(demo, entry):
    """All statements and row fates of one carrier's submission."""
    profile = (
        load_profile(demo.world.folder / entry["format"])
        if entry["format"].endswith(".toml")
        else Profile(format=entry["format"])
    )
    carrier = carrier_of(demo, entry["carrier"])
    reader = next(each for each in readers() if each.name == profile.format)
    sources = sources_of(demo, entry)
    assert reader.detect(sources[0], sources[0].head()) is not None
    mine = [row for row in demo.table("trunks.csv") if row["carrier_id"] == carrier.carrier_id]
    trunks = [Trunk(carrier.carrier_id, row["trunk"], row["peer"] or None, row["customer"] or None) for row in mine]
    ids = [row["carrier_id"] for row in demo.table("carriers.csv")]
    table = TrunkTable.of(trunks, ids, profile.trunks.own)
    plan = DialPlan(carrier.country, profile.numbers.tech_prefixes, profile.numbers.outside_prefixes)
    groups = [sources] if reader.grouped else [[source] for source in sources]
    chunks = [chunk for group in groups for chunk in reader.read(group, Context(carrier, profile))]
    built = [build(chunk.calls, carrier.carrier_id, plan, table) for chunk in chunks]
    return (
        # What stands twice is told by the fingerprint, when the statements of a file are taken in.
        pl.concat([each.statements for each in built]).unique("fingerprint", keep="first", maintain_order=True),
        pl.concat([chunk.rows for chunk in chunks]),
        pl.concat([chunk.calls for chunk in chunks]),
    )


@pytest.fixture(scope="session")
def submitted(demo):
    entries = json.loads((demo.world.folder / "submit.json").read_text())
    return [(entry, *read_back(demo, entry)) for entry in entries]


@pytest.fixture(scope="session")
def made(demo):
    """Every carrier with its rows, one a call and route attempt, and with what really happened."""
    return {
        carrier.carrier_id: (
            carrier,
            rows_of(demo.happened, carrier).unique(subset=["leg", "attempt"], maintain_order=True),
            demo.happened.filed.filter(pl.col("carrier") == carrier.index),
        )
        for carrier in demo.happened.network.carriers
    }


def test_no_row_of_any_file_is_rejected(submitted):
    for entry, _, rows, _ in submitted:
        rejected = rows.filter(pl.col("fate") == str(Fate.REJECTED))
        assert rejected.is_empty(), (entry, rejected.head())


def test_there_is_a_statement_for_every_call_and_attempt(submitted, made):
    for entry, statements, _, _ in submitted:
        _, rows, _ = made[entry["carrier"]]
        assert statements.height == rows.height, entry


def test_statements_name_the_true_neighbours_and_customers(demo, submitted, made):
    names = [carrier.carrier_id for carrier in demo.happened.network.carriers]
    for entry, statements, _, _ in submitted:
        carrier, _, true = made[entry["carrier"]]
        known = demo.happened.conditions.listed[carrier.index]
        expected = Counter(
            (
                names[up] if up >= 0 and known[up] else None,
                carrier.customers[customer].reference if customer >= 0 else None,
                names[down] if down >= 0 and known[down] else None,
            )
            for up, customer, down in true.select("upstream", "customer", "downstream").iter_rows()
        )
        found = Counter(statements.select("upstream", "customer", "downstream").iter_rows())
        assert found == expected, entry


def test_statements_carry_the_true_numbers(submitted, made):
    for entry, statements, _, _ in submitted:
        _, _, true = made[entry["carrier"]]
        assert Counter(statements["called"].to_list()) == Counter(true["called"].to_list()), entry
        shown = Counter(number for number in statements["calling"].to_list() if number is not None and number > 0)
        assert shown == Counter(true["caller"].drop_nulls().to_list()), entry
        moved = true.filter(pl.col("called") != pl.col("called_out"))
        combined = statements.filter(pl.col("egress_called").is_not_null())["egress_called"].to_list()
        assert Counter(moved["called_out"].to_list()) <= Counter(combined), entry


def test_times_are_the_carriers_own_to_the_second(submitted, made):
    for entry, statements, _, raw in submitted:
        _, rows, _ = made[entry["carrier"]]
        received = raw["start_basis"].unique().to_list() == [str(StartBasis.RECEIVED)]
        answers = statements["answer_time"].drop_nulls().sort()
        true = pl.from_epoch(rows["answer"].drop_nulls().sort(), time_unit="us").dt.replace_time_zone("UTC")
        assert len(answers) == len(true), entry
        assert (answers - true).abs().max() <= timedelta(seconds=1.6), entry
        if received:
            began = pl.from_epoch(rows["start"].sort(), time_unit="us").dt.replace_time_zone("UTC")
            assert (statements["start_time"].sort() - began).abs().max() <= timedelta(seconds=5), entry


def test_outcomes_are_those_of_the_calls(submitted, made):
    for entry, statements, _, _ in submitted:
        _, rows, _ = made[entry["carrier"]]
        answered = int(rows["answer"].is_not_null().sum())
        assert Counter(statements["outcome"].to_list())["answered"] == answered, entry


def test_talk_lasted_as_long_as_it_did(submitted, made):
    for entry, statements, _, _ in submitted:
        _, rows, _ = made[entry["carrier"]]
        talk = ((rows["end"] - rows["answer"]) / 1_000_000).drop_nulls().sort()
        told = statements.filter(pl.col("outcome") == "answered")["duration"].sort()
        assert told.null_count() == 0, entry
        assert (told - talk).abs().max() <= 2.0, entry
