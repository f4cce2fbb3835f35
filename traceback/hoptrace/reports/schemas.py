"""The JSON Schemas of the reports, as they are published in docs/schemas."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from hoptrace.reports.campaign.model import CampaignReport
from hoptrace.reports.carrier.model import CarrierReport
from hoptrace.reports.regulator.model import RegulatorReport
from hoptrace.reports.trace.model import TraceReport
from hoptrace.reports.what_if.model import WhatIfReport

MODELS: dict[str, type[BaseModel]] = {
    "trace": TraceReport,
    "campaign": CampaignReport,
    "carrier": CarrierReport,
    "regulator": RegulatorReport,
    "what-if": WhatIfReport,
}


def schema_text(report: str) -> str:
    """The JSON Schema (draft 2020-12) of a report's JSON, indented, with a line end."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **MODELS[report].model_json_schema(mode="serialization"),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write every schema as FOLDER/REPORT.json and give their paths; for when a model has changed."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{report}.json" for report in MODELS]
    for path in paths:
        path.write_text(schema_text(path.stem), encoding="utf-8")
    return paths
