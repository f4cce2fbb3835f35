from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoptrace.errors import InputRefused

Read = Callable[..., Any]
RELAXED = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
HEADER = b"start_time,answer_time,duration,called_number,customer,record_id\n"
_rows = st.lists(
    st.sampled_from(
        [
            b"2026-11-24T02:03:04Z,,0,+12025550101,,%d\n",
            b"2026-11-24T02:03:04.5Z,2026-11-24T02:03:09Z,7,+12025550102,,%d\n",
            b'2026-11-24T02:03:05Z,,,"+1,202","A ""B""",%d\n',
            b'2026-11-24T02:03:06Z,,,+12025550103,"two\nlines",%d\n',
            b"2026-11-24T02:03:06,,,+12025550103,,%d\n",
            b"\n",
        ]
    ),
    max_size=12,
)
_strokes = st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=3), st.integers(0, 40)), max_size=5)


def _take(take: Read, content: bytes, name: str = "cdr.csv") -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return take(path)


def _file(rows: list[bytes]) -> bytes:
    return HEADER + b"".join(row % number if b"%d" in row else row for number, row in enumerate(rows))


@RELAXED
@given(rows=_rows, strokes=_strokes)
def test_damage_never_loses_a_line(take: Read, rows: list[bytes], strokes: list[tuple[float, bytes, int]]) -> None:
    content = _file(rows)
    for where, written, length in strokes:
        start = int(where * len(content))
        content = content[:start] + written + content[start + length :]
    try:
        taken = _take(take, content)
    except InputRefused as refused:
        assert "cdr.csv" in str(refused)
        return
    lines = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    count = lines.count(b"\n") + (not lines.endswith(b"\n"))
    numbers = taken.rows["row"].to_list()
    assert numbers == sorted(set(numbers))
    assert numbers[0] == 1
    # A record begins where the one before it ends: only quoted line ends make row numbers jump.
    split = lines.split(b"\n")[:count]
    for row, following in zip(numbers, [*numbers[1:], count + 1], strict=True):
        assert following == row + 1 or b"\n".join(split[row - 1 : following - 1]).count(b'"') % 2 == 0
    for row, fate, raw in taken.rows.select("row", "fate", "raw").iter_rows():
        if fate == "rejected":
            assert lines.split(b"\n")[row - 1].startswith(raw.split(b"\n")[0])


@RELAXED
@given(rows=_rows, order=st.randoms(use_true_random=False), columns=st.permutations(range(3)))
def test_order_of_rows_does_not_change_the_calls(take: Read, rows: list[bytes], order: Any, columns: list[int]) -> None:
    numbered = [row % number if b"%d" in row else row for number, row in enumerate(rows)]
    mixed = list(numbered)
    order.shuffle(mixed)
    first = _take(take, HEADER + b"".join(numbered)).calls.drop("call", "row").sort("record_id")
    second = _take(take, HEADER + b"".join(mixed)).calls.drop("call", "row").sort("record_id")
    assert first.equals(second)


@RELAXED
@given(names=st.permutations(["start_time", "called_number", "duration", "record_id", "upstream", "extra"]))
def test_order_of_columns_does_not_change_the_calls(take: Read, names: list[str]) -> None:
    values = {
        "start_time": "2026-11-24T02:03:04.5Z",
        "called_number": "+12025550101",
        "duration": "3",
        "record_id": '"a,1"',
        "upstream": "bravo",
        "extra": "x",
    }
    content = ",".join(names) + "\n" + ",".join(values[name] for name in names) + "\n"
    call = _take(take, content.encode()).calls.to_dicts()[0]
    assert (call["called_number"], call["duration"], call["record_id"]) == ("+12025550101", 3.0, "a,1")
    assert (call["upstream"], call["precision"]) == ("bravo", 100_000)
