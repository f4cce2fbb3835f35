"""How fast each format is read: one carrier's generated records, written as each switch writes them, read alone.

    python benchmarks/readers.py

Prints a Markdown table of rows a second; reading only, without numbers, trunks and the lake. Seconds are those of the
processor, so that a busy machine gives the same figures.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click

from hoptrace.intake.collecting import collection_paused
from hoptrace.intake.formats import readers
from hoptrace.intake.profile import Profile, load_profile
from hoptrace.intake.reading import Context, FormatReader, Source
from hoptrace.model.carriers import Carrier
from hoptrace.simulate import scenario_named
from hoptrace.simulate.kinds import FileKind
from hoptrace.simulate.profiles import profile_of
from hoptrace.simulate.truth import Happened
from hoptrace.simulate.world import happen, rows_of
from hoptrace.simulate.writers import writer_for

KINDS = (
    FileKind.CANONICAL_CSV,
    FileKind.CANONICAL_NDJSON,
    FileKind.CANONICAL_PARQUET,
    FileKind.ACC_FLATSTORE,
    FileKind.ACC_SYSLOG,
    FileKind.OPENSIPS_SYSLOG,
    FileKind.ACC_JSON,
    FileKind.ACC_SQLITE,
    FileKind.ASTERISK_18,
    FileKind.YATE_LEGS,
    FileKind.YATE_COMBINED,
    FileKind.FREESWITCH,
)


def written(world: Happened, kind: FileKind, least: int, folder: Path) -> tuple[FormatReader, list[Source], Context]:
    """The busiest carrier's records as `kind`, about `least` rows of it, and all that a reader wants."""
    busiest = world.filed.group_by("carrier").len().sort("len", "carrier").row(-1)[0]
    carrier = replace(world.network.carriers[busiest], files=kind)
    rows = rows_of(world, carrier).head(least)
    name, write = writer_for(kind)
    files = [found for path in write(carrier, rows, folder) for found in _files(path)]
    text = profile_of(carrier, world.network, name)
    profile = Profile()
    if text is not None:
        (folder.parent / "profile.toml").write_text(text, encoding="utf-8")
        profile = load_profile(folder.parent / "profile.toml")
    reader = next(each for each in readers() if each.name == name)
    sources = [Source(index, path, path.name, "") for index, path in enumerate(files)]
    return reader, sources, Context(Carrier(carrier.carrier_id, country=carrier.country), profile, carrier.timezone)


def _files(path: Path) -> list[Path]:
    return sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]


def timed(
    read: Callable[[], int], rounds: int, of: Callable[[list[float]], float] = statistics.median
) -> tuple[int, float]:
    """Rows, and the median of the seconds, or what else is wanted `of` them."""
    seconds: list[float] = []
    rows = 0
    for _ in range(rounds):
        gc.collect()
        begin = time.process_time()
        rows = read()
        seconds.append(time.process_time() - begin)
    return rows, of(seconds)


@click.command()
@click.option("--calls", default=60_000, show_default=True, help="Calls in the simulated network.")
@click.option("--rows", default=25_000, show_default=True, help="Calls of the busiest carrier that are written.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--only", multiple=True, help="Only kinds whose name holds this.")
def main(calls: int, rows: int, rounds: int, only: tuple[str, ...]) -> None:
    """Measure how many rows a second each reader reads."""
    world = happen(scenario_named("demo", calls=calls), 1)
    click.echo("| format | files | rows | seconds | rows a second |\n|---|---:|---:|---:|---:|")
    for kind in KINDS:
        if only and not any(part in kind.value for part in only):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "files"
            folder.mkdir()
            reader, sources, context = written(world, kind, rows, folder)

            def read(reader: FormatReader = reader, sources: list[Source] = sources, context: Context = context) -> int:
                with collection_paused():
                    return sum(chunk.rows.height for chunk in reader.read(sources, context))

            count, seconds = timed(read, rounds)
        click.echo(f"| {kind.value} | {len(sources):,} | {count:,} | {seconds:.2f} | {count / seconds:,.0f} |")


if __name__ == "__main__":
    main()
