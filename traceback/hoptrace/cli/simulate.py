"""hoptrace simulate."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from hoptrace.cli import show
from hoptrace.cli.options import example, json_option


@click.command(epilog=example("hoptrace simulate --scenario demo --seed 7 --out network"))
@click.option("--scenario", required=True, metavar="NAME", help="Which network and which calls to make.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same files.")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Where to write them.")
@json_option
def simulate(scenario: str, seed: int, out: Path, as_json: bool) -> None:
    """Make a network whose truth is known.

    Its carriers, their files, the calls to trace and their true paths.
    """
    from hoptrace.simulate import simulate as make

    made = asdict(make(scenario, seed, out))
    if as_json:
        show.as_json(made)
    else:
        submissions = made.pop("submissions")
        show.facts(made.items())
        click.echo(f"Submit the files of {len(submissions)} carriers as {out / 'submit.json'} says.")
