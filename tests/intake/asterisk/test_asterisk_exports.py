from __future__ import annotations

from pathlib import Path

import pytest

FREEPBX = (
    "calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,amaflags,accountcode,"
    "uniqueid,userfield,did,cnum,cnam,outbound_cnum,outbound_cnam,dst_cnam,recordingfile,linkedid,peeraccount,sequence"
)
INBOUND = (
    '2026-03-02 09:00:01,"""Ada"" <+12025550130>",+12025550130,301,ext-local,PJSIP/tg-north-00000001,'
    'PJSIP/301-00000002,Dial,"PJSIP/301/sip:301@203.0.113.60,30",19,15,ANSWERED,3,,1772460001.1,,12125550187,,,,,,,1772460001.1,,7'
)
OUTBOUND = (
    "2026-03-02 09:01:00,301,301,912125550188,from-internal,PJSIP/301-00000003,PJSIP/tg-east-00000004,Dial,"
    '"PJSIP/12125550188@tg-east,300",19,0,NO ANSWER,3,,1772460060.3,,,301,Desk,+13125550160,,,,1772460060.3,,9'
)
GRANDSTREAM = (
    "Account Code,Caller Number,Callee Number,Context,CallerID,Source Channel,Dest Channel,Last app,Last data,"
    "Start Time,Answer Time,End Time,Call Time,Talk Time,Call Status,AMA Flags,Unique ID,Call Type,"
    "Dest Channel Extension,Caller Name,Answered by,Session,Premier Caller,Action Type,"
    "Source Trunk Name,Destination Trunk Name\r\n"
    ',1001,12125550140,from-internal,"""Desk"" <1001>",PJSIP/1001-00000001,PJSIP/trunk_1-00000002,Dial,'
    "PJSIP/trunk_1/0012125550140,2026-03-02 09:00:01,2026-03-02 09:00:05,2026-03-02 09:00:20,19,15,ANSWERED,"
    "DOCUMENTATION,1772460001.1,OUTBOUND,,Desk,,1772460001-1,,DIAL,,TG-EAST\r\n"
)


# Grandstream's CDR API leaves the arguments of Dial, which have commas, without quotes.
GRANDSTREAM_API = (
    "AcctId,accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,"
    "disposition,amaflags,uniqueid,userfield,channel_ext,dstchannel_ext,service\n"
    '62,,1001,12125550140,from-internal,"Desk" <1001>,PJSIP/1001-00000001,PJSIP/trunk_1/0012125550140-00000002,Dial,'
    "PJSIP/trunk_1/0012125550140,60,,2026-03-02 09:00:01,2026-03-02 09:00:05,2026-03-02 09:00:20,19,15,ANSWERED,"
    "DOCUMENTATION,1772460001.0,OUTBOUND,1001,,s\n"
)


@pytest.mark.parametrize("header", [FREEPBX + "\n", ""])
def test_freepbx_tells_what_was_called_and_what_was_shown(tmp_path: Path, read, header: str) -> None:
    path = tmp_path / "cdr.csv"
    path.write_text(header + INBOUND + "\n" + OUTBOUND + "\n")
    chunk = read(path)
    inbound, outbound = chunk.calls.sort("start_time").iter_rows(named=True)
    assert (inbound["called_number"], inbound["upstream"], inbound["downstream"]) == ("12125550187", "tg-north", None)
    assert (outbound["called_number"], outbound["egress_called_number"]) == ("912125550188", "12125550188")
    assert (outbound["egress_calling_number"], outbound["downstream"]) == ("+13125550160", "tg-east")
    assert chunk.zone.name == "-05:00"


def test_the_order_of_the_cdr_table_of_freepbx(tmp_path: Path, read) -> None:
    cells = INBOUND.replace(",,,,,,,1772460001.1,,7", ",rec.wav,,,,,,1772460001.1,,7")
    path = tmp_path / "dump.csv"
    path.write_text(cells + "\n")
    assert read(path).calls["called_number"].to_list() == ["12125550187"]


def test_grandstream_names_its_trunks(tmp_path: Path, read) -> None:
    path = tmp_path / "Master.csv"
    path.write_bytes(GRANDSTREAM.encode())
    (call,) = read(path).calls.iter_rows(named=True)
    assert (call["upstream"], call["downstream"]) == ("1001", "TG-EAST")
    assert (call["egress_called_number"], call["duration"]) == ("0012125550140", 15.0)


def test_grandstream_s_api_writes_dial_without_quotes(tmp_path: Path, read) -> None:
    path = tmp_path / "cdr.csv"
    path.write_text(GRANDSTREAM_API)
    (call,) = read(path).calls.iter_rows(named=True)
    assert (call["upstream"], call["downstream"]) == ("1001", "trunk_1")
    assert (call["called_number"], call["egress_called_number"]) == ("12125550140", "0012125550140")
    assert (call["duration"], call["record_id"]) == (15.0, "1772460001.0")


def test_null_words_of_an_export_are_empty(tmp_path: Path, read) -> None:
    path = tmp_path / "cdr.csv"
    path.write_text(FREEPBX + "\n" + INBOUND.replace("12125550187,,,,,,,", "NULL,NULL,None,\\N,NULL,,,") + "\n")
    assert read(path).calls["called_number"].to_list() == ["301"]


def test_of_two_columns_that_mean_the_same_the_one_by_its_usual_name_counts(golden: Path, read) -> None:
    """VitalPBX's table has src and source, dst and destination."""
    calls = read(golden / "vitalpbx_table.csv").calls
    assert calls["calling_number"].to_list() == ["2025550143", "2025550144"]
    assert calls["called_number"].to_list() == ["13125550187", "13125550100"]
    assert calls.select("upstream", "downstream").rows() == [("102", "east"), ("east", None)]
