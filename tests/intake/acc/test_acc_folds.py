"""Accounting rows with local times over the changes of summer time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoptrace.intake.formats.acc.flatstore import AccFlatstore
from hoptrace.intake.profile import load_profile

READER, CHICAGO = AccFlatstore(), ZoneInfo("America/Chicago")
END = datetime(2026, 11, 1, 7, tzinfo=UTC)
HOUR = "times in the hour that America/Chicago repeats as summer time ends"


def row(number: int, method: str, at: datetime, call: int) -> str:
    time = f"{at.astimezone(CHICAGO):%Y-%m-%d %H:%M:%S}"
    numbers = '"2125550111","203.0.113.20","","2125550112","203.0.113.30:5060","1"'
    return f'"{number}","{method}","f{call}","t{call}","{call}@example.net","200","OK","{time}",{numbers}\n'


def read(run, golden: Path, path: Path, rows: list[tuple[str, datetime, int]]):
    path.write_text("".join(row(number, *said) for number, said in enumerate(rows, start=1)))
    return run(READER, [path], load_profile(golden / "quoted.toml"), timezone="America/Chicago")


@given(st.lists(st.integers(60, 900), min_size=25, max_size=30), st.integers(5, 5_000))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_invites_and_byes_in_order_give_back_the_true_times(
    run, golden, tmp_path: Path, waits: list[int], talk: int
) -> None:
    begun = [END - timedelta(hours=2) + timedelta(seconds=sum(waits[: n + 1])) for n in range(len(waits))]
    said = [("INVITE", at, n) for n, at in enumerate(begun)]
    said += [("BYE", at + timedelta(seconds=talk), n) for n, at in enumerate(begun)]
    outcome = read(run, golden, tmp_path / "acc_1.log", sorted(said, key=lambda each: each[1]))
    calls = outcome.calls.sort("call_id")
    true = dict(enumerate(begun))
    flags = " ".join(text for _, text in outcome.chunks[0].flags)
    for call_id, start, end in calls.select("call_id", "start_time", "end_time").iter_rows():
        n = int(call_id.partition("@")[0])
        assert "kept with both times" in flags or start == true[n]
        assert "kept with both times" in flags or end == true[n] + timedelta(seconds=talk)


def test_the_second_pass_and_what_is_settled_are_told(run, golden, tmp_path: Path) -> None:
    minutes = [-70, -50, -10, 10, 40, 70]
    said = [("INVITE", END + timedelta(minutes=each), n) for n, each in enumerate(minutes)]
    outcome = read(run, golden, tmp_path / "acc_1.log", said)
    assert outcome.calls.sort("call_id")["start_time"].to_list() == [at for _, at, _ in said]
    assert (0, f"{HOUR}, settled by the order of the rows: 4") in outcome.chunks[0].flags


def test_a_time_that_does_not_exist_is_shifted_and_told(run, golden, tmp_path: Path) -> None:
    path = tmp_path / "acc_1.log"
    path.write_text(row(1, "INVITE", END, 1).replace("2026-11-01 01:00:00", "2026-03-08 02:30:00"))
    outcome = run(READER, [path], load_profile(golden / "quoted.toml"), timezone="America/Chicago")
    assert outcome.calls["start_time"].to_list() == [datetime(2026, 3, 8, 8, 30, tzinfo=UTC)]
    told = "times in the hour that America/Chicago leaves out as summer time begins, shifted: 1"
    assert (0, told) in outcome.chunks[0].flags
