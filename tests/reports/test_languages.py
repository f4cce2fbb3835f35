"""Reports in other languages: no message is missing, values go where they belong, and names stay what they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import hoptrace.reports
from hoptrace.errors import MissingExtra, UsageError
from hoptrace.model.verdicts import Verdict
from hoptrace.reports import Telling, fonts, render, trace_report
from hoptrace.reports.language import language, languages
from hoptrace.reports.phrases import PHRASES, WORDS, pattern_of, translated

REPORTS = Path(hoptrace.reports.__file__).parent
KEYWORDS = {"say": None, "message": None, "count": (2, 3)}
METHODS = [("**.py", "python"), ("templates/trace.html.j2", "jinja2")]
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


def test_endless_sentences_stay_as_they_are():
    text = "a says that " * 2_000
    assert translated(text, language("th")) == text


def test_an_unknown_language_is_refused(example_of, carriers):
    with pytest.raises(UsageError, match="there are en, th"):
        trace_report(example_of(Verdict.NOT_FOUND), carriers, Telling("tlh"))


def test_a_pdf_without_letters_is_refused(monkeypatch):
    monkeypatch.setattr(fonts, "has_font", lambda code: False)
    with pytest.raises(MissingExtra, match="fonts-noto-core"):
        fonts.check_font("th")
    fonts.check_font("en")


def test_fontconfig_can_be_asked():
    assert isinstance(fonts.has_font("th"), bool)
    assert not fonts.has_font("tlh")
