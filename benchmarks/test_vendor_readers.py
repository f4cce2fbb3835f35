"""How fast each vendor's format is read: the golden file repeated with other ids, read alone, processor's seconds.

`rows_a_second` in extra_info; reading only, without numbers, trunks and the lake. `--size full` reads ten times that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from readers import timed

from hoptrace.intake.collecting import collection_paused
from hoptrace.intake.formats import readers
from hoptrace.intake.reading import Context, Source
from hoptrace.model.carriers import Carrier

GOLDEN = Path(__file__).parents[1] / "fixtures" / "formats"
COPIES = {"small": 1_000, "full": 10_000}


@dataclass(frozen=True)
class Kind:
    """A golden file, what in it names a call (replaced by a number in each copy), and what stands around the copies."""

    path: str
    ids: str
    around: tuple[str, str] = ("", "")
    binary: bool = False


KINDS = {
    "radius": Kind("radius/detail-20260302", r"(?<=5A1C0F)\d\d|(?<=\"000000)A\d"),
    "radius json": Kind("radius/mvts.json", r"(?<=0000001)\d-0000000\d|(?<=0115)00|(?<=DACF )\w{8}"),
    "cisco_cube": Kind("cisco_cube/cdr.gw1.03_02_2026_21_00_00.000", r"(?<=AC117A)\d\d|(?<=,)7889\d\d"),
    "broadworks_csv": Kind("broadworks/BW-CDR-20260302140000.csv", r"(?<=,)663\d\d(?=:)|^0{9}\d"),
    "broadworks_xml": Kind(
        "broadworks/BW-CDR-20260302.xml",
        r"(?<=<localCallId>)\d{4}|(?<=<eventCounter>)\d{10}",
        ('<?xml version="1.0" encoding="ISO-8859-1"?><broadWorksCDR>', "</broadWorksCDR>"),
    ),
    "freeswitch_xml": Kind(
        "freeswitch_xml/a_00000001-0000-4000-8000-000000000001.cdr.xml", r"0000000[13](?=-0000-4000)"
    ),
    "freeswitch_csv": Kind("freeswitch_csv/Master.csv", r"[0-9a-f]{8}(?=-1640-11f1)"),
    "cgrates_json": Kind("cgrates_json/cdrs.json", r"(?<=\"CGRID\":\")a1f|(?<=\"OriginID\":\")\w+"),
    "3gpp": Kind("3gpp/gateway.ber", r"\x01\x02(?=[\x03-\x06])", binary=True),
    "asterisk_cel": Kind("asterisk/cel.csv", r"(?<=1772460)\d{3}"),
}


def many(kind: Kind, copies: int, first: int = 0) -> bytes:
    """The golden file so many times, each with ids of its own, numbered from `first`."""
    text = (GOLDEN / kind.path).read_bytes().decode("latin-1")
    if kind.around[0]:
        text = re.sub(r"<\?xml.*?\?>|<!DOCTYPE[^>]*>|</?broadWorksCDR[^>]*>", "", text)
    parts = re.split(f"({kind.ids})", text, flags=re.MULTILINE)

    def copy(number: int) -> str:
        if kind.binary:
            parts[1::2] = [chr(number >> 8) + chr(number & 0xFF)] * len(parts[1::2])
            return "".join(parts)
        return "".join(f"{number:0{len(part)}d}" if at % 2 else part for at, part in enumerate(parts))

    return (kind.around[0] + "".join(map(copy, range(first, first + copies))) + kind.around[1]).encode("latin-1")


@pytest.fixture
def copies(request: pytest.FixtureRequest) -> int:
    return COPIES[request.config.getoption("--size")]


@pytest.mark.parametrize("name", KINDS)
def test_rows_a_second(benchmark, name: str, copies: int, tmp_path: Path):
    kind = KINDS[name]
    path = tmp_path / Path(kind.path).name
    path.write_bytes(many(kind, copies))
    reader = next(each for each in readers() if each.name == name.partition(" ")[0])
    source = Source(0, path, path.name, "")

    def read() -> int:
        with collection_paused():
            return sum(chunk.rows.height for chunk in reader.read([source], Context(Carrier("oak"), timezone="UTC")))

    rows, seconds = benchmark.pedantic(_timed, args=(read,), rounds=1)
    benchmark.extra_info["rows"] = rows
    benchmark.extra_info["rows_a_second"] = round(rows / seconds)


def _timed(read: Callable[[], int]) -> tuple[int, float]:
    return timed(read, 3)
