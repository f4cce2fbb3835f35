"""How many rows a second each row-by-row reader reads: its golden file over and over, every repetition other calls.

    pytest benchmarks/test_switch_readers.py -q

Reading only, without numbers, trunks and the lake; the aim is 20,000 rows a second on one processor, whose seconds are
counted. A new reader is one line in `CASES`. `benchmarks/golden_readers.py` prints the table of these and of the
vendors' formats, short files too; `benchmarks/readers.py` reads a simulated carrier's files instead.
"""

from __future__ import annotations

import gc
import re
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from hoptrace.intake.collecting import collection_paused
from hoptrace.intake.formats import readers
from hoptrace.intake.profile import Profile, load_profile
from hoptrace.intake.reading import Context, Source
from hoptrace.model.carriers import Carrier

FORMATS = Path(__file__).parents[1] / "fixtures" / "formats"
ROWS = 20_000


@dataclass(frozen=True)
class Case:
    """A reader, a golden file, and what makes each repetition of it other calls: `pattern` becomes `text` with {n}."""

    reader: str
    golden: str
    pattern: str
    text: str
    profile: str = ""

    @property
    def is_document(self) -> bool:
        """Whether the golden file is one document, which is one row."""
        return self.golden.endswith(".json")


CASES = (
    Case("acc_flatstore", "acc/acc_1.log", r"@example\.net", "{n}@example.net", "acc/flatstore.toml"),
    Case("acc_syslog", "acc/kamailio-acc.log", r"@example\.net", "{n}@example.net"),
    Case("acc_json", "acc/kamailio-acc-json.log", r"@example\.net", "{n}@example.net"),
    Case("acc_dump", "acc/mysqldump.dump", r"@example\.net", "{n}@example.net"),
    Case("acc_sqlite", "acc/kamailio.sql", r"@example\.net", "{n}@example.net"),
    Case("asterisk", "asterisk/Master.csv", r'"(\d{10})\.', r'"\g<1>.{n}'),
    Case("yate", "yate/yate-cdr.tsv", r"(\d{10}-\d+)\t", "\\g<1>{n}\t"),
    Case("yate", "yate/combined.csv", r"(\d{10}-\d+)", r"\g<1>{n}"),
    Case("freeswitch_json", "freeswitch/a_leg.cdr.json", r"-4000-8000-", "-4000-{n:04x}-"),
    Case("acme", "acme/cdr20231218.csv", r"@(198|203)", r"{n}@\g<1>"),
    Case("acme_measured", "acme/cdr-scz-306.csv", r"@(198|203)", r"{n}@\g<1>"),
    Case("ribbon_act", "ribbon/1000A0B.ACT", r"0x0001", "0x{n:04X}"),
    Case("audiocodes", "audiocodes/syslog.log", r"a1b2c3:12:5", "a1b2c3:{n}:5"),
)


def repeated(case: Case, folder: Path, rows: int, first: int = 0) -> Path:
    """The golden file until it has so many rows, its repetitions numbered from `first`."""
    text = (FORMATS / case.golden).read_text(encoding="latin-1")
    often = range(first, first + (rows if case.is_document else rows // max(1, text.count("\n"))))
    pattern = re.compile(case.pattern)
    parts = [pattern.sub(re.sub(r"\{n[^}]*\}", lambda m, n=n: m[0].format(n=n), case.text), text) for n in often]
    path = folder / Path(case.golden).name
    if not case.golden.endswith(".sql"):
        path.write_text("\n".join(parts) if case.is_document else "".join(parts), encoding="latin-1")
        return path
    with sqlite3.connect(path.with_suffix(".sqlite")) as database:
        database.executescript(text)
        for part in parts:
            rows = re.sub(r"\(\d+, ", "(NULL, ", part)  # the tables number them
            database.executescript(";".join(each for each in rows.split(";\n") if each.startswith("INSERT")))
    database.close()
    return path.with_suffix(".sqlite")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.reader}-{Path(case.golden).name}")
def test_rows_a_second(benchmark, case: Case, tmp_path: Path) -> None:
    """`rows a second` of the quickest of three rounds is in extra_info."""
    path = repeated(case, tmp_path, ROWS // 10 if case.is_document else ROWS)
    (reader,) = [each for each in readers() if each.name == case.reader]
    context = Context(
        Carrier("oak", country="US"), load_profile(FORMATS / case.profile) if case.profile else Profile(), "UTC"
    )
    rates: list[float] = []

    def read() -> int:
        gc.collect()
        begin = time.process_time()
        with collection_paused():
            rows = [chunk.rows for chunk in reader.read([Source(0, path, path.name, "")], context)]
        count = sum(frame.height for frame in rows)
        rates.append(count / (time.process_time() - begin))
        return sum(frame.filter(fate="accepted").height for frame in rows)

    assert benchmark.pedantic(read, rounds=3) > 0
    benchmark.extra_info["rows a second"] = round(max(rates))
