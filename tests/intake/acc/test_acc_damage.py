"""A Call-ID that is none, as it stands on row after row."""

from __future__ import annotations

from hoptrace.intake.formats.acc_flatstore import AccFlatstore
from hoptrace.intake.formats.acc_gather import CROWDED, MOST_EVENTS
from hoptrace.intake.profile import load_profile


def test_rows_without_end_of_one_call_id_are_rejected_and_hold_up_no_other_call(run, golden, tmp_path):
    lines = (golden / "acc_1.log").read_text().splitlines()
    path = tmp_path / "acc_1.log"
    crowd = [lines[0].replace("|t1|", f"|t{n}x|") for n in range(MOST_EVENTS + 1)]
    path.write_text("\n".join([*(line.replace("one@", "other@") for line in crowd), *lines]) + "\n")
    outcome = run(AccFlatstore(), [path], load_profile(golden / "flatstore.toml"))
    alone = run(AccFlatstore(), [golden / "acc_1.log"], load_profile(golden / "flatstore.toml"))
    assert outcome.content() == alone.content()
    assert outcome.reasons()[CROWDED] == MOST_EVENTS + 1
