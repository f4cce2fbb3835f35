"""What exports of Asterisk's CDRs name their columns, and which rows are such names."""

from __future__ import annotations

from collections.abc import Sequence

_SYNONYMS = {
    "calldate": "start",
    "starttime": "start",
    "start_time": "start",
    "source": "src",
    "destination": "dst",
    "destinationchannel": "dstchannel",
    "callerid": "clid",
    "sipcallid": "call_id",
    "answertime": "answer",
    "endtime": "end",
    "callernumber": "src",
    "calleenumber": "dst",
    "sourcechannel": "channel",
    "destchannel": "dstchannel",
    "lastapp": "lastapp",
    "lastdata": "lastdata",
    "context": "dcontext",
    "calltime": "duration",
    "talktime": "billsec",
    "callstatus": "disposition",
    "accountcode": "accountcode",
    "amaflags": "amaflags",
    "uniqueid": "uniqueid",
    "sourcetrunkname": "src_trunk_name",
    "destinationtrunkname": "dst_trunk_name",
    "desttrunkname": "dst_trunk_name",
    "srctrunk": "src_trunk_name",
    "dsttrunk": "dst_trunk_name",
    "dstrunk": "dst_trunk_name",
    "didnumber": "did",
}
"""What exports name the columns (FreePBX, VitalPBX, Grandstream UCM, Yeastar), without spaces, to Asterisk's names."""


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row names columns: source, destination, a time, and no row of data would read so."""
    names = {canonical_name(cell) for cell in cells}
    return {"src", "dst", "start"} <= names and bool({"channel", "disposition"} & names)


def is_type_row(cells: Sequence[str]) -> bool:
    """Whether a row gives the SQL types of columns, as some exports write below the header."""
    words = {cell.strip().split("(")[0].lower() for cell in cells if cell.strip()}
    return bool(words) and words <= {
        "varchar",
        "char",
        "text",
        "int",
        "integer",
        "bigint",
        "datetime",
        "timestamp",
        "time",
    }


def canonical_name(cell: str) -> str:
    """A header cell as the column's usual name."""
    name = cell.strip().strip('"').lower()
    return _SYNONYMS.get(name.replace(" ", ""), name)
