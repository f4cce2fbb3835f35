"""Where the stated confidence is off: claims by kind of answer, beside how many were right.

    python benchmarks/calibration.py --first-seed 901 --seeds 2 --jobs 2 --claims claims.jsonl --fit

`--fit` prints the curves for `hoptrace.tracing.calibration`. A kind is the verdict, the leaps of the trail and whether
the report names the terminating carrier. Use seeds that the
published figures are not measured on. `--claims FILE` keeps each claim as a JSON line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import click
import orjson
from choosing import sources_of, world_options
from figures import binned, ratio
from fitting import Told, fitted
from judging import Truth, claim_right
from leaps import leaps_of
from measuring import CLAIMLESS, told_of
from running import each_world, say
from tables import markdown, share
from worlds import Opened, Spec, opened, wanted

from hoptrace import trace
from hoptrace.model.verdicts import Support, TraceResult, Verdict

EDGES = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1.0)
"""Bins of confidence, finer where most claims are."""
FEW = 20
"""Kinds of fewer claims are put together."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: its world, its kind, what it stated, whether it was right."""

    source: str
    scenario: str
    seed: int
    call_ref: str
    verdict: str
    leaps: str
    inferred: bool
    reported: bool
    indistinguishable: bool
    confidence: float
    right: bool

    @property
    def kind(self) -> str:
        told = "terminating reported" if self.reported else "terminating unknown"
        return f"{self.verdict}, {self.leaps or 'no leap'}, {told}"


def claims_of(spec: Spec) -> list[Claim]:
    """All claims of one world."""
    with opened(spec) as world:
        return [
            _claim(spec, world, result, world.truth[result.call_ref])
            for result in trace(world.workspace, world.calls)
            if result.verdict not in CLAIMLESS
        ]


def _claim(spec: Spec, world: Opened, result: TraceResult, true: Truth) -> Claim:
    call = result.call
    return Claim(
        source=spec.source,
        scenario=spec.scenario,
        seed=spec.seed,
        call_ref=result.call_ref,
        verdict=str(result.verdict),
        leaps=" ".join(each.replace(" ", "-") for each in leaps_of(result)),
        inferred=any(hop.support is Support.INFERRED for hop in result.hops),
        reported=call is not None and call.terminating_carrier is not None,
        indistinguishable=true["indistinguishable"],
        confidence=result.confidence,
        right=claim_right(told_of(result), true),
    )


def by(key: Callable[[Claim], str], claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    """Claims in groups, those of few claims together, large ones first."""
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(key(claim), []).append(claim)
    large = {name: each for name, each in groups.items() if len(each) >= FEW}
    rest = [claim for name, each in groups.items() if name not in large for claim in each]
    ordered = dict(sorted(large.items(), key=lambda pair: (-len(pair[1]), pair[0])))
    return {**ordered, "others": rest} if rest else ordered


def table(first: str, groups: dict[str, list[Claim]]) -> str:
    """Each group's claims: how many, what they stated, how many were right, the error over ten bins."""
    return markdown(
        [first, "claims", "stated", "right", "stated less right", "error over ten bins"],
        [[name, *_row(each)] for name, each in groups.items()],
    )


def _row(claims: Sequence[Claim]) -> list[str]:
    count = len(claims)
    stated, right = sum(claim.confidence for claim in claims), sum(claim.right for claim in claims)
    bins = binned((claim.confidence, claim.right) for claim in claims)
    error = sum(abs(each.stated - each.right) for each in bins) / count
    return [
        f"{count:,}",
        share(ratio(stated, count)),
        share(ratio(right, count)),
        f"{(stated - right) / count:+.4f}",
        f"{error:.4f}",
    ]


def bin_of(claim: Claim) -> str:
    """The fine bin of a claim's confidence."""
    last = EDGES[-2]
    low, high = next((edges for edges in pairwise(EDGES) if edges[0] <= claim.confidence < edges[1]), (last, 1.0))
    return f"{low:g} to {high:g}"


@click.command()
@world_options
@click.option("--fit", is_flag=True, help="Print the curves that set the confidence right.")
@click.option("--claims", "kept", type=click.Path(dir_okay=False, path_type=Path), help="Keep claims (JSON Lines).")
def main(
    *,
    source: str,
    seeds: int,
    first_seed: int,
    only: tuple[str, ...],
    size: float,
    jobs: int,
    kept: Path | None,
    fit: bool,
) -> None:
    """Show for which kinds of answers the stated confidence is off."""
    specs = wanted(sources_of(source), only, range(first_seed, first_seed + seeds), size)
    claims: list[Claim] = []
    for spec, found in each_world(claims_of, specs, jobs):
        if isinstance(found, Exception):
            raise click.ClickException(f"{spec.name} failed: {found!r}")
        claims += found
        say(f"{spec.name}: {len(found)} claims")
    claims.sort(key=lambda claim: (claim.source, claim.scenario, claim.seed, claim.call_ref))
    if kept is not None:
        kept.write_bytes(b"".join(orjson.dumps(asdict(claim)) + b"\n" for claim in claims))
    keys: list[tuple[str, Callable[[Claim], str]]] = [
        ("kind of answer", lambda claim: claim.kind),
        ("world", lambda claim: f"{claim.source} {claim.scenario}"),
    ]
    for first, key in keys:
        click.echo(table(first, by(key, claims)) + "\n")
    bins = by(bin_of, claims)
    click.echo(table("confidence", {name: bins[name] for name in sorted(bins)}))
    if fit:
        click.echo("\n".join(f"{verdict!r}: {curve}" for verdict, curve in sorted(curves(claims).items())))


def curves(claims: Iterable[Claim]) -> dict[Verdict, tuple[float, float, float]]:
    """The fitted curve of each verdict."""
    told: dict[Verdict, list[Told]] = {}
    for claim in claims:
        told.setdefault(Verdict(claim.verdict), []).append((claim.confidence, claim.inferred, claim.right))
    return fitted(told)


if __name__ == "__main__":
    main()
