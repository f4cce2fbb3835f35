"""A Call-ID that is none, as it stands on row after row; and lines of any end, however the file is read."""

from __future__ import annotations

import pytest

from hoptrace.intake.formats.acc import lines as acc_lines
from hoptrace.intake.formats.acc.flatstore import AccFlatstore
from hoptrace.intake.formats.acc.gather import CROWDED, MOST_EVENTS
from hoptrace.intake.profile import load_profile
from hoptrace.intake.reading import Source


def test_rows_without_end_of_one_call_id_are_rejected_and_hold_up_no_other_call(run, golden, tmp_path):
    lines = (golden / "acc_1.log").read_text().splitlines()
    path = tmp_path / "acc_1.log"
    crowd = [lines[0].replace("|t1|", f"|t{n}x|") for n in range(MOST_EVENTS + 1)]
    path.write_text("\n".join([*(line.replace("one@", "other@") for line in crowd), *lines]) + "\n")
    outcome = run(AccFlatstore(), [path], load_profile(golden / "flatstore.toml"))
    alone = run(AccFlatstore(), [golden / "acc_1.log"], load_profile(golden / "flatstore.toml"))
    assert outcome.content() == alone.content()
    assert outcome.reasons()[CROWDED] == MOST_EVENTS + 1


@pytest.mark.parametrize("piece", [1, 2, 3, 7])
def test_lines_do_not_depend_on_the_pieces_that_a_file_is_read_in(tmp_path, monkeypatch, piece):
    content = b"a\r\nb\rc\n\n\r\rd\r\n\r\ne"
    path = tmp_path / "acc.log"
    path.write_bytes(content)
    monkeypatch.setattr(acc_lines, "_PIECE", piece)
    lines = list(acc_lines.lines_of(Source(0, path, path.name, "")))
    assert [line.raw for line in lines] == content.splitlines()
    assert [line.ended for line in lines] == [True] * (len(lines) - 1) + [False]
