"""Damaged and hostile files, for every reader: nothing but hoptrace's own errors, and no row lost.

Seeds are the golden files under fixtures/formats that `--format auto` gives to a reader; a new format is in by having
one. A profile beside them (*.toml with the reader's format) is used.
"""

from __future__ import annotations

import gzip
import itertools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoptrace.errors import HoptraceError
from hoptrace.intake.detect import find_format
from hoptrace.intake.formats import readers
from hoptrace.intake.profile import Profile, load_profile
from hoptrace.intake.reading import FormatReader, Source

FIXTURES = Path(__file__).parents[3] / "fixtures" / "formats"
NO_SEEDS = {".toml", ".sql", ".md"}
NAMES = [reader.name for reader in readers()]
BY_LINE = {"acc_json", "acc_syslog", "acc_flatstore", "yate", "asterisk", "acme", "ribbon_act", "audiocodes"}
"""Readers whose rows are the file's lines, one each."""

DELIMITERS = [b",", b"|", b"\t", b";", b" ", b"=", b'"', b":"]
WORDS = [
    *(
        b"",
        b'"',
        b'""',
        b"'",
        b",",
        b";",
        b"|",
        b"\t",
        b"\\",
        b"=",
        b"\0",
        b"\r",
        b"\n",
        b"\r\n",
        b"\xff\xfe",
        b"\xa5\xa5",
    ),
    *(
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        b"\xe2\x80\xa8",
        b"\x85",
        b"NULL",
        b"-",
        b"nan",
        b"inf",
        b"-1",
        b"1e999",
        b"0x",
    ),
    *(b"9" * 40, b"9" * 5000, b"99999999999999999999", b"0000-00-00 00:00:00", b"9999-12-31 23:59:59", b"0001-01-01"),
    *(
        b"31/02/2024",
        b"25:61:61",
        b"1970-01-01T00:00:00Z",
        b"9.1E+11",
        b"=cmd()",
        b"<sip:",
        b">",
        b"%00",
        b"%2C%22",
        b"{",
    ),
    *(
        b"[" * 3000,
        b'{"a":' * 3000,
        b"<a>" * 3000,
        b"<!ENTITY a 'b'>",
        b"]]>",
        b"<![CDATA[",
        b"\xf0\x9f\x98\x80",
        b"\xd9\xa3",
    ),
]


@dataclass(frozen=True)
class Seed:
    """A valid file of a format, and the profile that it needs."""

    name: str
    content: bytes
    profile: Profile


def _sound(path: Path) -> Iterator[tuple[str, Seed]]:
    """The reader of a golden file, as the profile of its own name says or as the file shows, and the file as a seed."""
    profiles = [load_profile(each) for each in sorted(path.parent.glob("*.toml"))]
    own = next((profile for profile in profiles if profile.name == path.stem and profile.format), None)
    source = Source(0, path, path.name, "")
    claims = [claim for reader in readers() if (claim := reader.detect(source, source.head())) is not None]
    name = own.format if own else max(claims, key=lambda claim: claim.sure).format if claims else None
    if name is not None:
        fitting = own or next((profile for profile in profiles if profile.format == name), Profile())
        yield name, Seed(path.name, path.read_bytes(), fitting)


def _made(folder: Path) -> Iterator[tuple[str, Seed]]:
    """Seeds that no golden file is: the canonical rows in other clothes, and a database of accounting rows."""
    rows = pl.read_csv(FIXTURES / "canonical" / "acme.csv", infer_schema=False)
    yield "canonical", Seed("rows.ndjson", rows.write_ndjson().encode(), Profile())
    rows.write_parquet(folder / "rows.parquet")
    yield "canonical", Seed("rows.parquet", (folder / "rows.parquet").read_bytes(), Profile())
    with sqlite3.connect(folder / "acc.sqlite") as database:
        database.executescript((FIXTURES / "acc" / "kamailio.sql").read_text(encoding="utf-8"))
    database.close()
    yield "acc_sqlite", Seed("acc.sqlite", (folder / "acc.sqlite").read_bytes(), Profile())


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Seed]]:
    """Valid files of every reader."""
    found: dict[str, list[Seed]] = {}
    files = [path for path in sorted(FIXTURES.rglob("*")) if path.is_file() and path.suffix not in NO_SEEDS]
    sound = (pair for path in files for pair in _sound(path))
    for name, seed in itertools.chain(sound, _made(tmp_path_factory.mktemp("seeds"))):
        found.setdefault(name, []).append(seed)
    return found


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A new file each time: some libraries remember what they read under a path."""
    folder, number = tmp_path_factory.mktemp("hostile"), itertools.count()

    def place(name: str) -> Path:
        made = folder / str(next(number))
        made.mkdir()
        return made / name

    return place


@cache
def reader_named(name: str) -> FormatReader:
    return next(reader for reader in readers() if reader.name == name)


def swapped(lines: list[bytes], delimiter: bytes, one: int, other: int) -> list[bytes]:
    """The lines with two of their columns swapped."""
    rows = [line.split(delimiter) for line in lines]
    for cells in rows:
        if max(one, other) < len(cells):
            cells[one], cells[other] = cells[other], cells[one]
    return [delimiter.join(cells) for cells in rows]


def with_cell(lines: list[bytes], row: int, delimiter: bytes, column: int, word: bytes) -> list[bytes]:
    """The lines with another value in one place."""
    row %= len(lines)
    cells = lines[row].split(delimiter)
    cells[column % len(cells)] = word
    return [*lines[:row], delimiter.join(cells), *lines[row + 1 :]]


def mutated(draw: st.DrawFn, content: bytes, other: bytes) -> bytes:
    """One thing done to a file that some damage, or somebody, does."""
    at, size = draw(st.integers(0, max(len(content) - 1, 0))), draw(st.integers(0, 60))
    word = draw(st.sampled_from(WORDS) | st.binary(max_size=6))
    lines = content.split(b"\n")
    done = {
        "flipped": lambda: (
            content[:at] + bytes([content[at] ^ (1 << size % 8)] if content else b"") + content[at + 1 :]
        ),
        "replaced": lambda: content[:at] + word + content[at + size :],
        "cut off": lambda: content[:at],
        "begun late": lambda: content[at:],
        "repeated": lambda: content[: at + size] + content[at:],
        "shuffled": lambda: b"\n".join(draw(st.permutations(lines[:40]))) + b"\n" + b"\n".join(lines[40:]),
        "cell": lambda: b"\n".join(with_cell(lines, at, draw(st.sampled_from(DELIMITERS)), size, word)),
        "columns": lambda: b"\n".join(swapped(lines, draw(st.sampled_from(DELIMITERS)), at % 20, size % 20)),
        "line ends": lambda: content.replace(b"\n", draw(st.sampled_from([b"\r", b"\r\n", b"\n\n", b"\0\n"]))),
        "joined": lambda: content[:at] + other,
        "doubled": lambda: content + content,
    }
    return done[draw(st.sampled_from(sorted(done)))]()


@st.composite
def hostile(draw: st.DrawFn, own: list[Seed], foreign: list[Seed]) -> Seed:
    """A seed with a few things done to it."""
    seed = draw(st.sampled_from(own))
    content, other = seed.content, draw(st.sampled_from(foreign)).content
    for _ in range(draw(st.integers(1, 4))):
        content = mutated(draw, content, other)
    packing = draw(st.sampled_from(["", "", "", ".gz", ".zst"]))
    if packing:
        content = gzip.compress(content, 1) if packing == ".gz" else zstandard.compress(content)
        content = content[: draw(st.integers(1, len(content)))] if draw(st.booleans()) else content
    return replace(seed, name=seed.name + packing, content=content)


@pytest.mark.parametrize("name", NAMES)
def test_every_reader_takes_its_golden_files(
    name: str, seeds: dict[str, list[Seed]], places: Any, take_in: Any
) -> None:
    assert name in seeds, f"put a golden file of {name} under fixtures/formats, so that it is tested with damaged ones"
    accepted = 0
    for seed in seeds[name]:
        path = places(seed.name)
        path.write_bytes(seed.content)
        accepted += take_in(reader_named(name), [path], seed.profile).accepted
    assert accepted


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damage_loses_no_row(
    name: str, data: st.DataObject, seeds: dict[str, list[Seed]], places: Any, take_in: Any
) -> None:
    foreign = [seed for each in seeds.values() for seed in each]
    seed = data.draw(hostile(seeds.get(name, foreign), foreign))
    sound = data.draw(st.sampled_from(seeds.get(name, foreign)))
    path, beside = places(seed.name), places(sound.name)
    path.write_bytes(seed.content)
    beside.write_bytes(sound.content)
    together = [path, beside] if reader_named(name).grouped and data.draw(st.booleans()) else [path]
    with suppress(HoptraceError):
        find_format(Source(0, path, path.name, ""), readers(), seed.profile)
    try:
        took = take_in(reader_named(name), together, seed.profile)
    except HoptraceError as refused:
        assert str(refused).endswith((".", "»")), "a refusal is a sentence"
        return
    if name in BY_LINE:
        for at, each in enumerate(together):
            lines_are_there(took.rows.filter(pl.col("file") == at)["row"].sort().to_list(), each)


def lines_are_there(rows: list[int], path: Path) -> None:
    with Source(0, path, path.name, "").open() as stream:
        content = stream.read()
    assert rows == list(range(1, len(rows) + 1)), "a line is missing"
    assert len(rows) in {len(content.splitlines()), content.count(b"\n") + (content[-1:] not in (b"\n", b""))}
