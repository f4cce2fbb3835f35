"""What reading by a profile costs, beside canonical CSV: the same calls, bytes a second of the processor.

    python benchmarks/profiled.py [--whole]

Prints a Markdown table. `times slower` is seconds per byte, canonical CSV being 1: of the reader by itself, or with
`--whole` of a submit.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import numpy as np
import polars as pl
from readers import timed

import hoptrace
from hoptrace.intake.formats.canonical.reader import Canonical
from hoptrace.intake.formats.profiled.reader import Profiled
from hoptrace.intake.profile import Profile, read_profile
from hoptrace.intake.reading import Context, Source
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


def cases(frame: pl.DataFrame, folder: Path) -> Iterator[tuple[str, str | None, Path]]:
    """What is measured: a name, the profile (None: canonical) and the file."""
    tidy, local = as_written(frame, RFC3339), as_written(frame, STAMP)
    typed = local.with_columns(
        kind=pl.when(pl.int_range(pl.len()) % 20 == 7).then(pl.lit("AUDIT")).otherwise(pl.lit("CALL"))
    )
    written = {"canonical": (tidy, "necessary"), "local": (local, "necessary"), "typed": (typed, "necessary")}
    written["quoted"] = (local, "always")
    paths = {name: folder / f"{name}.csv" for name in written}
    for name, (table, quotes) in written.items():
        table.write_csv(paths[name], quote_style=quotes)
    yield "canonical CSV", None, paths["canonical"]
    yield "the same file by a profile", FIELDS, paths["canonical"]
    yield "local times", LOCAL, paths["local"]
    yield "local times, record types", TYPED, paths["typed"]
    yield "local times, every field in quotes", LOCAL, paths["quoted"]


def reading(text: str | None, path: Path) -> Callable[[], int]:
    """Read a file with the reader by itself; gives the rows."""
    profile = Profile() if text is None else read_profile(text, "measured.toml", "measured")
    reader = Canonical() if text is None else Profiled("measured", profile)
    source, context = Source(0, path, path.name, ""), Context(Carrier("acme", country="US"), Profile())
    return lambda: sum(chunk.rows.height for chunk in reader.read([source], context))


def submitting(text: str | None, path: Path) -> Callable[[], int]:
    """Submit a file to a new workspace; gives the rows."""

    def submit() -> int:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            (folder / "carriers.csv").write_text("carrier_id,country\nacme,US\nalfa,US\nbravo,US\n")
            (folder / "measured.toml").write_text(text or "")
            form = "canonical" if text is None else str(folder / "measured.toml")
            with hoptrace.init_workspace(folder / "workspace") as workspace:
                workspace.catalog.directory.load_directory(folder / "carriers.csv")
                return sum(receipt.rows for receipt in hoptrace.submit(workspace, [path], "acme", format=form))

    return submit


@click.command()
@click.option("--rows", default=400_000, show_default=True)
@click.option("--rounds", default=3, show_default=True)
@click.option("--whole", is_flag=True, help="Submit the files, which does more than the reader.")
def main(rows: int, rounds: int, whole: bool) -> None:
    """Measure how many bytes a second are read by a profile."""
    click.echo("| file | MB | rows a second | MB a second | times slower |\n|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as scratch:
        first: float | None = None
        for name, text, path in cases(calls(rows), Path(scratch)):
            count, seconds = timed((submitting if whole else reading)(text, path), rounds)
            size = path.stat().st_size / 1e6
            first = first or seconds / size
            speed = f"{count / seconds:,.0f} | {size / seconds:.0f} | {seconds / size / first:.1f}"
            click.echo(f"| {name} | {size:.0f} | {speed} |")


if __name__ == "__main__":
    main()
