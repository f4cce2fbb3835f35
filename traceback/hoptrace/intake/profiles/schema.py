"""The JSON Schema of profiles, by which an editor helps to write one."""

from __future__ import annotations

import json

from hoptrace.intake.profile import Profile

ADDRESS = "https://json-schema.org/draft/2020-12/schema"


def schema_text() -> str:
    """The schema as it is published in docs/formats/profile.schema.json."""
    schema = {"$schema": ADDRESS, **Profile.model_json_schema(by_alias=True), "title": "A profile of hoptrace"}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
