"""What goes by columns gives the same as what goes one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.intake import distinct
from hoptrace.intake.distinct import of_each
from hoptrace.intake.formats.asterisk import cells as asterisk_cells
from hoptrace.intake.formats.asterisk.cells import cells_of
from hoptrace.intake.formats.asterisk.fields import or_told
from hoptrace.intake.formats.text.splitting import SPACES, split, split_tolerant

ROWS = 40
PIECES = st.lists(st.sampled_from(['"', '""', ",", '","', "a", "1", " ", "\u00a0", "é", "\ufeff"]), max_size=12).map(
    "".join
)


def test_python_s_spaces() -> None:
    assert set(SPACES) == {chr(code) for code in range(0x110000) if chr(code).isspace()}


@given(lines=st.lists(PIECES, min_size=1, max_size=9), cells=st.integers(2, 5))
def test_cells_are_those_of_split(lines: list[str], cells: int) -> None:
    """Among many rows of one width, so that these are split at once."""
    texts = [*lines, *[",".join(['"a ""b"""', *["1"] * (cells - 1)])] * ROWS, *lines]
    data = pl.DataFrame({"row": pl.int_range(1, len(texts) + 1, dtype=pl.Int64, eager=True), "text": texts})
    found = cells_of(data)
    assert found.at_once[cells].height >= ROWS
    told = dict([*found.single, *found.rows_of(found.at_once)])
    assert [told[row] for row in range(1, len(texts) + 1)] == [split(text) for text in texts]


@given(cells=st.lists(st.text(st.characters(exclude_characters='"\r\n', exclude_categories=["Cs"])), min_size=1))
def test_fields_in_quotes_are_divided_where_they_end(cells: list[str]) -> None:
    # A bare number behind a quoted field shows as well that the field has ended.
    line = ",".join(f'"{cell}",7' for cell in cells)
    assert split_tolerant(line) == split(line)


@pytest.mark.parametrize("size", [3, distinct._SHORT + 1])
def test_what_is_said_of_each_text(size: int) -> None:
    texts = pl.Series([None, "b", "a"][:size] + ["b"] * (size - 3), dtype=pl.String)
    told = of_each(texts, lambda text: (text * 2, len(text)), {"twice": pl.String, "length": pl.Int64})
    assert told.rows()[:3] == [(None, None), ("bb", 1), ("aa", 1)]
    assert told.height == size
    assert of_each(texts.clear(2), lambda text: (text,), {"same": pl.String}).rows() == [(None,)] * 2


def test_a_rule_for_one_text_is_asked_where_nothing_is_known() -> None:
    texts = pl.Series("text", ["7", "seven", None])
    asked: list[str] = []
    told = or_told(texts, texts.cast(pl.Int64, strict=False), lambda text: asked.append(text) or len(text))
    assert (told.to_list(), asked) == ([7, 5, None], ["seven"])


def calls(number: int) -> str:
    """Two attempts, the second answered, and an inbound call through a Local channel."""
    start = datetime(2026, 11, 1, 0, 20) + timedelta(seconds=317 * number)  # noqa: DTZ001
    epoch = int((start - datetime(1970, 1, 1)).total_seconds()) + 5 * 3600  # noqa: DTZ001
    called = f"1202555{number:04d}"

    def row(seconds: int, channel: str, to: str, app: str, data: str, said: str, uid: str) -> str:
        at, end = (f"{start + timedelta(seconds=s):%Y-%m-%d %H:%M:%S}" for s in (seconds, seconds + 9))
        clid = '"""A, B"" <1>"' if number % 3 else '""A, B" <1>"'
        answer = at if said == "ANSWERED" else ""
        return (
            f'"","+13125550160","{called}","in",{clid},"{channel}","{to}","{app}","{data}","{at}","{answer}","{end}"'
            f',9,9,"{said}","DOCUMENTATION","{uid}","","","{epoch}.{number}","{number}"'
        )

    local, own, inner = f"Local/3@q-{number:08x}", f"{epoch}.{number}", f"{epoch}.{number}5"
    came = f"PJSIP/oak-{number:08x}"
    return "\n".join([
        row(0, came, f"PJSIP/a-{number:08x}", "Dial", f"PJSIP/{called}@a,60", "BUSY", own),
        row(9, came, f"PJSIP/b-{number:08x}", "Dial", f"SIP/b/{called}|60", "ANSWERED", own),
        row(20, came, "", "Hangup", "34" if number % 2 else "", "FAILED", own),
        row(30, f"PJSIP/elm-{number:08x}", f"{local};1", "Queue", "q", "ANSWERED", f"{own}1"),
        row(31, f"{local};2", f"PJSIP/3-{number:08x}", "Dial", "PJSIP/3", "ANSWERED", inner),
    ])  # fmt: skip


@pytest.mark.parametrize("zone", ["America/Chicago", "-05:00"])
@pytest.mark.parametrize("rows", [7, 60])
def test_nothing_depends_on_what_is_done_at_once(
    tmp_path: Path, read, monkeypatch: pytest.MonkeyPatch, zone: str, rows: int
) -> None:
    path = tmp_path / "Master.csv"
    path.write_text("\n".join(map(calls, range(rows))) + "\n")
    at_once = read(path, given=zone)
    monkeypatch.setattr(asterisk_cells, "_FEW", 10**9)
    monkeypatch.setattr(distinct, "_SHORT", 0)
    one_by_one = read(path, given=zone)
    assert at_once.calls.equals(one_by_one.calls)
    assert at_once.rows.equals(one_by_one.rows)
    assert at_once.flags == one_by_one.flags
    assert at_once.calls.height == 3 * rows
    assert at_once.rows["fate"].unique().to_list() == ["accepted"]


def test_a_call_in_the_repeated_hour_by_itself_has_both_times(tmp_path: Path, read) -> None:
    line = calls(16).splitlines()[1]
    path = tmp_path / "Master.csv"
    path.write_text(line.replace(line.split('"DOCUMENTATION","')[1].split('"')[0], "") + "\n")
    call = read(path, zone="America/Chicago").calls.row(0, named=True)
    assert call["start_time"] == datetime(2026, 11, 1, 6, 44, 41, tzinfo=UTC)
    assert call["may_be_later"] == 3600
    assert call["end_time"] - call["start_time"] == timedelta(seconds=9)
