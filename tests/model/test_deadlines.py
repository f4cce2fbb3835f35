"""Deadlines: how long carriers have to answer and keep their records, by country and by the settings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hoptrace.errors import WorkspaceError
from hoptrace.model.deadlines import Deadlines, ResponseClock, Unit, kept_until, read_clock
from hoptrace.settings.reading import make_settings

FRIDAY = datetime(2026, 11, 6, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("24 hours", "2026-11-07T15:30:00+00:00"),
        ("1 hour", "2026-11-06T16:30:00+00:00"),
        ("10 days", "2026-11-16T15:30:00+00:00"),
        ("1 business day", "2026-11-09T23:59:59+00:00"),
        ("2 business days", "2026-11-10T23:59:59+00:00"),
    ],
)
def test_an_answer_is_due(written, due):
    clock = read_clock(written)
    assert clock.due(FRIDAY).isoformat() == due
    assert read_clock(str(clock)) == clock


def test_a_business_day_is_one_where_the_carrier_is():
    there = FRIDAY.replace(hour=20).astimezone(ZoneInfo("Asia/Bangkok"))  # it is Saturday there
    assert ResponseClock(1, Unit.BUSINESS_DAYS).due(there).isoformat() == "2026-11-09T23:59:59+07:00"


@pytest.mark.parametrize("written", ["", "soon", "0 hours", "24", "24 hours ago", "2 weeks", "-1 days", "1.5 hours"])
def test_what_is_no_clock_is_refused(written):
    with pytest.raises(ValueError, match="24 hours"):
        read_clock(written)


def test_rules_by_country_and_a_default_that_says_so():
    known = Deadlines()
    assert str(known.to_answer("US").value) == "24 hours"
    assert (str(known.to_answer("CA").value), known.kept("CA").value) == ("2 business days", 10)
    assert known.to_answer("FR").assumed
    assert not known.to_answer("US").assumed
    assert known.kept("").assumed


def test_the_settings_come_first():
    table = {"US": "2 hours", "default": "5 days"}
    settings = make_settings({"response": table, "retention": {"FR": 365, "default": 30}}, Path("hoptrace.toml"))
    deadlines = settings.deadlines()
    assert str(deadlines.to_answer("US").value) == "2 hours"
    assert str(deadlines.to_answer("CA").value) == "2 business days"
    assert (str(deadlines.to_answer("FR").value), deadlines.to_answer("FR").assumed) == ("5 days", True)
    assert (deadlines.kept("FR").value, deadlines.kept("FR").assumed, deadlines.kept("DE").value) == (365, False, 30)
    assert settings.digest() == make_settings({}, Path("hoptrace.toml")).digest()


@pytest.mark.parametrize(
    "values",
    [{"response": {"US": "soon"}}, {"response": {"usa": "1 hour"}}, {"response": "1 hour"}, {"retention": {"US": 0}}],
)
def test_a_table_that_makes_no_sense_is_refused(values):
    with pytest.raises(WorkspaceError, match=next(iter(values))):
        make_settings(values, Path("hoptrace.toml"))


def test_the_last_day_of_a_record():
    assert kept_until(date(2026, 2, 25), 10) == date(2026, 3, 7)
