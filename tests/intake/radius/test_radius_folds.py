"""RADIUS packets whose times have no zone, around the hour that comes twice as summer time ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NEW_YORK = ZoneInfo("America/New_York")
CHANGE = datetime(2026, 11, 1, 6, tzinfo=UTC)


def clock(at: datetime) -> str:
    return f'"{at.astimezone(NEW_YORK):%H:%M:%S}.120 {at.astimezone(NEW_YORK):%a %b %d %Y}"'


def packet(n: int, at: datetime, talk: int, *, epoch: bool) -> str:
    end = at + timedelta(seconds=4 + talk)
    lines = [
        "Acct-Status-Type = Stop",
        f'Acct-Session-Id = "{n:08X}"',
        f'Called-Station-Id = "1212555{100 + n:04d}"',
        f"h323-setup-time = {clock(at)}",
        f"h323-connect-time = {clock(at + timedelta(seconds=4))}",
        f"h323-disconnect-time = {clock(end)}",
        f"Acct-Session-Time = {talk}",
        *([f"Timestamp = {int(end.timestamp())}"] if epoch else []),
    ]
    return "Sun Nov  1 00:00:00 2026\n" + "".join(f"\t{line}\n" for line in lines) + "\n"


def read_calls(read, path: Path, begun: list[datetime], talks: list[int], *, epoch: bool, zone: str | None):
    packets = [packet(n, at, talk, epoch=epoch) for n, (at, talk) in enumerate(zip(begun, talks, strict=True))]
    path.write_text("".join(packets))
    chunk = read(path, timezone=zone)
    return chunk, chunk.calls.sort("record_id").select("start_time", "answer_time", "end_time", "may_be_later").rows()


@given(st.lists(st.tuples(st.integers(-7_000, 7_000), st.integers(1, 5_000)), min_size=8, max_size=20))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_epochs_of_the_packets_settle_it_whatever_their_order(
    read, tmp_path: Path, said: list[tuple[int, int]]
) -> None:
    begun = [CHANGE + timedelta(seconds=at, microseconds=120_000) for at, _ in said]
    talks = [talk for _, talk in said]
    chunk, calls = read_calls(read, tmp_path / "detail", begun, talks, epoch=True, zone="America/New_York")
    for at, talk, call in zip(begun, talks, calls, strict=True):
        answer = at + timedelta(seconds=4)
        assert call == (at, answer, answer + timedelta(seconds=talk), None)
    assert not [text for _, text in chunk.flags if "both times" in text]


def test_the_file_itself_shows_both_offsets(read, tmp_path: Path) -> None:
    """Without any zone said: what the epochs show of summer and of winter."""
    begun = [CHANGE + timedelta(minutes=20 * n, microseconds=120_000) for n in range(-9, 9)]
    _, calls = read_calls(read, tmp_path / "detail", begun, [60] * len(begun), epoch=True, zone=None)
    assert [call[0] for call in calls] == begun


def test_without_epochs_the_order_of_the_packets_settles_it(read, tmp_path: Path) -> None:
    begun = [CHANGE + timedelta(minutes=7 * n, microseconds=120_000) for n in range(-20, 20)]
    chunk, calls = read_calls(read, tmp_path / "detail", begun, [60] * len(begun), epoch=False, zone="America/New_York")
    assert [call[0] for call in calls] == begun
    assert [call[2] for call in calls] == [at + timedelta(seconds=64) for at in begun]
    assert any("settled by the order of the rows" in text for _, text in chunk.flags)


def test_alone_a_packet_keeps_both_times(read, tmp_path: Path) -> None:
    at = CHANGE + timedelta(minutes=20, microseconds=120_000)
    chunk, calls = read_calls(read, tmp_path / "detail", [at], [60], epoch=False, zone="America/New_York")
    assert (calls[0][0], calls[0][3]) == (at - timedelta(hours=1), 3600)
    assert [text for _, text in chunk.flags] == [
        "times in the hour that America/New_York repeats as summer time ends, kept with both times, as the order of "
        "the rows allows both: 1"
    ]
