"""The bridges that only the log of a FreeSWITCH document tells, because other applications ran after them."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import polars as pl

from hoptrace.intake.formats.freeswitch.peers import dialled
from hoptrace.intake.formats.freeswitch.table import LegTable
from hoptrace.intake.formats.json.documents import documents_of
from hoptrace.intake.formats.json.values import as_object, as_objects, clean_text

_BRIDGE = "bridge"
_XML_BRIDGE = re.compile(rb"<application\b(?=[^<>]*\sapp_name=\"bridge\")[^<>]*\sapp_data=\"([^\"]*)\"")


def with_logged(table: LegTable, documents: Sequence[bytes]) -> LegTable:
    """The legs with the dial string of their last logged bridge as `logged`, where their variables tell of none.

    `documents`: the bytes of each leg's document, in the order of the legs.
    """
    untold = table.legs.select(dialled().is_null()).to_series()
    logged = [
        _last_bridge(raw) if is_untold and b"app_log" in raw and b"bridge" in raw else None
        for raw, is_untold in zip(documents, untold.to_list(), strict=True)
    ]
    return table._replace(legs=table.legs.with_columns(pl.Series("logged", logged, pl.String)))


def _last_bridge(raw: bytes) -> str | None:
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        log = as_object((next(documents_of(raw)).data or {}).get("app_log"))
        ran = [each for each in as_objects(log.get("applications")) if each.get("app_name") == _BRIDGE]
        return clean_text(ran[-1].get("app_data")) if ran else None
    written: list[bytes] = _XML_BRIDGE.findall(raw[raw.find(b"<app_log") : raw.rfind(b"</app_log>")])
    return html.unescape(written[-1].decode("utf-8", "replace")).strip() or None if written else None
