"""The formats that hoptrace reads, in one visible, ordered table. Order matters only between equal claims."""

from __future__ import annotations

from hoptrace.intake.reading import FormatReader


def readers() -> tuple[FormatReader, ...]:
    """All readers, in the order in which `--format auto` asks them."""
    from hoptrace.intake.formats.acc_flatstore import AccFlatstore
    from hoptrace.intake.formats.acc_json import AccJson
    from hoptrace.intake.formats.acc_sqlite import AccSqlite
    from hoptrace.intake.formats.acc_syslog import AccSyslog
    from hoptrace.intake.formats.acme import AcmeSbc
    from hoptrace.intake.formats.asterisk import AsteriskCsv
    from hoptrace.intake.formats.asterisk_cel import AsteriskCel
    from hoptrace.intake.formats.audiocodes import AudioCodesSyslog
    from hoptrace.intake.formats.broadworks import BroadworksCsv, BroadworksXml
    from hoptrace.intake.formats.canonical import Canonical
    from hoptrace.intake.formats.cgrates import Cgrates
    from hoptrace.intake.formats.cube import CubeCsv
    from hoptrace.intake.formats.freeswitch import FreeswitchJson
    from hoptrace.intake.formats.freeswitch_csv import FreeswitchCsv
    from hoptrace.intake.formats.freeswitch_xml import FreeswitchXml
    from hoptrace.intake.formats.profiled import generic_readers, shipped_readers
    from hoptrace.intake.formats.radius import RadiusAccounting
    from hoptrace.intake.formats.ribbon import RibbonAct
    from hoptrace.intake.formats.telnyx_json import TelnyxJson
    from hoptrace.intake.formats.tgpp import Tgpp
    from hoptrace.intake.formats.threecx import ThreeCxCalls
    from hoptrace.intake.formats.yate import YateCdrfile

    return (
        Canonical(),
        AccSqlite(),
        AccJson(),
        AccSyslog(),
        AccFlatstore(),
        FreeswitchJson(),
        AcmeSbc(),
        RibbonAct(),
        AudioCodesSyslog(),
        FreeswitchXml(),
        FreeswitchCsv(),
        YateCdrfile(),
        RadiusAccounting(),
        CubeCsv(),
        BroadworksCsv(),
        BroadworksXml(),
        Cgrates(),
        TelnyxJson(),
        Tgpp(),
        AsteriskCsv(),
        AsteriskCel(),
        ThreeCxCalls(),
        *shipped_readers(),
        *generic_readers(),
    )
