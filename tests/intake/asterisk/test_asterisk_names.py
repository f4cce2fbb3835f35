from __future__ import annotations

import pytest

from hoptrace.intake.formats.asterisk.names import Target, dial_target, trunk_of
from hoptrace.intake.formats.text.splitting import split, split_tolerant


@pytest.mark.parametrize(
    ("channel", "trunk"),
    [
        ("PJSIP/tg-east-01-0000002f", "tg-east-01"),
        ("SIP/203.0.113.5-0000002f", "203.0.113.5"),
        ("SIP/203.0.113.5:5060-0000002f", "203.0.113.5"),
        ("IAX2/peer-1234", "peer"),
        ("DAHDI/i1/12025550123-2f", "i1"),
        ("PJSIP/trunk_1/12025550123-00000002", "trunk_1"),
        ("Local/302@queue-00000001;1", None),
        ("nothing", None),
    ],
)
def test_trunk_of(channel: str, trunk: str | None) -> None:
    assert trunk_of(channel) == trunk


@pytest.mark.parametrize(
    ("lastdata", "dialled", "target"),
    [
        ("PJSIP/+12025550123@tg-east,90,b(x^s^1)", None, Target("tg-east", "+12025550123")),
        ("SIP/tg-east/12025550123|60", None, Target("tg-east", "12025550123")),
        ("SIP/113,60,rI", "113", Target("113", None)),
        ("PJSIP/tg-east/sip:+12025550123@203.0.113.5", "tg-east", Target("tg-east", "sip:+12025550123@203.0.113.5")),
        ("SIP/a/1&SIP/b/2", "b", Target("b", "2")),
        ("SIP/a/1&SIP/b/2", "c", Target("c", None)),
        ("IAX2/user:secret@203.0.113.5/12025550123", None, Target("203.0.113.5", "12025550123")),
        ("", None, Target(None, None)),
    ],
)
def test_dial_target(lastdata: str, dialled: str | None, target: Target) -> None:
    assert dial_target(lastdata, dialled) == target


def test_split_tolerant_agrees_with_csv_on_sound_lines() -> None:
    line = '"","a ""b"" <1>",3,,"x,y","",""'
    assert split_tolerant(line) == split(line) == ["", 'a "b" <1>', "3", "", "x,y", "", ""]


def test_split_tolerant_keeps_a_comma_between_stray_quotes() -> None:
    assert split_tolerant('"1",""Smith, John" <2>","3"') == ["1", '"Smith, John" <2>', "3"]
