"""The formats that hoptrace reads, in one visible, ordered table. Order matters only between equal claims."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from hoptrace.intake.reading import FormatReader

_READERS = (
    ("canonical.reader", "Canonical"),
    ("canonical.array", "CanonicalArray"),
    ("acc.sqlite", "AccSqlite"),
    ("acc.dump", "AccDump"),
    ("acc.json", "AccJson"),
    ("acc.table_json", "AccTableJson"),
    ("acc.syslog", "AccSyslog"),
    ("acc.flatstore", "AccFlatstore"),
    ("freeswitch.json", "FreeswitchJson"),
    ("acme.reader", "AcmeSbc"),
    ("acme.reader", "measuring"),
    ("ribbon.reader", "RibbonAct"),
    ("audiocodes.reader", "AudioCodesSyslog"),
    ("freeswitch.xml", "FreeswitchXml"),
    ("freeswitch.csv", "FreeswitchCsv"),
    ("yate.reader", "YateCdrfile"),
    ("radius.reader", "RadiusAccounting"),
    ("h323.cube", "CubeCsv"),
    ("broadworks.reader", "BroadworksCsv"),
    ("broadworks.reader", "BroadworksXml"),
    ("cgrates.reader", "Cgrates"),
    ("telnyx.reader", "telnyx_json"),
    ("twilio_json", "twilio_json"),
    ("tgpp.reader", "Tgpp"),
    ("asterisk.cdr", "AsteriskCsv"),
    ("asterisk.cel", "AsteriskCel"),
    ("threecx.reader", "ThreeCxCalls"),
)
"""Module of each reader, and what makes one there; loaded when somebody asks for readers, not with this package."""


def readers() -> tuple[FormatReader, ...]:
    """All readers, in the order in which `--format auto` asks them; those of shipped profiles come last."""
    from hoptrace.intake.formats.profiled.reader import generic_readers, shipped_readers

    own = (cast(FormatReader, getattr(import_module(f"{__name__}.{module}"), name)()) for module, name in _READERS)
    return (*own, *shipped_readers(), *generic_readers())
