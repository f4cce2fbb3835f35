"""How fast each reader reads its golden file over and over: a long file, a short one, and files of one document each.

    python benchmarks/golden_readers.py [--only freeswitch] [--rounds 9]

Prints a Markdown table of rows a second of the processor, the best of some rounds: on a machine that is busy with other
work the best one says most. Reading only, without numbers, trunks and the lake. The aim is 20,000 rows a second.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click
from readers import timed
from test_switch_readers import CASES, Case, repeated
from test_vendor_readers import GOLDEN, KINDS, Kind, many

from hoptrace.intake.collecting import collection_paused
from hoptrace.intake.formats import readers
from hoptrace.intake.profile import Profile, load_profile
from hoptrace.intake.reading import Context, Source
from hoptrace.model.carriers import Carrier

DOCUMENTS = ("freeswitch_json", "freeswitch_xml")
"""Formats that are written as one file a document, too."""


class Golden(NamedTuple):
    """A golden file: what reads it, and what writes copies of it: how many, numbered from which, into which folder."""

    name: str
    reader: str
    profile: str
    write: Callable[[int, int, Path], Path]


def goldens() -> Iterator[Golden]:
    """All golden files of both benchmarks."""
    for case in CASES:
        yield Golden(f"{case.reader} ({Path(case.golden).name})", case.reader, case.profile, _repeating(case))
    for name, kind in KINDS.items():
        yield Golden(name, name.partition(" ")[0], "", _copying(kind))


def _repeating(case: Case) -> Callable[[int, int, Path], Path]:
    lines = 1 if case.is_document else (GOLDEN / case.golden).read_bytes().count(b"\n")

    def write(copies: int, first: int, folder: Path) -> Path:
        return repeated(case, folder, copies * lines, first)

    return write


def _copying(kind: Kind) -> Callable[[int, int, Path], Path]:
    def write(copies: int, first: int, folder: Path) -> Path:
        path = folder / Path(kind.path).name
        path.write_bytes(many(kind, copies, first))
        return path

    return write


def read(golden: Golden, paths: Sequence[Path]) -> int:
    """Read some files together; gives the rows."""
    reader = next(each for each in readers() if each.name == golden.reader)
    profile = load_profile(GOLDEN / golden.profile) if golden.profile else Profile()
    sources = [Source(index, path, path.name, "") for index, path in enumerate(paths)]
    with collection_paused():
        chunks = reader.read(sources, Context(Carrier("oak", country="US"), profile, "UTC"))
        return sum(chunk.rows.height for chunk in chunks)


def written(golden: Golden, rows: int, each: int, scratch: Path) -> list[Path]:
    """Files of about so many rows, all in one file, or `each` copies in a file of their own."""
    copies = max(1, rows // read(golden, [golden.write(1, 0, _folder(scratch))]))
    each = each or copies
    return [golden.write(each, first, _folder(scratch)) for first in range(0, copies, each)]


def _folder(scratch: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=scratch))


@click.command()
@click.option("--rows", default=20_000, show_default=True, help="Rows of a long file.")
@click.option("--short", default=1_000, show_default=True, help="Rows of a short file, and files of one document.")
@click.option("--rounds", default=5, show_default=True)
@click.option("--only", multiple=True, help="Only formats whose name holds this.")
def main(rows: int, short: int, rounds: int, only: tuple[str, ...]) -> None:
    """Measure how many rows a second each reader reads."""
    click.echo(f"| format | {rows:,} rows | {short:,} rows | {short:,} files |\n|---|---:|---:|---:|")
    for golden in goldens():
        if only and not any(part in golden.name for part in only):
            continue
        sizes = [(rows, 0), (short, 0), *([(short, 1)] if golden.reader in DOCUMENTS else [])]
        rates = ["", "", ""]
        with tempfile.TemporaryDirectory() as scratch:
            for at, (size, each) in enumerate(sizes):
                paths = written(golden, size, each, Path(scratch))
                count, seconds = timed(lambda paths=paths, golden=golden: read(golden, paths), rounds, min)
                rates[at] = f"{count / seconds:,.0f}"
        click.echo(f"| {golden.name} | {' | '.join(rates)} |")


if __name__ == "__main__":
    main()
