"""A replayed trace gives the same bytes, whatever was submitted since."""

from __future__ import annotations

import json
from pathlib import Path

HEADER = "start_time,answer_time,duration,calling_number,called_number,upstream,customer,downstream\n"
ORIG = "2026-11-02T15:00:00Z,2026-11-02T15:00:04Z,30,+12025550143,+13125550187,,cust-1,term\n"
TERM = "2026-11-02T15:00:00Z,2026-11-02T15:00:04Z,30,+12025550143,+13125550187,orig,,\n"


def test_a_replay_gives_the_same_bytes(run):
    def done(*words: str) -> str:
        outcome = run(*words)
        assert outcome.exit_code == 0, outcome.output
        return outcome.stdout

    Path("carriers.csv").write_text("carrier_id,country\norig,US\nterm,US\nlate,US\n")
    for name, text in (("term", TERM), ("orig", ORIG), ("late", ORIG.replace("cust-1", "cust-2"))):
        Path(f"{name}.csv").write_text(HEADER + text)
    Path("calls.csv").write_text("call_ref,start_time,called_number\nc,2026-11-02T15:00:00Z,+13125550187\n")
    done("init")
    done("carriers", "load", "carriers.csv")
    done("submit", "term.csv", "--carrier", "term")
    call = ("trace", "--called", "+13125550187", "--at", "2026-11-02T15:00:00Z", "--json")
    first = done(*call)
    told = json.loads(first)
    assert told["verdict"] == "non_participating"
    done("submit", "orig.csv", "--carrier", "orig")
    done("submit", "late.csv", "--carrier", "late")
    assert done(*call) != first
    assert done(*call, "--replay", f"{told['lake_version']}:{told['clock_version']}") == first
    for versions, says in (
        (f"{told['lake_version']}:99", "There is no clock table 99."),
        (f"{told['lake_version']}:{told['clock_version']}:7", "There is no version 7 of the certificates"),
        ("99:0", "The lake has no version 99"),
    ):
        for asked in (call, ("trace", "--calls", "calls.csv", "--out", "out.jsonl")):
            refused = run(*asked, "--replay", versions)
            assert (refused.exit_code, refused.stdout) == (4, "")
            assert says in refused.stderr
    assert not [path for path in Path().iterdir() if path.name.startswith("out.jsonl")]
