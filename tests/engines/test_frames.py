"""Parts packed in frames: whatever the order of the calls and the parts, the lines come back in the calls' order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptrace.catalog.filing import line_in
from hoptrace.engines.finished import Finished
from hoptrace.engines.frames import (
    LEAST_STRETCH,
    MOST_LINES,
    PLACE,
    VERDICT,
    VERDICTS,
    pack,
    stretch_of,
)
from hoptrace.engines.stretches import read_stretch
from hoptrace.model.verdicts import Verdict
from hoptrace.tracing.result_lines import ResultLines


def _line(place: int) -> str:
    return f'{{"place":{place},"é":"{"x" * (place % 7)}"}}\n'


def _verdict(place: int) -> Verdict:
    return Verdict(VERDICTS[place % len(VERDICTS)])


def _packed(places: Sequence[int], stretch: int) -> bytes:
    """A part of calls at these places, packed; each line in as many pieces as its place says, the calls backwards."""
    cut = [_cut(_line(place), place % 5 + 1) for place in reversed(places)]
    begin = np.cumsum([0, *map(len, cut)])
    pieces = pl.Series([piece for line in cut for piece in line], dtype=pl.String)
    verdicts = [_verdict(place) for place in reversed(places)]
    told = ResultLines(np.arange(len(places))[::-1], verdicts, pieces, begin)
    return pack(told, np.array(places, np.int64), stretch)


def _cut(line: str, amount: int) -> list[str]:
    return [*line[: amount - 1], line[amount - 1 :]]


def _whole(places: Iterable[int]) -> bytes:
    return "".join(map(_line, sorted(places))).encode()


@given(st.lists(st.integers(0, 5), min_size=1, max_size=4), st.randoms())
def test_lines_are_parted_by_the_numbers_of_their_calls(amounts: list[int], random: Random) -> None:
    order = random.sample(range(sum(amounts)), sum(amounts))
    texts = [[_line(call), "!"][: call % 2 + 1] for call in order]
    pieces = pl.Series([piece for each in texts for piece in each], dtype=pl.String)
    begin = np.cumsum([0, *map(len, texts)])
    told = ResultLines(np.array(order, np.int64), [_verdict(call) for call in order], pieces, begin)
    first = 0
    for amount, part in zip(amounts, told.parted(amounts), strict=True):
        mine = [place for place, call in enumerate(order) if first <= call < first + amount]
        assert part.calls.tolist() == [order[place] - first for place in mine]
        assert part.verdicts == [_verdict(order[place]) for place in mine]
        assert part.text(0, amount).decode() == "".join("".join(texts[place]) for place in mine)
        first += amount


@settings(max_examples=40, deadline=None)
@given(
    order=st.integers(0, 400).flatmap(lambda amount: st.permutations(range(amount))),
    part=st.integers(1, 90),
    stretch=st.integers(1, 120),
)
def test_lines_come_back_in_order(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], part: int, stretch: int
) -> None:
    finished = Finished(tmp_path_factory.mktemp("parts"), {"run": 1})
    for number, start in enumerate(range(0, len(order), part)):
        finished.keep(number, _packed(order[start : start + part], stretch))
    read = [read_stretch(finished.folder, frames) for frames in finished.stretches()]
    assert b"".join(piece for each in read for piece in each.pieces()) == _whole(order)
    assert all(len(set((each.calls[:, PLACE] // stretch).tolist())) == 1 for each in read)
    for each in read:
        told = zip(each.calls[:, PLACE], each.calls[:, VERDICT], each.frames, each.lines, strict=True)
        for place, verdict, frame, line in told:
            assert line_in(zstandard.decompress(each.packed[frame]), line) == _line(int(place)).rstrip("\n").encode()
            assert VERDICTS[verdict] == _verdict(int(place))


def test_a_frame_is_small_and_a_stretch_grows_with_the_parts(tmp_path: Path) -> None:
    finished = Finished(tmp_path, {})
    finished.keep(0, _packed(range(100), 1_000))
    (frames,) = finished.stretches()
    assert (
        max(len(zstandard.decompress(frame).splitlines()) for frame in read_stretch(tmp_path, frames).packed)
        == MOST_LINES
    )
    assert stretch_of(1) == LEAST_STRETCH
    assert stretch_of(10_000) == 160_000


def test_no_parts_have_no_stretches(tmp_path: Path) -> None:
    finished = Finished(tmp_path, {})
    assert finished.stretches() == []
    finished.keep(0, _packed([], 10))
    assert np.concatenate([np.empty((0, 6)), *finished.stretches()]).size == 0


@pytest.mark.parametrize("left", [0, 5, 8, 100, -1])
def test_a_part_that_lost_its_end_is_not_taken_up(tmp_path: Path, left: int) -> None:
    finished = Finished(tmp_path, {"run": 1})
    for number in range(3):
        finished.keep(number, _packed(range(20 * number), 1_000))
    assert Finished(tmp_path, {"run": 1}).taken_up == 3
    whole = (tmp_path / "2.part").read_bytes()
    (tmp_path / "2.part").write_bytes(whole[:left])
    assert Finished(tmp_path, {"run": 1}).numbers() == {0, 1}
    (tmp_path / "2.part").write_bytes(bytes(len(whole)))
    assert Finished(tmp_path, {"run": 1}).numbers() == {0, 1}
    assert Finished(tmp_path, {"run": 2}).stale
    assert not list(tmp_path.glob("*.part"))
