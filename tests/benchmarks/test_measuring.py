"""Small worlds of both sources measured by all methods, kept and read back."""

from __future__ import annotations

import pytest
from leaps import leaps_of
from measuring import CEILING, METHODS, OWN, keep, kept, measured
from tables import tables_of
from worlds import SOURCES, Spec, opened, wanted

from hoptrace import trace


@pytest.mark.parametrize("source", SOURCES)
def test_a_world_is_measured_kept_and_put_in_tables(source, tmp_path):
    spec = Spec(source, "taking-part-60", 1, size=0.03)
    found = measured(spec)
    assert tuple(found.figures) == METHODS
    assert len({each.calls for each in found.figures.values()}) == 1
    assert found.figures[OWN].calls > 30
    assert found.figures[CEILING].exact == found.figures[CEILING].apart
    assert kept(spec, tmp_path) is None
    keep(found, tmp_path)
    assert kept(spec, tmp_path) == found
    tables = tables_of(source, [found])
    assert f"targets {source}" in tables
    assert all("`taking-part-60`" in tables[f"{name} {source}"] for name in ("targets", "methods", "ceiling"))


def test_leaps_are_found_where_carriers_are_silent():
    with opened(Spec("simulator", "taking-part-60", 1, size=0.03)) as world:
        kinds = {kind for result in trace(world.workspace, world.calls) for kind in leaps_of(result)}
    assert {"bridged", "gap"} <= kinds


def test_worlds_are_chosen_by_source_scenario_and_seed():
    names = [spec.name for spec in wanted(SOURCES, ["lies"], range(3, 5), 1.0)]
    assert names == ["simulator-lies-3", "simulator-lies-4", "outsider-lies-3", "outsider-lies-4"]
    assert len(wanted(["outsider"], [], range(1), 0.5)) == 14
