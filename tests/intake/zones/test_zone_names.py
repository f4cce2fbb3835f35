from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from hoptrace.errors import TimezoneMissing
from hoptrace.intake.formats.clocks.stamp_zones import Beside, Stamp, StampZones, all_zones
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Context, Zone
from hoptrace.intake.zone_measuring import Measured
from hoptrace.intake.zone_names import HOURS, HOURS_BY_COUNTRY, stated_offset
from hoptrace.intake.zone_settling import ZoneWords, fixed_zone
from hoptrace.model.carriers import Carrier

WINTER, SUMMER = datetime(2026, 1, 15, 12), datetime(2026, 7, 15, 12)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("word", "hours"), [("UTC", 0), ("Z", 0), ("GMT+4", 4), ("GMT-08:00", -8), ("+05:30", 5.5), ("-0330", -3.5)]
)
def test_offsets_that_a_word_states(word: str, hours: float) -> None:
    assert stated_offset(word) == timedelta(hours=hours)


@pytest.mark.parametrize("word", ["", "PST", "GMT+15", "UTC+5:75", "+5:30:00", "GMT+"])
def test_what_states_no_offset(word: str) -> None:
    assert stated_offset(word) is None


@pytest.mark.parametrize("word", ["CST", "MST", "BST", "IST", "AST"])
def test_words_of_several_zones_stand_for_none(word: str) -> None:
    assert word not in HOURS
    assert fixed_zone(word) is None


def test_a_word_of_one_zone_is_fixed_whatever_its_case() -> None:
    zone = fixed_zone("pst")
    assert zone is not None and zone.utcoffset(None) == timedelta(hours=-8)


def context(country: str = "", *, directory: str = "", given: str | None = None) -> Context:
    return Context(Carrier("oak", country=country, timezone=directory), Profile(), given)


def beside(local: datetime, *moments: datetime) -> Beside:
    """One time of a word, and the moments that rows with this time say it was."""
    micros = [round(moment.timestamp() * 1e6) for moment in moments]
    written = round(local.replace(tzinfo=UTC).timestamp() * 1e6)
    return Beside(local, np.full(len(micros), written), np.array(micros, np.int64))


def hours(words: ZoneWords, word: str, local: datetime = WINTER) -> float | None:
    offset = words.offset(word, local)
    return None if offset is None else offset / timedelta(hours=1)


def test_no_word_is_in_both_tables() -> None:
    assert HOURS_BY_COUNTRY.keys().isdisjoint(HOURS)


def test_what_settles_a_word_of_several_zones() -> None:
    """Epochs of the file before what was given, that before the country."""
    assert hours(ZoneWords(context("US")), "CST") == -6
    assert hours(ZoneWords(context("US", directory="Asia/Shanghai")), "CST") == 8
    assert hours(ZoneWords(context("US", directory="Asia/Shanghai", given="+05:00")), "CST") == 5
    shown = ZoneWords(context("US", given="+05:00"), {"CST": Measured(timedelta(hours=-5), (), WINTER, 3, 3, "x")})
    assert hours(shown, "cst") == -5
    nothing = ZoneWords(context())
    assert hours(nothing, "CST") is None
    assert nothing.ambiguous == ["CST"]


def test_a_zone_settles_only_the_word_that_it_uses_at_that_time() -> None:
    words = ZoneWords(context("IN", directory="Asia/Kolkata"))
    assert hours(words, "CST", SUMMER) is None
    assert hours(words, "IST", SUMMER) == 5.5
    assert words.zones() == [Zone("Asia/Kolkata", "from the carrier directory, for IST")]


def test_a_word_tells_which_pass_of_a_repeated_hour_is_meant() -> None:
    words = ZoneWords(context(directory="America/Chicago"))
    assert hours(words, "CST", datetime(2026, 11, 1, 1, 30)) == -6  # noqa: DTZ001
    assert hours(words, "CDT", datetime(2026, 11, 1, 1, 30)) == -5  # noqa: DTZ001


def test_rows_with_epochs_and_rows_without_share_the_meaning_of_a_word() -> None:
    """RADIUS and the border controllers ask the same table: the country settles what no epoch shows."""
    zones = StampZones.of(context("CN"), {"CST": beside(WINTER)}, "Timestamp")
    assert zones.to_utc(Stamp(WINTER, "CST", 1)) == datetime(2026, 1, 15, 4, tzinfo=UTC)
    assert all_zones([zones]) == Zone("CST = UTC+08:00", "from the carrier's country, CN")
    shown = StampZones.of(context("CN"), {"CST": beside(WINTER, datetime(2026, 1, 15, 18, tzinfo=UTC))}, "Timestamp")
    assert shown.to_utc(Stamp(SUMMER, "CST", 1)) == datetime(2026, 7, 15, 18, tzinfo=UTC)
    with pytest.raises(TimezoneMissing, match=r"country in carriers\.csv"):
        StampZones.of(context(), {"CST": beside(WINTER)}, "Timestamp")
