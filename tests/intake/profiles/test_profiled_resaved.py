"""Files that went through a spreadsheet are recognised, and the whole batch is flagged."""

from __future__ import annotations

FIELDS = '[fields]\nstart_time = "start"\ncalling_number = "calling"\ncalled_number = "called"\n'
TIMES = '[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\ntimezone = "UTC"\n' + FIELDS


def rows(*times: str, called: str = "13125550187") -> str:
    return "start,calling,called\n" + "".join(f"{at},1202555014{n % 10},{called}\n" for n, at in enumerate(times))


def test_numbers_cut_to_an_exponent(taken) -> None:
    told = taken(rows("2026-11-02 08:00:01", called="9.12678E+11"), TIMES)
    assert told.flags == [
        "numbers such as 9.1E+11 (1): re-saved by a spreadsheet. Ask for the file as the switch wrote it."
    ]


def test_lost_seconds(taken) -> None:
    told = taken(rows(*(f"2026-11-02 08:0{n}:00" for n in range(5))), TIMES)
    assert told.calls["precision"].unique().to_list() == [60_000_000]
    assert told.flags == [
        "every start time is on a full minute: the seconds were cut. Ask for the file as the switch wrote it."
    ]


def test_four_full_minutes_may_be_chance(taken) -> None:
    assert taken(rows(*(f"2026-11-02 08:0{n}:00" for n in range(4))), TIMES).flags == []


def test_dates_in_the_spreadsheet_s_own_spelling(taken) -> None:
    told = taken(rows("2026/2/10 22:41", "2026/2/10 22:42"), TIMES)
    assert [str(at) for at in told.calls["start_time"]] == ["2026-02-10 22:41:00+00:00", "2026-02-10 22:42:00+00:00"]
    assert told.calls["precision"].to_list() == [60_000_000] * 2
    assert told.flags[0].startswith("times respelled by a spreadsheet (2): seconds may be lost.")


def test_day_and_month_are_told_apart_only_by_a_day_above_12(taken) -> None:
    told = taken(rows("1/9/2026 10:00", "25/9/2026 10:01"), TIMES)
    assert [str(at)[:10] for at in told.calls["start_time"]] == ["2026-09-01", "2026-09-25"]
    told = taken(rows("9/1/2026 10:00", "9/25/2026 10:01"), TIMES)
    assert [str(at)[:10] for at in told.calls["start_time"]] == ["2026-09-01", "2026-09-25"]
    told = taken(rows("1/9/2026 10:00"), TIMES)
    assert told.reasons() == {2: ["start time not understood"]}


def test_lost_plus_signs_where_the_switch_always_writes_them(taken) -> None:
    times = [f"2026-11-02 08:00:{n:02d}" for n in range(5)]
    explicit = TIMES + "[numbers]\nexplicit = true\n"
    assert taken(rows(*times), explicit).flags == [
        "no number has its + or 00: re-saved by a spreadsheet. Ask for the file as the switch wrote it."
    ]
    assert taken(rows(*times, called="0013125550187"), explicit).flags == []
    assert taken(rows(*times), TIMES).flags == []
