"""Whatever bytes come, a reader gives an account of every row or refuses the file."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

import pytest

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.acc_flatstore import AccFlatstore
from hoptrace.intake.formats.acc_gather import CROWDED, MOST_EVENTS
from hoptrace.intake.formats.acc_json import AccJson
from hoptrace.intake.formats.acc_sqlite import AccSqlite
from hoptrace.intake.formats.acc_syslog import AccSyslog
from hoptrace.intake.profile import load_profile
from hoptrace.intake.reading import Source

CASES = (
    (AccFlatstore(), "acc_1.log", "flatstore.toml"),
    (AccFlatstore(), "acc_cdrs_2.log", "flatstore.toml"),
    (AccFlatstore(), "quoted.acc", "quoted.toml"),
    (AccSyslog(), "kamailio-acc.log", None),
    (AccSyslog(), "opensips-acc.log", None),
    (AccJson(), "kamailio-acc-json.log", None),
    (AccSqlite(), "kamailio.sql", None),
)
HOSTILE = (0, 10, 34, 44, 58, 59, 61, 92, 123, 124, 125, 255)


def _damage(data: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.randrange(1, 30)):
        at = rng.randrange(len(damaged))
        damaged[at] = rng.choice(HOSTILE) if rng.random() < 0.5 else rng.randrange(256)
    return bytes(damaged[: rng.randrange(1, len(damaged))] if rng.random() < 0.3 else damaged)


@pytest.mark.parametrize(("reader", "name", "profile"), CASES, ids=[case[1] for case in CASES])
def test_damaged_bytes_never_lose_a_row_nor_raise_anything_else(run, golden, tmp_path, reader, name, profile):
    known = load_profile(golden / profile) if profile else None
    path = tmp_path / name
    data = (golden / name).read_bytes()
    if name.endswith(".sql"):
        path = tmp_path / "kamailio.sqlite"
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(data.decode())
        data = path.read_bytes()
    read = 0
    for seed in range(60):
        path.write_bytes(_damage(data, random.Random(seed)))
        source = Source(0, path, path.name, "")
        reader.detect(source, source.head())
        try:
            outcome = run(reader, [path], known, timezone="UTC")
        except InputRefused:
            continue
        read += 1
        if path.suffix != ".sqlite":
            assert len(outcome.rows) == len(path.read_bytes().splitlines())
    assert read > 0


def test_rows_without_end_of_one_call_id_are_rejected_and_hold_up_no_other_call(run, golden, tmp_path):
    lines = (golden / "acc_1.log").read_text().splitlines()
    path = tmp_path / "acc_1.log"
    crowd = [lines[0].replace("|t1|", f"|t{n}x|") for n in range(MOST_EVENTS + 1)]
    path.write_text("\n".join([*(line.replace("one@", "other@") for line in crowd), *lines]) + "\n")
    outcome = run(AccFlatstore(), [path], load_profile(golden / "flatstore.toml"))
    alone = run(AccFlatstore(), [golden / "acc_1.log"], load_profile(golden / "flatstore.toml"))
    assert outcome.content() == alone.content()
    assert outcome.reasons()[CROWDED] == MOST_EVENTS + 1
