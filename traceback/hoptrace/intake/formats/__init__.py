"""The formats that hoptrace reads, in one visible, ordered table. Order matters only between equal claims."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from hoptrace.intake.reading import FormatReader

_READERS = (
    ("canonical", "Canonical"),
    ("acc_sqlite", "AccSqlite"),
    ("acc_dump", "AccDump"),
    ("acc_json", "AccJson"),
    ("acc_syslog", "AccSyslog"),
    ("acc_flatstore", "AccFlatstore"),
    ("freeswitch", "FreeswitchJson"),
    ("acme", "AcmeSbc"),
    ("acme", "measuring"),
    ("ribbon", "RibbonAct"),
    ("audiocodes", "AudioCodesSyslog"),
    ("freeswitch_xml", "FreeswitchXml"),
    ("freeswitch_csv", "FreeswitchCsv"),
    ("yate", "YateCdrfile"),
    ("radius", "RadiusAccounting"),
    ("cube", "CubeCsv"),
    ("broadworks", "BroadworksCsv"),
    ("broadworks", "BroadworksXml"),
    ("cgrates", "Cgrates"),
    ("telnyx_json", "telnyx_json"),
    ("twilio_json", "twilio_json"),
    ("tgpp", "Tgpp"),
    ("asterisk", "AsteriskCsv"),
    ("asterisk_cel", "AsteriskCel"),
    ("threecx", "ThreeCxCalls"),
)
"""Module of each reader, and what makes one there; loaded when somebody asks for readers, not with this package."""


def readers() -> tuple[FormatReader, ...]:
    """All readers, in the order in which `--format auto` asks them; those of shipped profiles come last."""
    from hoptrace.intake.formats.profiled import generic_readers, shipped_readers

    own = (cast(FormatReader, getattr(import_module(f"{__name__}.{module}"), name)()) for module, name in _READERS)
    return (*own, *shipped_readers(), *generic_readers())
