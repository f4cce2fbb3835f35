"""hoptrace simulate."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hoptrace.cli import show
from hoptrace.cli.options import example, json_option

if TYPE_CHECKING:
    from hoptrace.simulate import Scenario


@click.command(
    epilog=example(
        "hoptrace simulate --scenario demo --seed 7 --out network",
        "hoptrace simulate --list",
        "hoptrace simulate --scenario clean --set faults.zone_errors=0.2 --calls 5000 --out network",
    )
)
@click.option("--scenario", metavar="NAME", help="Which network and which calls to simulate.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Same seed, same files.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Where to write them.")
@click.option("--calls", type=click.IntRange(min=1), metavar="N", help="This many calls; redials come on top.")
@click.option("--traced", type=click.IntRange(min=1), metavar="N", help="This many of them are reported.")
@click.option("--set", "settings", multiple=True, metavar="PART.KNOB=VALUE", help="Set a knob; may be repeated.")
@click.option("--list", "listed", is_flag=True, help="Show the scenarios, or the knobs of the one named.")
@json_option
def simulate(
    scenario: str | None,
    seed: int,
    out: Path | None,
    settings: tuple[str, ...],
    listed: bool,
    as_json: bool,
    **sizes: int | None,
) -> None:
    """Make a network whose truth is known.

    Its carriers, their files, the calls to trace and their true paths.
    """
    from hoptrace.simulate import scenario_named, turned

    if scenario is None:
        _show_scenarios(listed, as_json)
        return
    chosen = turned(scenario_named(scenario, **sizes), settings)
    if listed:
        _show_knobs(chosen, as_json)
    elif out is None:
        raise click.UsageError("Name a new folder for the network with --out.")
    else:
        _make(chosen, seed, out, as_json)


def _show_scenarios(listed: bool, as_json: bool) -> None:
    from hoptrace.simulate import all_scenarios

    if not listed:
        raise click.UsageError("Name a --scenario; --list shows them.")
    about = {scenario.name: scenario.about for scenario in all_scenarios()}
    if as_json:
        show.as_json(about)
    else:
        show.facts(about.items())


def _show_knobs(scenario: Scenario, as_json: bool) -> None:
    described: dict[str, Any] = asdict(scenario)
    if as_json:
        show.as_json(described)
        return
    click.echo(scenario.about)
    for part in ("network", "traffic", "faults"):
        show.facts((f"{part}.{knob}", _written(value)) for knob, value in described[part].items())


def _written(value: object) -> str:
    """A knob's value as --set takes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(str(each) for each in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return str(value)


def _make(scenario: Scenario, seed: int, out: Path, as_json: bool) -> None:
    from hoptrace.simulate import simulate as make

    made = asdict(make(scenario, seed, out))
    if as_json:
        show.as_json(made)
        return
    submissions = made.pop("submissions")
    show.facts(made.items())
    click.echo(f"Submit the files of {len(submissions)} carriers as {out / 'submit.json'} says.")
