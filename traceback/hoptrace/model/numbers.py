"""Telephone numbers as 64-bit keys: an E.164 number is its digits, -1 is withheld, other negatives are internal.

A missing or invalid number has no key. Keys are what the lake sorts by and what statements are joined on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial

import polars as pl

from hoptrace.model.dialplan import NANP_CODE, NANP_SHAPE, Country, DialPlan, clean_shapes, country_of
from hoptrace.model.nanp_keys import nanp_keys
from hoptrace.model.number_masks import CUT, MASKED_BELOW, display_mask, mask_of
from hoptrace.model.number_reading import WITHHELD_KEY, Number, NumberKind, internal_key, normalise
from hoptrace.model.number_spellings import is_known, read_bare, read_strictly
from hoptrace.model.number_text import undress

__all__ = [
    "WITHHELD_KEY",
    "DialPlan",
    "Number",
    "NumberKind",
    "all_at_home",
    "are_odd",
    "display",
    "display_expr",
    "has_long",
    "internal_key",
    "learn_tech_prefixes",
    "normalise",
    "normalise_column",
    "writes_as_at_home",
]

_MOST_PREFIX_DIGITS = 8
LEAST_CLEAN = 9
"""Characters from which a spelling can be beyond doubt."""
_LEARN_FROM = 20_000
_LEARN_SHARE = 0.95
_LEAST_BARE = 12
"""Numbers of any country, which nothing announces, that must share a prefix, for three are found in many odd texts; and
of ten digits that tell whether a carrier abroad writes them as the home country does."""
_BEGINNINGS, _BEGINNINGS_OF_KNOWN = 8, 30
"""Different first four digits that are asked for: in general, and where the own country's plan knows most numbers."""
_ALL_BUT_MISTAKES = 0.95
"""Share of a file's numbers that its carrier's own plan knows from which they are its own: of numbers of North America
Germany's plan knows nine in ten, all others fewer."""
_MOST_BARE, _MOST_KNOWN = 2_000, 200
"""So many numbers are enough to tell how a carrier writes, and how many of them its own country's plan knows."""
_LONG = 14
"""Digits that hardly any number has, with its country's calling code."""
_TEN_DIGITS = re.compile("[2-9][0-9]{9}")


def normalise_column(column: pl.Series, plan: DialPlan) -> pl.DataFrame:
    """`key` (Int64) and `kind` (String) of every number in a column, in its order.

    Clean spellings are read by expressions; `normalise` reads each distinct one of the others. Both always agree.
    """
    text = column.cast(pl.String).rename("text")
    key = nanp_keys(text)
    if key is None:
        key = text.to_frame().select(_explicit_key(pl.col("text"))).to_series()
    if not key.null_count():
        return key.rename("key").to_frame().with_columns(kind=pl.lit(str(NumberKind.E164)))
    if key.null_count() == text.null_count():
        clean = pl.when(pl.col("text").is_not_null()).then(pl.lit(str(NumberKind.E164)))
        kind = text.to_frame().select(kind=clean.otherwise(pl.lit(str(NumberKind.MISSING)))).to_series()
        return pl.DataFrame({"key": key, "kind": kind})
    frame = pl.DataFrame({"text": text, "key": key})
    read = _read_distinct(frame.filter(key.is_null() & text.is_not_null())["text"].unique().sort(), plan)
    frame = frame.join(read, on="text", how="left", maintain_order="left")
    explicit = pl.when(pl.col("key").is_not_null()).then(pl.lit(str(NumberKind.E164)))
    kind = explicit.otherwise(pl.col("other_kind").fill_null(str(NumberKind.MISSING)))
    return frame.select(key=pl.coalesce("key", "other_key"), kind=kind)


def _read_distinct(texts: pl.Series, plan: DialPlan) -> pl.DataFrame:
    """`other_key` and `other_kind` of distinct spellings (`text`) that do not begin with a plus and a calling code."""
    told = texts.to_frame().with_columns(other_key=_clean_key(pl.col("text"), plan))
    odd = told.filter(pl.col("other_key").is_null())["text"]
    numbers = [normalise(text, plan) for text in odd.to_list()]
    read = pl.DataFrame(
        {"text": odd, "other_key": [n.key for n in numbers], "other_kind": [str(n.kind) for n in numbers]},
        schema={"text": pl.String, "other_key": pl.Int64, "other_kind": pl.String},
    )
    clean = told.filter(pl.col("other_key").is_not_null())
    return pl.concat([clean.with_columns(other_kind=pl.lit(str(NumberKind.E164))), read])


def display(key: int | None) -> str | None:
    """A number key for people: `+1...`, `+1202555XXXX`, `withheld`, `internal`, or None where there is no number."""
    if key is None:
        return None
    if key > 0:
        return f"+{key}"
    if key < MASKED_BELOW:
        known, hidden = mask_of(key)
        return f"+{known}{'…' if hidden == CUT else 'X' * hidden}"
    return "withheld" if key == WITHHELD_KEY else "internal"


def display_expr(column: str | pl.Expr, *, masked: bool = True) -> pl.Expr:
    """`display` as an expression over a column of number keys; `masked`: some may be masked ones."""
    key = pl.col(column) if isinstance(column, str) else column
    name = column if isinstance(column, str) else column.meta.output_name()
    told = pl.when(key > 0).then(pl.lit("+") + key.cast(pl.String)).when(key == WITHHELD_KEY).then(pl.lit("withheld"))
    return (
        (told.when(key < MASKED_BELOW).then(display_mask(key)) if masked else told)
        .when(key.is_not_null())
        .then(pl.lit("internal"))
        .otherwise(pl.lit(None, pl.String))
        .alias(name)
    )


def displays(frame: pl.DataFrame, columns: Iterable[str]) -> dict[str, pl.Expr]:
    """`display_expr` of columns of number keys, no longer than what is in this frame asks for."""
    least = {name: frame[name].min() for name in columns}
    known = {name: frame[name].null_count() == 0 and isinstance(key, int) and key > 0 for name, key in least.items()}
    masked = {name: isinstance(key, int) and key < MASKED_BELOW for name, key in least.items()}
    return {
        name: (pl.lit("+") + pl.col(name).cast(pl.String)).alias(name)
        if known[name]
        else display_expr(name, masked=masked[name])
        for name in least
    }


def learn_tech_prefixes(column: pl.Series, plan: DialPlan, least: int = 3) -> tuple[str, ...]:
    """Prefixes of 1 to 8 digits, with `#` or `*` where written, that stand before otherwise valid numbers of a file.

    Used where the profile names none: counted over distinct numbers that fit no rule, `least` of which must share the
    prefix and be valid without it (7701 1 628 555 0157 read in the US). The most common comes first. Where there is
    none, as where a carrier abroad sends the numbers of another country, E.164 numbers without a plus will do.
    """
    text = column.cast(pl.String)
    odd = text.filter(are_odd(text, normalise_column(column, plan)["kind"], plan))
    texts = odd.filter(odd.str.count_matches("[0-9]").ge(9)).unique().sort().head(_LEARN_FROM).to_list()
    left = {undress(text).text.lstrip("+") for text in texts}
    learned: list[str] = []
    bare = max(least, _LEAST_BARE)
    while best := _best_prefix(left, partial(read_strictly, plan=plan), least) or _best_prefix(left, read_bare, bare):
        learned.append(best)
        left = {text for text in left if not text.startswith(best)}
    return tuple(learned)


def has_long(keys: pl.Series) -> bool:
    """Whether any number is so long that it may be another one behind a prefix."""
    most = keys.max()
    return isinstance(most, int) and most >= 10 ** (_LONG - 1)


def are_odd(texts: pl.Series, kinds: pl.Series, plan: DialPlan) -> pl.Series:
    """Whether texts (of these kinds) fit no rule: they are no numbers, or so long that only their length fits one.

    15 digits may be a number of Kazakhstan that nobody has, or a tech prefix and a number that its plan knows.
    """
    long = texts.filter(texts.str.contains(f"^[1-9][0-9]{{{_LONG - 1},}}$").fill_null(value=False)).unique().sort()
    unknown = [text for text in long.head(_LEARN_FROM).to_list() if not is_known(text, plan)]
    return kinds.is_in([str(NumberKind.INVALID), str(NumberKind.INTERNAL)]) | texts.is_in(unknown).fill_null(
        value=False
    )


def writes_as_at_home(column: pl.Series, plan: DialPlan) -> bool:
    """Whether a carrier abroad writes the called numbers of a file as the home country, in North America, dials them.

    Ten digits may as well be a number of its own country. But in most countries every fifth of those breaks the rule of
    North American numbers, which a file of many numbers with different beginnings then would too. More are asked for
    where the own country's plan knows most of the numbers; where it knows nearly all they are its own.
    """
    if country_of(plan.home).code != NANP_CODE or country_of(plan.country).code in (0, NANP_CODE):
        return False
    written = column.cast(pl.String).drop_nulls().unique().sort()
    plain = written.filter(~written.str.contains(r"^(?:sip:)?(?:\+|00)"))
    ten = _of_ten_digits(plain.gather_every(plain.len() // _MOST_BARE + 1))
    if len(ten) < _LEAST_BARE or not all(NANP_SHAPE.fullmatch(text) for text in ten):
        return False
    known = [is_known(text, plan) for text in ten[:: len(ten) // _MOST_KNOWN + 1]]
    if sum(known) > _ALL_BUT_MISTAKES * len(known):
        return False
    needed = _BEGINNINGS_OF_KNOWN if sum(known) > len(known) / 2 else _BEGINNINGS
    return len({text[:4] for text in ten}) >= needed


def all_at_home(column: pl.Series) -> bool:
    """Whether all numbers of ten digits in a column, in whatever dress, may be some of North America."""
    written = column.cast(pl.String).drop_nulls().unique()
    return all(NANP_SHAPE.fullmatch(text) for text in _of_ten_digits(written))


def _of_ten_digits(written: pl.Series) -> list[str]:
    """The numbers of ten digits among some texts, undressed."""
    return sorted({digits for text in written.to_list() if _TEN_DIGITS.fullmatch(digits := undress(text).text)})


def _best_prefix(texts: set[str], read: Callable[[str], str | None], least: int) -> str | None:
    """The prefix that explains most of the texts, the shortest of equals."""
    bearers: defaultdict[str, int] = defaultdict(int)
    numbers: defaultdict[str, list[str]] = defaultdict(list)
    for text in sorted(texts):
        for prefix in _possible_prefixes(text):
            bearers[prefix] += 1
            number = read(text[len(prefix) :])
            if number is not None:
                numbers[prefix].append(number)
    fitting = [
        (-len(set(found)), len(prefix), prefix)
        for prefix, found in numbers.items()
        if len(set(found)) >= least and len(found) >= _LEARN_SHARE * bearers[prefix]
    ]
    return min(fitting)[2] if fitting else None


def _possible_prefixes(text: str) -> list[str]:
    """Leading digits (perhaps behind a `*`) up to 8, each with the `#` or `*` that closes it."""
    start = 1 if text[:1] == "*" else 0
    prefixes: list[str] = []
    for end in range(start + 1, min(start + _MOST_PREFIX_DIGITS, len(text) - 1) + 1):
        if not text[start:end].isdigit():
            break
        prefixes.append(text[: end + 1] if text[end] in "#*" else text[:end])
    return prefixes


def _explicit_key(text: pl.Expr) -> pl.Expr:
    """The key of spellings with a plus that leave no doubt, as most are, else null."""
    return _matching(text, f"^\\+(?:{_every_shape()})$", text.str.slice(1))


def _every_shape() -> str:
    return "|".join(f"{code}{shape}" for code, shape in sorted(clean_shapes().items()))


def _clean_key(text: pl.Expr, plan: DialPlan) -> pl.Expr:
    """The key of spellings without a plus that leave no doubt, else null."""
    country = country_of(plan.country)
    unprefixed = pl.lit(value=True)
    for prefix in plan.prefixes():
        unprefixed = unprefixed & ~text.str.starts_with(prefix)
    every = _every_shape()
    others = _domestic_keys(text, country_of(plan.home), clean_shapes()) if plan.as_at_home else []
    others += [_matching(text, f"^{idd}(?:{every})$", text.str.slice(len(idd))) for idd in country.plain_prefixes]
    others += _domestic_keys(text, country, clean_shapes())
    if not others:
        return pl.lit(None, pl.Int64)
    return pl.when(unprefixed).then(pl.coalesce(*others))


def _domestic_keys(text: pl.Expr, country: Country, shapes: dict[int, str]) -> list[pl.Expr]:
    if country.code == NANP_CODE:
        ten = NANP_SHAPE.pattern
        return [_matching(text, f"^1{ten}$", text), _matching(text, f"^{ten}$", pl.lit("1") + text)]
    code, prefix, shape = str(country.code), country.national_prefix, shapes.get(country.code)
    if shape is None or country.rewrites or prefix != "0" or country.plain_prefixes != ("00",):
        return []
    national = pl.lit(code) + text.str.slice(1)
    return [_matching(text, f"^0{shape}$", national), _matching(text, f"^{code}{shape}$", text)]


def _matching(text: pl.Expr, pattern: str, digits: pl.Expr) -> pl.Expr:
    # Short ones may be extensions and service numbers: they are looked at one by one.
    clean = (text.str.len_chars() >= LEAST_CLEAN) & text.str.contains(pattern)
    return pl.when(clean).then(digits).cast(pl.Int64, strict=False)
