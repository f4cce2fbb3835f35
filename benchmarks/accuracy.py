"""How right the answers are: worlds with known truth, hoptrace and plain methods held against it.

    python benchmarks/accuracy.py --source both --seeds 5 --jobs 2 --keep figures --out docs/accuracy.md

Puts the tables between the marks of `--out`, or prints them. `--keep DIR` writes each world's figures as it is done;
the same command started again measures only the worlds that are not there. `--answers FILE` keeps every wrong or
missing answer beside its truth, one JSON object a line, to look at what went wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click
import orjson
from choosing import sources_of, world_options
from failures import kind_kept
from measuring import OWN, Measured, keep, kept, measured
from pages import BEGIN, blank, filled
from running import each_world, say
from tables import tables_of
from worlds import Spec, wanted


def measured_all(specs: Sequence[Spec], jobs: int, folder: Path | None) -> list[Measured]:
    """Every world's figures, those kept before included, in the order of `specs`."""
    found = {spec: old for spec in specs if folder is not None and (old := kept(spec, folder)) is not None}
    missing = [spec for spec in specs if spec not in found]
    if found:
        say(f"{len(found)} of {len(specs)} worlds were measured before.")
    broken: list[str] = []
    for spec, result in each_world(partial(_measure, folder=folder), missing, jobs):
        if isinstance(result, Exception):
            broken.append(spec.name)
            say(f"{spec.name} failed: {result!r}")
        else:
            found[spec] = result
            say(f"{len(found)}/{len(specs)} {spec.name}: {_line(result)}")
    if broken:
        raise click.ClickException(f"{len(broken)} worlds failed: {', '.join(sorted(broken))}.")
    return [found[spec] for spec in specs]


def _measure(spec: Spec, folder: Path | None) -> Measured:
    result = measured(spec)
    if folder is not None:
        keep(result, folder)
    return result


def _line(found: Measured) -> str:
    own = found.figures[OWN]
    return (
        f"{own.calls} calls, {own.named} named, {own.wrong} wrongly, {own.lucky} though indistinguishable; "
        f"{own.proven} of {own.provable} provable, {own.furthest} furthest, {own.exact} exact of {own.apart}"
    )


def failures_of(worlds: Sequence[Measured]) -> bytes:
    """Every failure with its world, as JSON Lines."""
    rows = [
        {
            "source": world.spec.source,
            "scenario": world.spec.scenario,
            "seed": world.spec.seed,
            **failure,
            "kind": kind_kept(failure),
        }
        for world in worlds
        for failure in world.failures
    ]
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def publish(tables: dict[str, str], out: Path) -> None:
    """Put the tables between the marks of a page, or make one."""
    page = out.read_text(encoding="utf-8") if out.exists() else blank(tables)
    try:
        out.write_text(filled(page, tables), encoding="utf-8")
    except KeyError as lacking:
        raise click.ClickException(f"{out} has no {lacking.args[0]}; put the mark where the table belongs.") from None


@click.command()
@world_options
@click.option("--keep", "folder", type=click.Path(file_okay=False, path_type=Path), help="Keep worlds' figures here.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The page to publish the tables in.")
@click.option("--answers", type=click.Path(dir_okay=False, path_type=Path), help="Keep the failures here (JSON Lines).")
def main(
    *,
    source: str,
    seeds: int,
    first_seed: int,
    only: tuple[str, ...],
    size: float,
    jobs: int,
    folder: Path | None,
    out: Path | None,
    answers: Path | None,
) -> None:
    """Measure how right hoptrace is on networks with known truth."""
    sources = sources_of(source)
    specs = wanted(sources, only, range(first_seed, first_seed + seeds), size)
    worlds = measured_all(specs, jobs, folder)
    tables: dict[str, str] = {}
    for each in sources:
        tables |= tables_of(each, [world for world in worlds if world.spec.source == each])
    if answers is not None:
        answers.write_bytes(failures_of(worlds))
    if out is not None:
        publish(tables, out)
        return
    for name, text in tables.items():
        click.echo(f"{BEGIN.format(name)}\n{text}\n")


if __name__ == "__main__":
    main()
