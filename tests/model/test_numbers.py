from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.model.number_masks import MASKED_BELOW, fits_mask, masked_key, may_be
from hoptrace.model.number_prefixes import learn_tech_prefixes
from hoptrace.model.numbers import (
    WITHHELD_KEY,
    DialPlan,
    NumberKind,
    display,
    display_expr,
    internal_key,
    normalise,
    normalise_column,
)
from hoptrace.model.numbers_at_home import writes_as_at_home

US = DialPlan("US", carrier_id="acme")
GB = DialPlan("GB", carrier_id="acme")
RU = DialPlan("RU", carrier_id="acme")
AU = DialPlan("AU", carrier_id="acme")
ES = DialPlan("ES", carrier_id="acme")
NOWHERE = DialPlan(carrier_id="acme")


@pytest.mark.parametrize(
    ("plan", "text", "key"),
    [
        # row 31: a whole SIP header as the number
        (US, "'WIRELESS CALLER'<sip:12025550123@203.0.113.2:5060;user=phone>;tag=SDepng302", 12025550123),
        (US, "'12025550123'<sip:203.0.113.2:5060>;tag=a", 12025550123),
        (US, '"Bob" <2025550123>', 12025550123),
        # row 32: URIs and their parameters; the routing number never is the number
        (US, "2025550123@203.0.113.2", 12025550123),
        (US, "sip:+12025550123@example.net:5060;user=phone", 12025550123),
        (US, "sips:2025550123;cpc=ordinary;isub=11@example.net", 12025550123),
        (US, "sip:+12025550123;verstat=TN-Validation-Passed@example.net;user=phone", 12025550123),
        (US, "sip:2025550123;tgrp=T1;trunk-context=example.net@203.0.113.1", 12025550123),
        (US, "tel:+1-202-555-0123;npdi;rn=+13035550100", 12025550123),
        (US, "tel:5550123;phone-context=+1202", 12025550123),
        (US, "%2B12025550123", 12025550123),
        (US, "sip:1234%232025550123@203.0.113.1", 12025550123),
        (US, "sip:2025550123:secret@example.net", 12025550123),
        # row 33: prefixes
        (US, "2025550123", 12025550123),
        (US, "12025550123", 12025550123),
        (US, "+12025550123", 12025550123),
        (US, "0012025550123", 12025550123),
        (US, "01112025550123", 12025550123),
        (US, "01101112025550123", 12025550123),
        (US, "011442079460958", 442079460958),
        (US, "011011442079460958", 442079460958),
        (US, "0044 20 7946 0958", 442079460958),
        (US, "442079460958", 442079460958),
        (US, "441632960123", 441632960123),
        (GB, "020 7946 0958", 442079460958),
        (GB, "01632 960123", 441632960123),
        (GB, "442079460958", 442079460958),
        (GB, "2079460958", 442079460958),
        (GB, "+44 (0)20 7946 0958", 442079460958),
        (GB, "00442079460958", 442079460958),
        (GB, "+00442079460958", 442079460958),
        (GB, "00012025550123", 12025550123),
        (GB, "12025550123", 12025550123),
        (AU, "001112025550123", 12025550123),
        (AU, "0255501234", 61255501234),
        (RU, "8~10442079460958", 442079460958),
        (RU, "81012025550123", 12025550123),
        (RU, "84951234567", 74951234567),
        (RU, "74951234567", 74951234567),
        (RU, "9161234567", 79161234567),
        (ES, "912345678", 34912345678),
        (ES, "34912345678", 34912345678),
        (NOWHERE, "12025550123", 12025550123),
        (NOWHERE, "011442079460958", 442079460958),
        # row 34: tech prefixes and a closing #
        (US, "1234#2025550123", 12025550123),
        (US, "1234#+12025550123", 12025550123),
        (US, "2025550123#", 12025550123),
        (US, "*672025550123", 12025550123),
        (DialPlan("US", tech_prefixes=("7701",)), "770112025550123", 12025550123),
        (DialPlan("US", tech_prefixes=("001234",)), "0012342025550123", 12025550123),
        (DialPlan("US", tech_prefixes=("*2031141",)), "*203114112025550123", 12025550123),
        (DialPlan("US", tech_prefixes=("7701",)), "7701442079460958", 442079460958),
        (DialPlan("US", outside_prefixes=("9",)), "912025550123", 12025550123),
        (DialPlan("US", outside_prefixes=("9",)), "9011442079460958", 442079460958),
        (DialPlan("US", outside_prefixes=("9",)), "9162555012", 19162555012),
        # row 37, mild: a spreadsheet's text guard and a float
        (US, '="12025550123"', 12025550123),
        (US, "12025550123.0", 12025550123),
        # row 39: letters, separators, full-width digits, direction marks
        (US, "1-800-FLOWERS", 18003569377),
        (US, "(202) 555-0123", 12025550123),
        (US, "202.555.0123", 12025550123),
        (US, "２０２5550123", 12025550123),
        (US, "\u200e+1 202 555\u00a00123\u202c", 12025550123),
        (US, "٢٠٢٥٥٥٠١٢٣", 12025550123),
        (US, "202-555-0123 x105", 12025550123),
    ],
)
def test_every_spelling_of_a_number_is_the_number(plan: DialPlan, text: str, key: int) -> None:
    assert normalise(text, plan) == normalise(f"+{key}", plan)
    assert normalise(text, plan).key == key


@pytest.mark.parametrize(
    "text",
    [
        "anonymous",
        "Anonymous",
        "Restricted",
        "Unavailable",
        "unknown",
        "private",
        "withheld",
        "asserted",
        "8656696",
        "+266696687",
        "0",
        "<unknown>",
        "%22Unavailable%22",
        "sip:anonymous@anonymous.invalid",
        "Anonymous <>",
        '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1',
        "sip:c8oqz84zk7z@anonymous.invalid",
    ],
)
def test_withheld_is_kept_apart_from_missing(text: str) -> None:  # row 30
    number = normalise(text, US)
    assert (number.kind, number.key) == (NumberKind.WITHHELD, WITHHELD_KEY)


@pytest.mark.parametrize(
    "text", [None, "", "  ", "-", "NULL", "null", "None", r"\N", "(null)", '""', "sip:203.0.113.5"]
)
def test_missing_has_no_key(text: str | None) -> None:  # rows 19 and 30
    assert normalise(text, US).kind is NumberKind.MISSING
    assert normalise(text, US).key is None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "105",
            "*60",
            "s",
            "i",
            "h",
            "&",
            "ch1",
            "voicemail",
            "7001",
            "911",
            "933",
            "611",
            "+911",
            "alice@example.net",
        ),
        *("5550123", "*2031141", "urn:service:sos", "203.0.113.7"),
    ],
)
def test_internal_targets_are_no_e164(text: str) -> None:  # row 36
    number = normalise(text, US)
    assert number.kind is NumberKind.INTERNAL
    assert number.key is not None
    assert number.key < WITHHELD_KEY
    assert number.key != normalise(text, DialPlan("US", carrier_id="other")).key


def test_internal_spellings_agree_inside_a_carrier() -> None:
    assert normalise("sip:105@203.0.113.9", US) == normalise("105", US)
    assert normalise("+911", US) == normalise("911", US)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("9.12678E+11", "9.12678E+11"),  # row 37
        ("9,12678E+11", "spreadsheet"),
        ("12345XX", "masked"),  # which no plan has
        ("03432640000", "11 digits"),  # valid nowhere near: read in the US
        ("1234567890", "10 digits"),
        ("770116285550157", "15 digits"),
        ("+1202555012", "10 digits"),
        ("D77429161234567", "characters"),
    ],
)
def test_damage_is_invalid_and_says_why(text: str, why: str) -> None:
    number = normalise(text, US)
    assert (number.kind, number.key) == (NumberKind.INVALID, None)
    assert why in number.why


def test_without_a_country_bare_national_digits_stay_invalid() -> None:
    number = normalise("2025550123", NOWHERE)
    assert number.kind is NumberKind.INVALID
    assert "country is not known" in number.why


def test_a_country_of_any_writing() -> None:
    assert normalise("020 7946 0958", DialPlan("uk")).key == 442079460958
    assert normalise("020 7946 0958", DialPlan(" gb ")).key == 442079460958
    assert normalise("020 7946 0958", DialPlan("XX")).kind is NumberKind.INVALID


def test_display() -> None:
    extension = internal_key("105", US)
    keys = [12025550123, WITHHELD_KEY, extension, None]
    shown = ["+12025550123", "withheld", "internal", None]
    assert [display(key) for key in keys] == shown
    frame = pl.DataFrame({"key": keys}, schema={"key": pl.Int64})
    assert frame.select(display_expr("key"))["key"].to_list() == shown


def test_column_keeps_order_length_and_types() -> None:
    column = pl.Series(["2025550123", None, "anonymous", "105", "2025550123", "6128458XXXX", "", "sip:2025550123@h"])
    read = normalise_column(column, US)
    assert read.schema == {"key": pl.Int64, "kind": pl.String}
    extension = internal_key("105", US)
    assert read["key"].to_list() == [
        12025550123,
        None,
        -1,
        extension,
        12025550123,
        masked_key("6128458", 4),
        None,
        12025550123,
    ]
    assert read["kind"].to_list() == [
        *("e164", "missing", "withheld", "internal", "e164", "masked", "missing", "e164"),
    ]


@pytest.mark.parametrize("column", [pl.Series([], dtype=pl.String), pl.Series([None, None]), pl.Series([12025550123])])
def test_column_of_nothing_or_of_integers(column: pl.Series) -> None:
    assert normalise_column(column, US).height == column.len()


def test_learns_a_tech_prefix_that_the_profile_does_not_name() -> None:
    column = pl.Series([f"77011628555{n:04d}" for n in range(100, 105)] * 2 + ["+12025550123", "123123123123", None])
    assert learn_tech_prefixes(column, US) == ("7701",)
    told = DialPlan("US", tech_prefixes=("7701",))
    assert normalise("770116285550157", told).key == 16285550157


def test_learns_a_prefix_with_its_marks() -> None:
    assert learn_tech_prefixes(pl.Series([f"*203628555{n:04d}" for n in range(100, 104)]), US) == ("*203",)
    spelled = pl.Series([f"R77#1628555{n:04d}".replace("R", "*2031141") for n in range(100, 104)])
    assert learn_tech_prefixes(spelled, US) == ()  # ten digits before the mark are no prefix of 8


@pytest.mark.parametrize("country", ["IN", "GB", "MX", ""])
def test_learns_the_prefix_of_a_carrier_abroad_before_numbers_of_another_country(country: str) -> None:
    plan = DialPlan(country)
    written = [f"55121202555{n:04d}" for n in range(100, 112)]
    assert learn_tech_prefixes(pl.Series(written), plan) == ("5512",)
    told = DialPlan(country, tech_prefixes=("5512",))
    assert [normalise(text, told).key for text in written] == [12025550100 + n for n in range(12)]
    assert learn_tech_prefixes(pl.Series(written[:11]), plan) == ()
    assert learn_tech_prefixes(pl.Series([text.replace("5512", "99#") for text in written]), plan) == ()  # read already


@pytest.mark.parametrize("country", ["IN", "GB", "DE", "PH", "FR", "TH"])
@pytest.mark.parametrize(
    "spelling", ["{area}555{last}", "sip:{area}555{last}@203.0.113.9;user=phone", "({area}) 555-{last}"]
)
def test_a_carrier_abroad_that_dials_as_at_home_is_read_so(country: str, spelling: str) -> None:
    plan = DialPlan(country, home="US")
    parts = [(area, last) for area in range(220, 990, 11) for last in ("0100", "0150")]
    national = [f"{area}555{last}" for area, last in parts]
    written = [spelling.format(area=area, last=last) for area, last in parts]
    assert writes_as_at_home(pl.Series([*written, "+12025550123", None]), plan)
    told = replace(plan, as_at_home=True)
    assert [normalise(text, told).key for text in written] == [int("1" + text) for text in national]
    assert not writes_as_at_home(pl.Series([*written, "2021550123"]), plan)  # no number of North America
    assert not writes_as_at_home(pl.Series(national[:11]), plan)
    assert not writes_as_at_home(pl.Series(written), DialPlan(country, home="GB"))


@pytest.mark.parametrize(("country", "own"), [("KZ", "71147{:05d}"), ("TR", "312{:03d}5550")])
def test_numbers_that_the_own_plan_knows_nearly_all_are_its_own(country: str, own: str) -> None:
    """Local numbers there never begin with 0 or 1, so that none breaks the rule of North America."""
    written = pl.Series([own.format(n) for n in range(200, 999, 7)])
    assert not writes_as_at_home(written, DialPlan(country, home="US"))


def test_numbers_with_one_beginning_may_be_those_of_the_own_country() -> None:
    own = pl.Series([f"98202155{n:02d}" for n in range(60)])
    assert not writes_as_at_home(own, DialPlan("IN", home="US"))
    assert normalise("9820215501", DialPlan("IN", home="US")).key == 919820215501


@pytest.mark.parametrize(
    ("country", "text", "key"),
    [
        ("IN", "01112025550123", 12025550123),
        ("DE", "011442079460958", 442079460958),
        ("TH", "0012025550123", 12025550123),
        ("FR", "2125550123", 12125550123),  # no number at all in France
        ("GB", "01132345678", 441132345678),
        ("IN", "01123456789", 911123456789),
        ("US", "01112025550123", 12025550123),
    ],
)
def test_the_home_country_s_prefix_is_read_where_the_own_plan_knows_no_such_number(
    country: str, text: str, key: int
) -> None:
    assert normalise(text, DialPlan(country, home="US")).key == key


def test_learns_a_prefix_that_makes_numbers_of_a_country_by_their_length_alone() -> None:
    plan = DialPlan("IN", home="US")
    written = [f"77021202555{n:04d}" for n in range(100, 112)]
    assert normalise(written[0], plan).kind is NumberKind.E164  # of Kazakhstan, if there were such a number
    assert learn_tech_prefixes(pl.Series(written), plan) == ("7702",)
    assert learn_tech_prefixes(pl.Series(written[:11]), plan) == ()
    told = replace(plan, tech_prefixes=("7702",))
    assert [normalise(text, told).key for text in written] == [12025550100 + n for n in range(12)]


def test_learns_nothing_from_two_numbers_or_from_noise() -> None:
    assert learn_tech_prefixes(pl.Series(["770116285550157", "770116285550158"] * 50), US) == ()
    assert learn_tech_prefixes(pl.Series(["770116285550157"] * 50), US) == ()
    assert learn_tech_prefixes(pl.Series([f"{n}0000000000000" for n in range(1, 10)]), US) == ()
    assert learn_tech_prefixes(pl.Series([], dtype=pl.String), US) == ()


_fictional = st.builds(
    lambda area, last: (1, f"{area}555{last:04d}"), st.sampled_from([202, 303, 628, 907]), st.integers(100, 199)
) | st.builds(
    lambda last: (44, f"2079460{last:03d}"),
    st.integers(0, 999),
)
_spellings = st.sampled_from(
    [
        "+{e164}",
        "00{e164}",
        "011{e164}",
        "+{code} {national}",
        "sip:+{e164}@203.0.113.9:5060;user=phone",
        "tel:+{e164};npdi;rn=+13035550100;cpc=payphone",
        "sip:00{e164};isub=5@example.net",
        "'A, B'<sip:+{e164}@203.0.113.9>;tag=1",
        "7701#{e164}",
        "7701{e164}",
        "7701+{e164}",
        "%2B{e164}",
        "{e164}#",
    ]
)


@given(_fictional, _spellings)
def test_one_number_has_one_key_in_every_spelling(number: tuple[int, str], spelling: str) -> None:
    code, national = number
    e164 = f"{code}{national}"
    plan = DialPlan("US", tech_prefixes=("7701",))
    assert normalise(spelling.format(e164=e164, code=code, national=national), plan).key == int(e164)


_plans = st.builds(
    DialPlan,
    st.sampled_from(["US", "CA", "GB", "DE", "RU", "AU", "JP", "BR", "IT", "ES", "KZ", "LT", "IN", "FR", "XX", ""]),
    st.sampled_from([(), ("7701",), ("1",), ("44", "0"), ("+44",)]),
    st.sampled_from([(), ("9",)]),
    home=st.sampled_from(["", "US", "GB"]),
    as_at_home=st.booleans(),
)
_marks = ["", "+", "0", "1", "00", "011", "0011", "8", "810", "44", "+44", "+440", "7", "49", "+39", "+1", "9"]
_digit_strings = st.builds(str.__add__, st.sampled_from(_marks), st.text("0123456789", min_size=2, max_size=16))


@pytest.mark.parametrize("text", ["01000", "+491000", "010001", "00491000", "+49100012", "0100012345"])
def test_short_german_numbers_are_read_alike_in_a_column_and_singly(text: str) -> None:
    plan = DialPlan("DE")
    assert normalise_column(pl.Series([text]), plan)["key"].to_list() == [normalise(text, plan).key]


@pytest.mark.parametrize("text", ["011431000", "011431234", "0114310001", "01143100012", "011491000"])
def test_short_numbers_behind_a_prefix_are_read_alike_in_a_column_and_singly(text: str) -> None:
    plan = DialPlan("US")
    assert normalise_column(pl.Series([text]), plan)["key"].to_list() == [normalise(text, plan).key]


@given(st.lists(_digit_strings | st.text(max_size=20), max_size=30), _plans)
def test_column_and_single_reading_always_agree(texts: list[str], plan: DialPlan) -> None:
    read = normalise_column(pl.Series(texts, dtype=pl.String), plan)
    singles = [normalise(text, plan) for text in texts]
    assert read["key"].to_list() == [number.key for number in singles]
    assert read["kind"].to_list() == [str(number.kind) for number in singles]


@given(st.text(max_size=60), _plans)
def test_reading_never_raises_and_keys_fit_their_kind(text: str, plan: DialPlan) -> None:
    number = normalise(text, plan)
    if number.kind is NumberKind.E164:
        assert number.key is not None
        assert 10**6 <= number.key < 10**15
    elif number.kind is NumberKind.INTERNAL:
        assert number.key is not None
        assert -(2**63) <= number.key < WITHHELD_KEY
    elif number.kind is NumberKind.WITHHELD:
        assert number.key == WITHHELD_KEY
    else:
        assert number.key is None
    assert bool(number.why) == (number.kind is NumberKind.INVALID)


@pytest.mark.parametrize(
    ("text", "shown", "fits", "other"),
    [
        ("6128458XXXX", "+6128458XXXX", 61284581234, 61284591234),  # row 38
        ("+1202555****", "+1202555XXXX", 12025550143, 12025560143),
        ("202555XXXX", "+1202555XXXX", 12025550143, 120255501431),
        ('"Smith, J" <+1312555', "+1312555…", 13125550187, 13125560187),  # cut at sixteen characters
        ('"Smith, J" <sip:+1312555', "+1312555…", 131255501874, 13125),
    ],
)
def test_a_masked_number_says_which_numbers_it_may_be(text: str, shown: str, fits: int, other: int) -> None:
    number = normalise(text, US)
    assert (number.kind, display(number.key)) == (NumberKind.MASKED, shown)
    assert number.key is not None
    assert number.key < MASKED_BELOW < internal_key("105", US)
    assert may_be(number.key, fits)
    assert not may_be(number.key, other)
    frame = pl.DataFrame(
        {"m": [number.key] * 4, "n": [fits, other, WITHHELD_KEY, None]}, {"m": pl.Int64, "n": pl.Int64}
    )
    assert frame.select(fits_mask(pl.col("m"), pl.col("n"))).to_series().to_list() == [True, False, None, None]
    assert frame.select(display_expr("m")).to_series().to_list() == [shown] * 4


def test_what_is_closed_or_whole_was_not_cut() -> None:
    for text in ('"Smith, J" <+13125550187', '"Smith, J" <+13125550187>', '"Smith, J" <sip:+13125550187@h'):
        assert normalise(text, US).key == 13125550187
