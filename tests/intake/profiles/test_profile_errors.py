"""Errors of a profile name the line, the key, and what may have been meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hoptrace.errors import ProfileInvalid
from hoptrace.intake.formats import readers
from hoptrace.intake.profile import Profile, read_profile
from hoptrace.intake.profiles.toml_lines import key_lines, line_of
from hoptrace.intake.sources import asked_format

FIELDS = '\n[fields]\nstart_time = "s"\ncalled_number = "c"\n'


@pytest.fixture
def refused() -> Callable[[str], str]:
    def read(text: str) -> str:
        with pytest.raises(ProfileInvalid) as error:
            read_profile(text, "p.toml", "p")
        return str(error.value).removesuffix(" See docs/formats/profiles.md for the keys.")

    return read


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("colour = 1\n", "p.toml, line 1: colour: there is no such key."),
        ("\n[time]\ntimezon = 'UTC'\n", "p.toml, line 3: time.timezon: there is no such key; did you mean timezone."),
        (
            '[file]\nquoting = "none of it"\n',
            "p.toml, line 2: file.quoting: it must be 'standard', 'none'",
        ),
        ('[file]\ndelimiter = "||"\n', "p.toml, line 2: file.delimiter: '||' cannot stand between fields"),
        ('[file]\nencoding = "ebcdic"\n', "p.toml, line 2: file.encoding: 'ebcdic' is not a known encoding"),
        ('[file]\nencoding = "utf-16"\n', "cannot be read line by line"),
        ("[file]\ncolumns = { a = [9, 3] }\n", "file: columns: a ends at 3, before it begins at 9"),
        ('[time]\nformats = ["%Y"]\n', "p.toml, line 2: time.formats: '%Y' does not hold a whole date and time"),
        ('[time]\nformats = ["epoch_s"]\n', "'epoch_s' is not a time format; give epoch, epoch_ms"),
        ('[time]\nzones = { X = "nowhere" }\n', "p.toml, line 2: time.zones: 'nowhere' is not a known time zone"),
        (
            '[fields]\ncalled_numbr = "c"\n',
            "line 2: fields: there is no field 'called_numbr'; did you mean called_number",
        ),
        ('format = "delimited"\n[fields]\nstart_time = "s"\n', "p.toml, line 2: fields: called_number is missing"),
        (
            'format = "delimited"\n[fields]\nstart_time = { colum = 1 }\ncalled_number = 2\n',
            "p.toml, line 3: fields.start_time.colum: there is no such key; did you mean column.",
        ),
        (
            'format = "delimited"\n[fields]\nstart_time = { column = 1, regex = "(" }\ncalled_number = 2\n',
            "p.toml, line 3: fields.start_time.regex: '(' is not a regular expression",
        ),
        (
            'format = "delimited"\n[fields]\nstart_time = { column = 1, split = "@" }\ncalled_number = 2\n',
            "split and part belong together",
        ),
        (
            'format = "delimited"\n[fields]\nstart_time = { }\ncalled_number = 2\n',
            "give either column, where the field stands, or value",
        ),
        (
            f'format = "delimited"\n[legs]\nrule = "joined"{FIELDS}',
            "line 2: legs: joined legs need id, direction",
        ),
        (f'format = "delimited"\n[records]\ncall = ["R"]{FIELDS}', "p.toml, line 2: records.type: name the column"),
        (
            f'format = "delimited"\n[layouts]\nstop = ["a"]\n[[records.layout]]\ncolumns = [1]\nnames = "stp"{FIELDS}',
            "p.toml, line 6: records.layout.0.names: there is no layout 'stp' in [layouts]; did you mean stop",
        ),
        (f'format = "fixed"\n[file]\nheader = false{FIELDS}', "file.columns: a fixed-width file needs them"),
        (
            f'format = "fixed"\n[file]\ncolumns = {{ st = [1, 2], c = [3, 4] }}{FIELDS}',
            "p.toml, line 5: fields.start_time: there is no column 's' in file.columns",
        ),
        (
            'format = "keyvalue"\n[fields]\nstart_time = 1\ncalled_number = "c"\n',
            "line 3: fields.start_time: a keyvalue",
        ),
        (
            'format = "asterisk"\n[fields]\nstart_time = 1\n',
            "line 3: fields.start_time: places and rules are",
        ),
        (
            f'format = "keyvalue"\ndedupe = [3]\n[records]\ntype = 2\ncall = ["x"]{FIELDS}',
            "line 2: dedupe: a keyvalue file has columns by name only; p.toml, line 4: records.type: a keyvalue",
        ),
        (
            'format = "delimited"\n[fields]\nstart_time = { column = 1, unit = "s", after = "end_time" }\n'
            "called_number = 2\n",
            "line 3: fields.start_time: only answer_time and end_time can be a span",
        ),
        (
            'format = "delimited"\n[fields]\nstart_time = 1\ncalled_number = { column = 2, when = { column = 1 } }\n',
            "line 4: fields.called_number.when.is: it is missing",
        ),
        ("[numbers.trunks]\nT1 = ['x']\n", "p.toml, line 1: numbers.trunks: 'x' is not a prefix"),
        ("[detect]\npattern = '('\n", "p.toml, line 2: detect.pattern: '(' is not a regular expression"),
        (
            'format = "fixed"\n[file.columns]\nS = [5, 2]\n[fields]\nstart_time = "S"\ncalled_number = "S"\n',
            "p.toml, line 2: file: columns: S ends at 2, before it begins at 5",
        ),
        ("format = [\n", "p.toml: not a readable TOML file"),
    ],
)
def test_what_is_wrong_is_told(text: str, told: str, refused) -> None:
    assert told in refused(text)


def test_all_problems_are_told_in_the_order_of_their_lines(refused) -> None:
    told = refused('[file]\ndelimeter = ";"\nheadr = true\n')
    assert told == (
        "p.toml, line 2: file.delimeter: there is no such key; did you mean delimiter; "
        "p.toml, line 3: file.headr: there is no such key; did you mean header."
    )


def test_what_coded_readers_take_is_unchanged() -> None:
    text = 'format = "acc_flatstore"\n[layouts]\nacc = ["method", "time"]\n[fields]\ncalling_number = ["src", "pai"]\n'
    profile = read_profile(text, "p.toml", "p")
    assert profile.columns_of("calling_number") == ("src", "pai")
    assert profile.columns_of("called_number", ("dst",)) == ("dst",)
    assert not profile.declarative
    assert Profile().columns_of("start_time") == ()


def test_lines_of_keys_are_found_in_every_way_of_writing() -> None:
    text = (
        'a = 1\n\n[t]\nb = [\n  "x",  # [\n  "y",\n]\n"c d" = 2\n[t.u]\ne.f = 3\n'
        '[[list]]\nx = 1\n[[list]]\nx = 2\n[list.in]\ny = """\nz = 1\n"""\nw = 1\n'
    )
    lines = key_lines(text)
    assert lines["a",] == 1
    assert lines["t", "b"] == 4
    assert lines["t", "c d"] == 8
    assert lines["t", "u", "e", "f"] == 10
    assert (lines["list", 0, "x"], lines["list", 1, "x"]) == (12, 14)
    assert lines["list", 1, "in", "y"] == 16
    assert lines["list", 1, "in", "w"] == 19
    assert ("list", 1, "in", "z") not in lines
    assert line_of(lines, ["t", "b", 1, "deeper"]) == 4
    assert line_of(lines, ["nowhere"]) is None


def test_a_format_that_is_none_is_told_with_its_line(tmp_path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('name = "own"\nformat = "asterik"\n')
    with pytest.raises(ProfileInvalid, match=r"own\.toml, line 2: format: .*'asterik'; did you mean asterisk"):
        asked_format(str(path), readers())
