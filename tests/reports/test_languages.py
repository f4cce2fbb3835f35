"""Reports in other languages: no message is missing, values go where they belong, and names stay what they are."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from lxml import html

import hoptrace.reports
from hoptrace.errors import MissingExtra, UsageError
from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.model.verdicts import Verdict
from hoptrace.reports import Telling, of_many, render, trace_report
from hoptrace.reports.pictures.sankey import sankey_of
from hoptrace.reports.profiles import Profile, Reader
from hoptrace.reports.rendering import fonts
from hoptrace.reports.summary_files import Form, render_summary
from hoptrace.reports.tables.columns import Kind
from hoptrace.reports.wording.language import language, languages
from hoptrace.reports.wording.phrases import PHRASES, WORDS, pattern_of, translated
from hoptrace.tracing import words
from hoptrace.tracing.evidence import misnamed

REPORTS = Path(hoptrace.reports.__file__).parent
KEYWORDS = {"say": None, "message": None, "count": (2, 3)}
METHODS = [("**.py", "python"), ("templates/*.j2", "jinja2")]
OTHERS = [code for code in languages() if code != "en"]
NAMES = re.compile(r"\{(\w+)\}")

Message = str | tuple[str, ...]


def messages() -> set[Message]:
    """Every message that the reports' source holds."""
    found = extract_from_dir(REPORTS, METHODS, keywords=KEYWORDS)  # type: ignore[arg-type]
    return {message for _, _, message, _, _ in found}


@pytest.fixture(scope="module", params=OTHERS)
def catalog(request):
    with (REPORTS / "locales" / f"{request.param}.po").open("rb") as written:
        return read_po(written)


def texts(message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def ids(message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def test_there_is_thai():
    assert "th" in OTHERS


def test_no_message_is_missing_and_none_is_left_over(catalog):
    written = {message.id if isinstance(message.id, str) else tuple(message.id) for message in catalog if message.id}
    assert messages() - written == set()
    assert written - messages() == set()
    assert [message.id for message in catalog if message.id and not all(texts(message))] == []
    assert [message.id for message in catalog if message.fuzzy and message.id] == []


def test_placeholders_agree(catalog):
    for message in catalog:
        if message.id:
            allowed = {name for one in ids(message) for name in NAMES.findall(one)}
            for text in texts(message):
                found = NAMES.findall(text)
                assert set(found) <= allowed, message.id
                # A name of which a plural says the number need not be said; all others must be.
                assert allowed - set(found) <= ({"number"} if len(ids(message)) > 1 else set()), message.id


def test_a_catalog_has_the_plurals_of_its_language(catalog):
    for message in catalog:
        if message.id and len(ids(message)) > 1:
            assert len(texts(message)) == catalog.num_plurals


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("code", OTHERS)
def test_a_report_in_another_language_says_nothing_in_english(code, verdict, example_of, carriers):
    report = trace_report(example_of(verdict), carriers, Telling(code))
    page = render(report, "html").decode()
    assert f'<html lang="{code}">' in page
    english = {one for one in messages() if isinstance(one, str) and len(one) > 12 and not NAMES.search(one)}
    assert [one for one in sorted(english) if f">{one}<" in page or one in report.words.does_not_say] == []
    assert report.words.heading != trace_report(example_of(verdict), carriers).words.heading


def test_thai_shows_the_buddhist_era_beside_the_year(example_of, carriers):
    report = trace_report(example_of(Verdict.NON_PARTICIPATING), carriers, Telling("th"))
    assert report.figures[3].label == "UTC วันที่ 2026-03-04 (พ.ศ. 2569)"
    assert "14 มีนาคม 2026 (พ.ศ. 2569)" in report.preserve[0].says or "2027 (พ.ศ. 2570)" in report.preserve[0].says


def test_names_of_carriers_are_never_taken_for_messages_or_patterns():
    thai = language("th")
    told = translated("{number} says that {carrier} handed it the call.", thai)
    assert "{number}" in told
    assert "{carrier}" in told
    assert translated("unknown says that busy handed it the call.", thai).startswith("unknown ")
    assert thai.say("{upper} handed the call to {lower}", upper="{lower}", lower="x").startswith("{lower}")


@pytest.mark.parametrize("pattern", [*PHRASES, *WORDS])
def test_each_pattern_finds_its_own_sentences(pattern):
    known = {"when": "1.2 s after", "what": "arrival time"}
    values = {name: known.get(name, f"<{name}>") for name in NAMES.findall(pattern)}
    sentence = NAMES.sub(lambda found: values[found[1]], pattern)
    assert (pattern_of(sentence) or pattern) == pattern
    thai = translated(sentence, language("th"))
    for value in set(values.values()) - set(known.values()):
        assert value in thai or pattern in WORDS


def test_every_ending_and_every_doubt_is_known():
    told = {"carrier": "alpha", "customer": "c-1", "upstream": "beta", "named": "beta", "numbers": 12, "trails": 3}
    doubts = (
        words.SHOWN_ELSEWHERE,
        words.TWINS,
        words.HARDLY_ON_FILE,
        words.FAR_FROM_REPORT,
        words.SEVERAL_FIT,
        words.AS_NEAR,
        words.MAYBE_AS_NEAR,
    )
    said = [text.format(**told, seconds=12) for text in (*words.ENDING_WORDS.values(), *doubts, words.ANOTHER_CALL)]
    said.append(misnamed("alpha", "beta", Trust(clashes=(("alpha", "gamma", "upstream", 1_200, 900),))))
    assert [text for text in said if pattern_of(text) is None] == []
    assert [text for text in said if text == translated(text, language("th"))] == []


def test_endless_sentences_stay_as_they_are():
    text = "a says that " * 2_000
    assert translated(text, language("th")) == text


def test_an_unknown_language_is_refused(example_of, carriers):
    with pytest.raises(UsageError, match="there are en, th"):
        trace_report(example_of(Verdict.NOT_FOUND), carriers, Telling("tlh"))


def test_a_pdf_without_letters_is_refused(monkeypatch):
    monkeypatch.setattr(fonts, "has_font", lambda code: False)
    monkeypatch.setattr(fonts, "packaged", lambda code: None)
    with pytest.raises(MissingExtra, match="hoptrace\\[pdf\\]' or apt-get install fonts-noto-core"):
        fonts.check_font("th")
    fonts.check_font("en")


def test_a_thai_pdf_embeds_the_font_of_the_package(example_of, carriers):
    pytest.importorskip("weasyprint", reason="the extra pdf is not installed", exc_type=ImportError)
    pypdf = pytest.importorskip("pypdf")
    report = trace_report(example_of(Verdict.NON_PARTICIPATING), carriers, Telling("th"))
    document = pypdf.PdfReader(io.BytesIO(render(report, "pdf")))
    found = [font.get_object() for page in document.pages for font in page["/Resources"]["/Font"].values()]
    assert any("Noto-Sans-Thai" in font["/BaseFont"] for font in found)
    embedded = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in found]
    assert all({"/FontFile2", "/FontFile3"} & set(each) for each in embedded)
    assert document.trailer["/Root"]["/Lang"] == "th"


def test_fontconfig_can_be_asked():
    assert isinstance(fonts.has_font("th"), bool)
    assert not fonts.has_font("tlh")


def of_many_in(workspace, code):
    """Each report over many traces, told in a language."""
    investigator = of_many.INVESTIGATOR
    return {
        "campaign": of_many.campaign(workspace, of_many.Which(campaign="bank alert"), code=code),
        "carrier": of_many.carrier(workspace, "CEDR3", code=code),
        "regulator": of_many.regulator(workspace, "2026", profile=investigator, code=code),
        "what-if": of_many.what_if(workspace, code=code),
        "for the public": of_many.campaign(workspace, of_many.Which(campaign="bank alert"), PUBLIC, code=code),
        "of one call": of_many.campaign(workspace, of_many.Which(call_refs=("REF-secret-0",)), code=code),
    }


PUBLIC = Profile(Reader.PUBLIC)
LATIN = re.compile(r"[A-Za-z][A-Za-z'_-]{2,}")
NOT_OURS = {
    # Names of carriers, references, customers and campaigns of the rows; codes and digests; names of this program.
    *("Alder", "Mutual", "Telephone", "Birch", "Long", "Distance", "Cedar", "Wholesale", "Voice", "Dogwood"),
    *("Interconnect", "Elm", "Gateway", "Services", "Foxglove", "com", "ALDR", "BRCH", "CEDR", "DOGW", "ELMG"),
    *("FOXG", "REF-secret-", "cust-secret-", "bank", "alert", "hoptrace", "investigator", "public", "UTC", "local"),
}


@pytest.mark.parametrize("code", OTHERS)
def test_no_english_is_left_in_reports_over_many_traces(code, reported, catalog):
    translated_words = {word for message in catalog for text in texts(message) for word in LATIN.findall(text)}
    for name, report in of_many_in(reported, code).items():
        page = html.document_fromstring(render_summary(report, Form("html")).decode())
        for style in page.xpath("//style | //code"):
            style.drop_tree()
        said = " ".join([*page.xpath("//text()"), *page.xpath("//@aria-label"), *page.xpath("//@data-label")])
        left = set(LATIN.findall(said)) - translated_words
        # Names are cut short in pictures.
        assert sorted(word for word in left if not any(known.startswith(word) for known in NOT_OURS)) == [], name
        assert page.get("lang") == code


@pytest.mark.parametrize("code", OTHERS)
def test_tables_keep_their_codes_and_say_their_sentences(code, reported):
    report = of_many_in(reported, code)["regulator"]
    english = of_many.regulator(reported, "2026")
    assert report.verdicts == english.verdicts
    assert report.uses.frame["calls"].to_list() == english.uses.frame["calls"].to_list()
    assert not set(report.uses.frame["use"]) & set(english.uses.frame["use"])
    assert not set(report.dictionary.frame["meaning"]) & set(english.dictionary.frame["meaning"])
    assert report.dictionary.frame["column"].to_list() == english.dictionary.frame["column"].to_list()


@pytest.mark.parametrize("code", OTHERS)
def test_every_code_of_a_table_has_words(code, reported):
    voice = language(code)
    for report in of_many_in(reported, "en").values():
        for table in (table for name, table in report.tables().items() if name != "dictionary"):
            for column in table.columns:
                codes = table.frame[column.name].unique() if column.kind is Kind.CODE else []
                assert [each for each in codes if each and not voice.has(each.replace("_", " "))] == []


def test_the_year_stands_in_both_eras(reported):
    report = of_many.regulator(reported, "2026", code="th")
    assert "2026 (พ.ศ. 2569)" in report.subject
    assert "2026-01-01 (พ.ศ. 2569)" in " ".join(report.completeness)


def test_pages_of_the_routes_are_the_same_but_for_the_words(reported):
    thai, english = (of_many_in(reported, code)["campaign"] for code in ("th", "en"))
    assert sorted(thai.passages.frame["calls"]) == sorted(english.passages.frame["calls"])
    assert len(sankey_of(thai).flows) == len(sankey_of(english).flows) > 0
