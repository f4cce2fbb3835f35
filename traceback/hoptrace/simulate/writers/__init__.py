"""Writers: a carrier's records in the format of its switch. One table says which writer serves which kind of file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from hoptrace.simulate.kinds import FileKind
from hoptrace.simulate.network import SimCarrier
from hoptrace.simulate.writers.acc_json import write_acc_json
from hoptrace.simulate.writers.acc_sqlite import write_acc_sqlite
from hoptrace.simulate.writers.acc_text import write_acc_syslog, write_flatstore, write_opensips_syslog
from hoptrace.simulate.writers.asterisk import write_asterisk
from hoptrace.simulate.writers.canonical import write_canonical
from hoptrace.simulate.writers.freeswitch import write_freeswitch
from hoptrace.simulate.writers.yate import write_yate_combined, write_yate_legs

Write = Callable[[SimCarrier, pl.DataFrame, Path], tuple[Path, ...]]
"""Takes a carrier, its rows (speech.ROWS) and an existing folder; gives what is to be submitted together."""


def writer_for(kind: FileKind) -> tuple[str, Write]:
    """The format's name, as `--format` takes it, and the writer."""
    table: dict[FileKind, tuple[str, Write]] = {
        FileKind.CANONICAL_CSV: ("canonical", write_canonical),
        FileKind.CANONICAL_GZ: ("canonical", write_canonical),
        FileKind.CANONICAL_ZST: ("canonical", write_canonical),
        FileKind.CANONICAL_NDJSON: ("canonical", write_canonical),
        FileKind.CANONICAL_PARQUET: ("canonical", write_canonical),
        FileKind.ASTERISK_16: ("asterisk", write_asterisk),
        FileKind.ASTERISK_18: ("asterisk", write_asterisk),
        FileKind.ASTERISK_21: ("asterisk", write_asterisk),
        FileKind.ASTERISK_HEADER: ("asterisk", write_asterisk),
        FileKind.ACC_FLATSTORE: ("acc_flatstore", write_flatstore),
        FileKind.ACC_SYSLOG: ("acc_syslog", write_acc_syslog),
        FileKind.OPENSIPS_SYSLOG: ("acc_syslog", write_opensips_syslog),
        FileKind.ACC_JSON: ("acc_json", write_acc_json),
        FileKind.ACC_SQLITE: ("acc_sqlite", write_acc_sqlite),
        FileKind.YATE_LEGS: ("yate", write_yate_legs),
        FileKind.YATE_COMBINED: ("yate", write_yate_combined),
        FileKind.FREESWITCH: ("freeswitch_json", write_freeswitch),
    }
    return table[kind]
