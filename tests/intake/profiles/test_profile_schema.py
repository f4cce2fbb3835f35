"""The JSON Schema that is published is the one of the models."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from hoptrace.intake.profiles.schema import schema_text
from hoptrace.intake.profiles.shipped import shipped_names, shipped_text

PUBLISHED = Path(__file__).parents[3] / "docs" / "formats" / "profile.schema.json"


def test_the_published_schema_is_that_of_the_models() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text(), (
        "hoptrace profile schema --out docs/formats/profile.schema.json"
    )


def test_every_table_of_a_shipped_profile_is_in_the_schema() -> None:
    known = set(json.loads(schema_text())["properties"])
    for name in shipped_names():
        assert set(tomllib.loads(shipped_text(name))) <= known
