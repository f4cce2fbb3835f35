"""What reading by a profile costs, beside canonical CSV: the same calls, bytes a second of the processor.

    python benchmarks/profiled.py

Prints a Markdown table. `times slower` is seconds per byte, canonical CSV being 1.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import polars as pl
from readers import timed

from hoptrace.intake.formats.canonical import Canonical
from hoptrace.intake.formats.profiled import Profiled
from hoptrace.intake.profile import Profile, read_profile
from hoptrace.intake.reading import Context, FormatReader, Source
from hoptrace.model.carriers import Carrier

NAMES = ("start_time", "answer_time", "duration", "calling_number", "called_number", "upstream", "downstream")
NAMES += ("call_id", "release_code")
FIELDS = 'format = "delimited"\n[fields]\n' + "".join(f'{name} = "{name}"\n' for name in NAMES)
LOCAL = FIELDS + '[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\ntimezone = "America/Chicago"\n'
TYPED = LOCAL + '[records]\ntype = "kind"\ncall = ["CALL"]\nskip = ["AUDIT"]\n'
RFC3339, STAMP = "%Y-%m-%dT%H:%M:%S%.3fZ", "%Y-%m-%d %H:%M:%S"


def calls(rows: int) -> pl.DataFrame:
    """Invented calls of a day, in the order of their beginning."""
    chance = np.random.default_rng(1)
    base = np.datetime64("2026-11-02T00:00:00", "ms")
    start = base + np.sort(chance.integers(0, 86_400_000, rows)).astype("timedelta64[ms]")
    numbers = [chance.integers(201, 990, rows) * 10_000_000 + 555_0100 + chance.integers(0, 100, rows) for _ in "ab"]
    answered = chance.random(rows) < 0.6
    return pl.DataFrame({"start": start, "calling": numbers[0], "called": numbers[1], "answered": answered})


def as_written(frame: pl.DataFrame, stamp: str) -> pl.DataFrame:
    """The calls as text columns, times in this spelling."""
    answer = (pl.col("start") + pl.duration(seconds=4)).dt.strftime(stamp)
    return frame.select(
        start_time=pl.col("start").dt.strftime(stamp),
        answer_time=pl.when("answered").then(answer),
        duration=pl.when("answered").then(30).otherwise(0),
        calling_number=pl.format("+1{}", "calling"),
        called_number=pl.format("+1{}", "called"),
        upstream=pl.lit("alfa"),
        downstream=pl.lit("bravo"),
        call_id=pl.format("{}@example.net", pl.int_range(pl.len())),
        release_code=pl.when("answered").then(200).otherwise(486),
    )


def cases(frame: pl.DataFrame, folder: Path) -> Iterator[tuple[str, FormatReader, Path, Profile]]:
    """What is measured: a name, the reader, the file, and what the context has."""
    tidy, local = as_written(frame, RFC3339), as_written(frame, STAMP)
    typed = local.with_columns(
        kind=pl.when(pl.int_range(pl.len()) % 20 == 7).then(pl.lit("AUDIT")).otherwise(pl.lit("CALL"))
    )
    written = {"canonical": (tidy, "necessary"), "local": (local, "necessary"), "typed": (typed, "necessary")}
    written["quoted"] = (local, "always")
    paths = {name: folder / f"{name}.csv" for name in written}
    for name, (table, quotes) in written.items():
        table.write_csv(paths[name], quote_style=quotes)
    yield "canonical CSV", Canonical(), paths["canonical"], Profile()
    yield "the same file by a profile", *_profiled(FIELDS), paths["canonical"], Profile()
    yield "local times", *_profiled(LOCAL), paths["local"], Profile()
    yield "local times, record types", *_profiled(TYPED), paths["typed"], Profile()
    yield "local times, every field in quotes", *_profiled(LOCAL), paths["quoted"], Profile()


def _profiled(text: str) -> tuple[FormatReader]:
    return (Profiled("measured", read_profile(text, "measured.toml", "measured")),)


@click.command()
@click.option("--rows", default=400_000, show_default=True)
@click.option("--rounds", default=3, show_default=True)
def main(rows: int, rounds: int) -> None:
    """Measure how many bytes a second are read by a profile."""
    click.echo("| file | MB | rows a second | MB a second | times slower |\n|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as scratch:
        first: float | None = None
        for name, reader, path, profile in cases(calls(rows), Path(scratch)):
            source, context = Source(0, path, path.name, ""), Context(Carrier("acme", country="US"), profile)

            def read(reader: FormatReader = reader, source: Source = source, context: Context = context) -> int:
                return sum(chunk.rows.height for chunk in reader.read([source], context))

            count, seconds = timed(read, rounds)
            size = path.stat().st_size / 1e6
            first = first or seconds / size
            speed = f"{count / seconds:,.0f} | {size / seconds:.0f} | {seconds / size / first:.1f}"
            click.echo(f"| {name} | {size:.0f} | {speed} |")


if __name__ == "__main__":
    main()
