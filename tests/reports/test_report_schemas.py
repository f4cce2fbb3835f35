"""The published JSON Schemas are those of the models, and what is written is what they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hoptrace.model.verdicts import Verdict
from hoptrace.reports import of_many, render, trace_report
from hoptrace.reports.schemas import MODELS, schema_text
from hoptrace.reports.summary_files import Form, render_summary
from hoptrace.reports.tables.table import columns_of, row_of

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas"
RENEW = 'renew it: python -c "from pathlib import Path; from hoptrace.reports.schemas import write_schemas; '
RENEW += "write_schemas(Path('docs/schemas'))\""


@pytest.mark.parametrize("report", sorted(MODELS))
def test_the_published_schema_is_the_models(report: str) -> None:
    assert (PUBLISHED / f"{report}.json").read_text(encoding="utf-8") == schema_text(report), RENEW


def test_nothing_else_is_published() -> None:
    assert {path.stem for path in PUBLISHED.iterdir()} == set(MODELS)


@pytest.fixture
def written(reported, example_of, carriers) -> dict[str, bytes]:
    """One report of each kind as JSON."""
    of_all = {
        "campaign": of_many.campaign(reported, of_many.Which(campaign="bank alert")),
        "carrier": of_many.carrier(reported, "CEDR3"),
        "regulator": of_many.regulator(reported, "2026"),
        "what-if": of_many.what_if(reported),
    }
    told = {name: render_summary(report, Form("json")) for name, report in of_all.items()}
    return told | {"trace": render(trace_report(example_of(Verdict.DISPUTED), carriers), "json")}


def test_what_is_written_fits_the_schema(written: dict[str, bytes]) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    assert set(written) == set(MODELS)
    for name, content in written.items():
        jsonschema.validate(json.loads(content), json.loads(schema_text(name)))


def test_what_is_written_reads_back(written: dict[str, bytes]) -> None:
    for name, content in written.items():
        again = MODELS[name].model_validate_json(content)
        assert json.loads(again.model_dump_json()) == json.loads(content)


@pytest.mark.parametrize("report", sorted(set(MODELS) - {"trace"}))
def test_every_column_says_what_it_means(report: str) -> None:
    tables = row_of(MODELS[report])  # type: ignore[arg-type]
    assert tables
    for name, row in tables.items():
        for column in columns_of(row):
            assert column.title and column.meaning, f"{name}.{column.name}"


def test_role_and_certainty_stand_in_every_row_that_ranks_carriers() -> None:
    about_traffic = {"handoffs", "passages", "customers", "dictionary"}
    for report in sorted(set(MODELS) - {"trace"}):
        for name, row in row_of(MODELS[report]).items():  # type: ignore[arg-type]
            names = {column.name for column in columns_of(row)}
            if "carrier" in names and name not in about_traffic:
                assert {"role", "certainty"} <= names, f"{report}.{name}"
