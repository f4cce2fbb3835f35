from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from hoptrace.intake.accounts import FileAccount, add_statements
from hoptrace.intake.reading import source_at
from hoptrace.model.statements import TIME

AT = datetime(2026, 5, 1, tzinfo=UTC)
KINDS = {"file": pl.Int32, "start_time": TIME, "may_be_later": pl.Int32, "upstream": pl.String, "downstream": pl.String}


def _said(*rows: tuple[int, int | None, str | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame([(file, AT, *others) for file, *others in rows], schema=KINDS, orient="row")


def test_a_name_that_first_comes_in_a_later_block_is_told() -> None:
    account = FileAccount(source_at(Path("day.csv")))
    add_statements([account], _said((0, None, "beta", None)), frozenset({"beta"}))
    add_statements([account], _said((0, None, "beta", None)), frozenset({"beta"}))
    add_statements([account], _said((0, 3600, "beta", "gamma")), frozenset({"beta", "gamma", "delta"}))
    assert account.named == {"beta", "gamma"}
    assert account.statements == 3
    assert (account.first_time, account.last_time) == (AT, AT.replace(hour=1))


def test_names_are_told_of_the_file_that_says_them() -> None:
    accounts = [FileAccount(source_at(Path(f"{name}.csv"))) for name in "ab"]
    add_statements(accounts, _said((0, None, "beta", None), (1, None, None, "gamma")), frozenset({"beta", "gamma"}))
    assert [account.named for account in accounts] == [{"beta"}, {"gamma"}]
    assert [account.statements for account in accounts] == [1, 1]
