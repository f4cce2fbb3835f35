"""Bad input: one message on stderr that says what, where and what to do, the right exit code, nothing half done."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from click.testing import CliRunner, Result

from hoptrace.cli.app import hoptrace

Ask = Callable[..., Result]
HEADER = "start_time,duration,calling_number,called_number,upstream,customer,downstream\n"
ROW = "2026-11-02T19:30:00Z,42,+12025550101,+12025550143,bravo,,\n"
MANY = HEADER + "".join(
    f"2026-11-02T19:{n // 60:02}:{n % 60:02}Z,42,+12025550101,+12025550143,,,\n" for n in range(999)
)
CARRIERS = "carrier_id,name,country,timezone\nalpha,Alpha,US,\nbravo,Bravo,US,\n"
TRUNKS = "carrier_id,trunk,peer,customer\n"
CALLS = "call_ref,start_time,called_number,calling_number,terminating_carrier\n"
CALL = "c1,2026-11-02T19:30:00Z,+12025550143,,alpha\n"

FILES: dict[str, str | bytes] = {
    "good.csv": HEADER + ROW,
    "no-column.csv": (HEADER + ROW).replace("called_number", "called_nr"),
    "utf16.csv": (HEADER + ROW).encode("utf-16"),
    "utf16-bare.csv": (HEADER + ROW).encode("utf-16-le"),
    "empty.csv": "",
    "blank.csv": "\n \n",
    "words.csv": "hello\x1b[31m world\n",
    "cut.csv.gz": gzip.compress(MANY.encode(), mtime=0)[:-40],
    "stump.csv.gz": gzip.compress(MANY.encode(), mtime=0)[:5],
    "plain.csv.gz": HEADER + ROW,
    "cut.csv.zst": zstandard.ZstdCompressor().compress(MANY.encode())[:-9],
    "cut.parquet": b"PAR1 and then nothing",
    "broken.toml": "format = [",
    "key.toml": "colour = 1\n",
    "format.toml": 'format = "vhs"\n',
    "zone.toml": '[time]\ntimezone = "Mars/Olympus"\n',
    "field.toml": '[fields]\ncalled = "dst"\n',
    "list.toml": '[layouts]\nacc = "time"\n',
    "prefix.toml": '[numbers]\ntech_prefixes = ["abc"]\n',
    "own.toml": '[trunks]\nown = ["203.0.113.0/64"]\n',
    "column.toml": 'format = "canonical"\n[fields]\nstart_time = "begun"\n',
    "carriers.csv": CARRIERS,
    "twice.csv": CARRIERS + "alpha,Again,US,\n",
    "no-id.csv": CARRIERS.replace("carrier_id", "id"),
    "empty-id.csv": CARRIERS + ",Nobody,US,\n",
    "country.csv": CARRIERS.replace("US", "USA"),
    "no-country.csv": CARRIERS.replace("US", "ZZ"),
    "carrier-zone.csv": CARRIERS.replace("US,", "US,Chicago"),
    "machine-zone.csv": CARRIERS.replace("US,", "US,localtime"),
    "utf16-carriers.csv": CARRIERS.encode("utf-16"),
    "semicolons.csv": CARRIERS.replace(",", ";"),
    "quote.csv": CARRIERS + 'charlie,"Charlie,US,\n',
    "nobody.csv": "carrier_id,name\n",
    "peer.csv": TRUNKS + "alpha,T1,charlie,\n",
    "owner.csv": TRUNKS + "charlie,T1,alpha,\n",
    "both.csv": TRUNKS + "alpha,T1,bravo,cust-1\n",
    "neither.csv": TRUNKS + "alpha,T1,,\n",
    "block.csv": TRUNKS + "alpha,203.0.113.0/40,bravo,\n",
    "address.csv": TRUNKS + "alpha,300.0.113.9,bravo,\n",
    "no-trunk.csv": "carrier_id,peer,customer\nalpha,bravo,\n",
    "calls.csv": CALLS + CALL,
    "calls-column.csv": CALLS.replace("called_number", "called") + CALL,
    "calls-twice.csv": CALLS + CALL + CALL,
    "calls-zone.csv": CALLS + CALL.replace("Z", ""),
    "calls-time.csv": CALLS + CALL.replace("2026-11-02T19:30:00Z", "yesterday"),
    "calls-year.csv": CALLS + CALL.replace("2026-11-02T19:30:00Z", "9999-12-31T23:59:59-12:00"),
    "calls-number.csv": CALLS + CALL.replace("+12025550143", "nobody"),
    "calls-ref.csv": CALLS + CALL.replace("c1", ""),
}

SUBMIT = "submit {} --carrier alpha"
TRACE = "trace --called +12025550143 --at 2026-11-02T19:30:00Z"
REFUSED: list[tuple[str, int, str]] = [
    *(
        (SUBMIT.format(arguments), code, says)
        for arguments, code, says in (
            ("no-column.csv", 1, "no-column.csv, line 1: the required column called_number is missing. «called_nr»"),
            ("utf16.csv", 1, "utf16.csv is written in UTF-16. Save it as UTF-8"),
            ("utf16-bare.csv", 1, "utf16-bare.csv is written in UTF-16. Save it as UTF-8"),
            ("utf16.csv --format asterisk", 1, "utf16.csv is written in UTF-16. Save it as UTF-8"),
            ("empty.csv", 1, "empty.csv is empty"),
            ("blank.csv", 1, "blank.csv is empty"),
            ("words.csv", 1, "words.csv: not a known format. It begins with «hello·[31m world». No format claims it."),
            ("missing.csv", 1, "missing.csv: there is no such file. Nothing was taken in."),
            ("dangling.csv", 1, "dangling.csv: there is no such file. Nothing was taken in."),
            ("folder", 1, "folder is a directory. Name the files in it"),
            ("cut.csv.gz", 1, "cut.csv.gz cannot be unpacked (Compressed file ended"),
            ("stump.csv.gz", 1, "stump.csv.gz cannot be unpacked"),
            ("plain.csv.gz", 1, "plain.csv.gz cannot be unpacked (Not a gzipped file"),
            ("cut.csv.zst", 1, "cut.csv.zst cannot be unpacked"),
            ("cut.parquet", 1, "cut.parquet is a Parquet file that is cut or damaged. Copy it again"),
            ("calls.csv", 1, "calls.csv is a list of calls to trace. Trace them with: hoptrace trace --calls"),
            ("good.csv no-column.csv", 1, "no-column.csv, line 1: the required column called_number is missing"),
            ("good.csv no-column.csv", 1, "None of the 2 files was taken in."),
            ("good.csv cut.csv.gz", 1, "None of the 2 files was taken in."),
            ("good.csv missing.csv", 1, "missing.csv: there is no such file. Nothing was taken in."),
            ("good.csv --format vhs", 2, "There is no format 'vhs'. Known are auto, canonical"),
            ("good.csv --format acc_flatstore", 2, "needs a profile that names the file's columns"),
            ("good.csv --timezone Mars/Olympus", 2, "'Mars/Olympus' is not a known time zone. Give an IANA name"),
            ("good.csv --timezone localtime", 2, "'localtime' is not a known time zone"),
            ("good.csv --timezone +25:00", 2, "'+25:00' is not a known time zone"),
            ("good.csv --format missing.toml", 1, "missing.toml: there is no such profile."),
            ("good.csv --format folder.toml", 1, "folder.toml: cannot be read: Is a directory."),
            ("good.csv --format broken.toml", 1, "broken.toml: not a readable TOML file"),
            ("good.csv --format key.toml", 1, "key.toml, line 1: colour: there is no such key."),
            ("good.csv --format format.toml", 1, "format.toml, line 1: format: there is no format 'vhs'. Known"),
            ("good.csv --format zone.toml", 1, "zone.toml, line 2: time.timezone: 'Mars/Olympus' is not a known time"),
            (
                "good.csv --format field.toml",
                1,
                "field.toml, line 2: fields: there is no field 'called'; did you mean called_n",
            ),
            ("good.csv --format list.toml", 1, "list.toml, line 2: layouts.acc: it must be a list"),
            ("good.csv --format prefix.toml", 1, "prefix.toml, line 2: numbers.tech_prefixes: 'abc' is not a prefix"),
            (
                "good.csv --format own.toml",
                1,
                "own.toml, line 2: trunks.own: '203.0.113.0/64' is not a valid CIDR block",
            ),
            ("good.csv --format column.toml", 1, "good.csv, line 1: the profile takes start_time from begun, which"),
        )
    ),
    ("submit good.csv --carrier alhpa", 4, "There is no carrier 'alhpa' in the directory. Did you mean alpha?"),
    ("submit good.csv", 2, "Missing option '--carrier'"),
    ("carriers load twice.csv", 1, "twice.csv, line 4: carrier_id 'alpha' appears here for the second time"),
    ("carriers load no-id.csv", 1, "no-id.csv: column carrier_id is missing; it has id, name"),
    ("carriers load empty-id.csv", 1, "empty-id.csv, line 4: carrier_id is empty"),
    ("carriers load country.csv", 1, "country.csv, line 2: country 'USA' is not a two-letter ISO 3166-1 code"),
    ("carriers load no-country.csv", 1, "no-country.csv, line 2: country 'ZZ' is not a two-letter ISO 3166-1 code"),
    ("carriers load carrier-zone.csv", 1, "carrier-zone.csv, line 2: timezone 'Chicago' is not an IANA time zone"),
    ("carriers load machine-zone.csv", 1, "machine-zone.csv, line 2: timezone 'localtime' is not an IANA time zone"),
    ("carriers load utf16-carriers.csv", 1, "utf16-carriers.csv: not UTF-8 text (byte 0). Save it as UTF-8"),
    ("carriers load semicolons.csv", 1, "Separate the columns by commas"),
    ("carriers load quote.csv", 1, "quote.csv, line 4: unexpected end of data; look for a quotation mark"),
    ("carriers load nobody.csv", 1, "nobody.csv: it lists no carrier"),
    ("carriers load empty.csv", 1, "empty.csv is empty: there is no header"),
    ("carriers load missing.csv", 1, "missing.csv: there is no such file"),
    ("carriers load folder", 1, "folder is a directory"),
    ("carriers load stump.csv.gz", 1, "stump.csv.gz: cannot be unpacked"),
    ("carriers load carriers.csv --trunks peer.csv", 1, "peer.csv, line 2: peer 'charlie' is not in the carrier file"),
    ("carriers load carriers.csv --trunks owner.csv", 1, "owner.csv, line 2: carrier_id 'charlie' is not in the carr"),
    ("carriers load carriers.csv --trunks both.csv", 1, "both.csv, line 2: exactly one of peer and customer"),
    ("carriers load carriers.csv --trunks neither.csv", 1, "neither.csv, line 2: exactly one of peer and customer"),
    (
        "carriers load carriers.csv --trunks block.csv",
        1,
        "block.csv, line 2: '203.0.113.0/40' is not a valid CIDR block",
    ),
    ("carriers load carriers.csv --trunks address.csv", 1, "address.csv, line 2: '300.0.113.9' is not a valid IP addr"),
    ("carriers load carriers.csv --trunks no-trunk.csv", 1, "no-trunk.csv: column trunk is missing"),
    ("carriers load carriers.csv --trunks missing.csv", 1, "missing.csv: there is no such file"),
    ("carriers show alhpa", 4, "Did you mean alpha?"),
    *(
        (f"trace --calls {name} --out out.jsonl", 1, says)
        for name, says in (
            ("calls-column.csv", "calls-column.csv: column called_number is missing"),
            ("calls-twice.csv", "calls-twice.csv, line 3: call_ref 'c1' appears twice"),
            ("calls-zone.csv", "calls-zone.csv, line 2: The time '2026-11-02T19:30:00' has no time zone"),
            ("calls-time.csv", "calls-time.csv, line 2: 'yesterday' is not a time"),
            ("calls-year.csv", "calls-year.csv, line 2: The time '9999-12-31T23:59:59-12:00' is not between"),
            ("calls-number.csv", "calls-number.csv, line 2: 'nobody' is not a telephone number"),
            ("calls-ref.csv", "calls-ref.csv, line 2: call_ref is empty"),
            ("empty.csv", "empty.csv is empty"),
            ("missing.csv", "missing.csv: there is no such file"),
            ("folder", "folder is a directory"),
            ("utf16.csv", "utf16.csv: not UTF-8"),
        )
    ),
    ("trace --calls calls.csv --out nowhere/out.jsonl", 1, "nowhere/out.jsonl cannot be written: there is no folder"),
    ("trace --calls calls.csv --out folder", 1, "folder cannot be written: it is a folder"),
    ("trace --calls calls.csv --out /proc/out.jsonl", 1, "/proc/out.jsonl cannot be written"),
    ("trace --calls calls.csv --out /dev/full", 1, "/dev/full cannot be written: No space left on device"),
    ("trace --calls calls.csv --out calls.csv", 2, "calls.csv is the file that is read; name another"),
    ("calls import calls.csv --out calls.csv", 2, "calls.csv is the file that is read; name another one to write."),
    ("calls import calls.csv --out ./folder/../calls.csv", 2, "calls.csv is the file that is read"),
    ("profile draft good.csv --out good.csv", 2, "good.csv is the file that is read"),
    ("report regulator --period 2026 --requests calls.csv --table months --out calls.csv", 2, "is the file that is re"),
    ("report trace c9 --at 2026-11-02T19:30:00Z --out out.html", 2, "either CALL_REF, or --called NUMBER --at TIME"),
    ("report trace --at 2026-11-02T19:30:00Z --out out.html", 2, "--called NUMBER needs --at TIME"),
    (f"{TRACE} --terminating alhpa", 4, "There is no carrier 'alhpa' in the directory. Did you mean alpha?"),
    ("report trace c9 --out out.html", 4, "There is no stored trace of call 'c9'. Trace it first"),
    ("report trace c9 --out out.docx", 2, "No report is written as .docx. Choose --format html|json|csv|pdf"),
    ("report trace c9 --out out --format docx", 2, "'docx' is not one of 'html', 'json', 'csv', 'pdf'"),
    ("batches show b9", 4, "There is no batch 'b9'. See them with: hoptrace batches list"),
    ("batches rejected b9", 4, "There is no batch 'b9'"),
    ("batches rejected b9 --out out.csv", 4, "There is no batch 'b9'"),
    ("batches list --carrier alhpa", 4, "Did you mean alpha?"),
    ("lake info --workspace folder", 4, "is not a hoptrace workspace (it has no hoptrace.toml). Make one with"),
    ("lake info --workspace missing", 4, "is not a hoptrace workspace"),
    ("lake info --workspace good.csv", 4, "is not a hoptrace workspace"),
    ("init --workspace good.csv", 1, "good.csv already exists and is not an empty folder. Name another one."),
    ("init --workspace new --home-country USA", 2, "'USA' is not a country"),
    ("init --workspace new --catalog-url nonsense", 2, "The catalog's URL is invalid. Write sqlite:///FILE or"),
    ("init --workspace /proc/new", 1, "The workspace /proc/new cannot be made"),
    ("simulate --scenario nowhere --out new", 2, "There is no scenario 'nowhere'"),
    ("simulate --scenario small --out good.csv", 2, "good.csv is not empty"),
    ("simulate --scenario small --seed -1 --out new", 2, "-1 is not in the range x>=0"),
    ("demo --out good.csv", 1, "good.csv: Not a directory"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace of two carriers and all the bad files."""
    folder = tmp_path_factory.mktemp("bad")
    for name, content in FILES.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "folder").mkdir()
    (folder / "folder.toml").mkdir()
    (folder / "dangling.csv").symlink_to(folder / "nowhere.csv")
    workspace = ("--workspace", str(folder / "hoptrace-workspace"))
    for arguments in (("init",), ("carriers", "load", str(folder / "carriers.csv"))):
        assert CliRunner().invoke(hoptrace, [*workspace, *arguments]).exit_code == 0
    return folder


@pytest.fixture
def ask(place: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.chdir(place)
    for name in ("HOPTRACE_WORKSPACE", "HOPTRACE_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments: CliRunner().invoke(hoptrace, arguments, prog_name="hoptrace")


def told(ask: Ask, *arguments: str) -> str:
    return ask(*arguments).stdout


@pytest.mark.parametrize(("command", "code", "says"), REFUSED, ids=[command for command, _, _ in REFUSED])
def test_bad_input_is_refused_in_words_and_leaves_nothing(command: str, code: int, says: str, ask: Ask) -> None:
    before = sorted(path.name for path in Path().iterdir())
    result = ask(*command.split())
    assert (result.exit_code, result.stdout) == (code, ""), result.output
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert "did not expect" not in result.stderr
    assert "\x1b" not in result.stderr
    assert sorted(path.name for path in Path().iterdir()) == before
    assert json.loads(told(ask, "lake", "info", "--json"))["statements"] == 0
    assert json.loads(told(ask, "batches", "list", "--json")) == []
    assert [carrier["country"] for carrier in json.loads(told(ask, "carriers", "list", "--json"))] == ["US", "US"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("hoptrace.toml", "format = 99\n", "was made by a newer hoptrace (layout 99, this program knows 1). Update"),
        ("hoptrace.toml", "format =", "hoptrace.toml cannot be read"),
        ("hoptrace.toml", "colour = 1\n", "colour"),
        ("catalog.sqlite", "no database " * 100, "file is not a database"),
        ("catalog.sqlite", None, "catalog.sqlite is missing: the workspace has lost its catalog. Put it back"),
    ],
)
def test_a_workspace_that_is_newer_or_damaged_is_told(
    name: str, content: str | None, says: str, ask: Ask, tmp_path: Path
) -> None:
    workspace = ("--workspace", str(tmp_path / "w"))
    assert ask("init", *workspace).exit_code == 0
    for file in (tmp_path / "w").glob("catalog.sqlite*"):
        if name == "catalog.sqlite":
            file.unlink()
    if content is not None:
        (tmp_path / "w" / name).write_text(content)
    for command in (("carriers", "list"), ("submit", "good.csv", "--carrier", "alpha")):
        result = ask(*command, *workspace)
        assert (result.exit_code, result.stdout) == (1, "")
        assert says in result.stderr


def test_an_init_that_fails_leaves_an_empty_folder_as_it_was(ask: Ask, tmp_path: Path) -> None:
    assert ask("init", "--workspace", str(tmp_path), "--catalog-url", "mysql://host/name").exit_code == 2
    assert list(tmp_path.iterdir()) == []
    assert ask("init", "--workspace", str(tmp_path), "--home-country", "uk", "--json").exit_code == 0
    assert 'home_country = "GB"' in (tmp_path / "hoptrace.toml").read_text()


def test_a_pdf_without_its_part_says_what_to_install(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    result = ask(*TRACE.replace("trace", "report trace", 1).split(), "--out", str(tmp_path / "c.pdf"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "pip install 'hoptrace[pdf]'" in result.stderr
    assert list(tmp_path.iterdir()) == []
