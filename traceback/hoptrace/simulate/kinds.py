"""The roles of carriers, the kinds of files that switches write, and who writes which."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a carrier does in the network."""

    ORIGINATING = "originating"
    TIER1 = "tier1"
    TIER2 = "tier2"
    TIER3 = "tier3"
    GATEWAY = "gateway"
    FOREIGN = "foreign"
    TERMINATING = "terminating"


TRANSIT = frozenset({Role.TIER1, Role.TIER2, Role.TIER3})


class FileKind(StrEnum):
    """What a carrier's files look like."""

    CANONICAL_CSV = "canonical.csv"
    CANONICAL_GZ = "canonical.csv.gz"
    CANONICAL_ZST = "canonical.csv.zst"
    CANONICAL_NDJSON = "canonical.ndjson"
    CANONICAL_PARQUET = "canonical.parquet"
    ASTERISK_16 = "asterisk 16 columns"
    ASTERISK_18 = "asterisk 18 columns"
    ASTERISK_21 = "asterisk 21 columns"
    ASTERISK_HEADER = "asterisk 18 columns with header"
    ACC_FLATSTORE = "kamailio flatstore"
    ACC_SYSLOG = "kamailio syslog"
    OPENSIPS_SYSLOG = "opensips syslog"
    ACC_JSON = "kamailio json"
    ACC_SQLITE = "kamailio sqlite"
    YATE_LEGS = "yate legs"
    YATE_COMBINED = "yate combined"
    FREESWITCH = "freeswitch json"


CANONICAL = (
    FileKind.CANONICAL_CSV,
    FileKind.CANONICAL_GZ,
    FileKind.CANONICAL_ZST,
    FileKind.CANONICAL_NDJSON,
    FileKind.CANONICAL_PARQUET,
)
PROXIES = frozenset(
    {FileKind.ACC_FLATSTORE, FileKind.ACC_SYSLOG, FileKind.OPENSIPS_SYSLOG, FileKind.ACC_JSON, FileKind.ACC_SQLITE}
)
ASTERISKS = frozenset({FileKind.ASTERISK_16, FileKind.ASTERISK_18, FileKind.ASTERISK_21, FileKind.ASTERISK_HEADER})

_TRANSIT_SWITCHES = (
    FileKind.ACC_SYSLOG,
    FileKind.OPENSIPS_SYSLOG,
    FileKind.ASTERISK_18,
    FileKind.ACC_FLATSTORE,
    FileKind.FREESWITCH,
    FileKind.YATE_LEGS,
    FileKind.ACC_SQLITE,
)
SWITCHES: dict[Role, tuple[FileKind, ...]] = {
    Role.ORIGINATING: (
        FileKind.ASTERISK_16,
        FileKind.ACC_SQLITE,
        FileKind.FREESWITCH,
        FileKind.ASTERISK_21,
        FileKind.YATE_LEGS,
        FileKind.OPENSIPS_SYSLOG,
    ),
    Role.GATEWAY: (FileKind.ACC_FLATSTORE, FileKind.OPENSIPS_SYSLOG, FileKind.FREESWITCH),
    Role.FOREIGN: (FileKind.YATE_LEGS, FileKind.ASTERISK_HEADER, FileKind.ACC_SYSLOG, FileKind.FREESWITCH),
    Role.TERMINATING: (
        FileKind.ACC_JSON,
        FileKind.YATE_COMBINED,
        FileKind.ASTERISK_HEADER,
        FileKind.ACC_FLATSTORE,
        FileKind.FREESWITCH,
    ),
    Role.TIER1: _TRANSIT_SWITCHES[:3],
    Role.TIER2: _TRANSIT_SWITCHES[2:],
    Role.TIER3: _TRANSIT_SWITCHES,
}
