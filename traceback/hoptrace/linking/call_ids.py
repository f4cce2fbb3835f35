"""SIP Call-IDs as they are compared: in one spelling, and by a key whose upper bits are those of how it begins.

Switches write one GUID with and without dashes, in either case, with a host or without; back-to-back user agents hang
an ending on the Call-ID that came in, some switches cut it, and some write it in base64.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from functools import cache

import numpy as np
import polars as pl

from hoptrace.model.arrays import Truths
from hoptrace.model.columns import Columns

_GUID_DIGITS = 32
_GUID = "^[0-9A-Fa-f]{32}$"
_SUFFIX = "_b2b-[0-9]+$"
"""What a back-to-back user agent hangs on the Call-ID that came in."""

_SUFFIX_BEGINS = b"_b2b-"

_TAIL = "[-_][0-9A-Za-z]{1,8}$"
"""What others hang on the part before the host (`-mo420q0`): it may belong to the Call-ID as well."""

_MOST = 50
"""Characters at which some switches cut (AudioCodes' syslog)."""

_LEAST_STEM = 16
"""A shorter beginning may be that of many Call-IDs."""

STEM_BITS = 2**24
"""The key of a Call-ID is that of its beginning in the upper 40 bits and that of all of it in the lower 24."""

_BASE64 = "^[A-Za-z0-9+/]{22,}={0,2}$"
_PLAIN = re.compile(r"[!-~]+@[!-~]+")
_IS_GUID = re.compile(_GUID)
# Polars' `$` is the end of the text, Python's may also stand before a line's end.
_IS_SUFFIX, _IS_TAIL = (re.compile(pattern.removesuffix("$") + r"\Z") for pattern in (_SUFFIX, _TAIL))
COLUMNS = ("call_id", "egress_call_id")

FEW = 64
"""Call-IDs up to which each is looked at by itself."""


def with_call_id_keys(statements: pl.DataFrame) -> pl.DataFrame:
    """With the keys of the Call-IDs that came in (`cid`) and went out (`sent_cid`), null where there is none.

    The keys of the spellings of one Call-ID are equal. What a key is made of is worked out in steps, each of them once
    and for both sides together; the spellings of GUIDs only where there may be some.
    """
    came, sent = statements["call_id"], statements["egress_call_id"]
    if sent.null_count() == len(sent):
        keys = _keys(came)
        return statements.hstack([keys.alias("cid"), keys.alias("sent_cid")])
    keys, half = _keys(pl.concat([came, sent.zip_with(sent == sent, came)])), len(came)  # noqa: PLR0124  # null is not
    return statements.hstack([keys.head(half).alias("cid"), keys.tail(half).alias("sent_cid")])


def _keys(texts: pl.Series) -> pl.Series:
    """The key of each Call-ID, null where there is none."""
    return _keys_of_few(texts) if texts.len() <= FEW else _keys_of_many(texts)


def _keys_of_few(texts: pl.Series) -> pl.Series:
    told = [None if text is None else _stem_and_whole(text) for text in texts.to_list()]
    parts = [None if each is None else each[side] for side in (0, 1) for each in told]
    hashes = pl.Series(parts, dtype=pl.String).hash().to_list()
    keys = [
        None if each is None else stem // STEM_BITS * STEM_BITS + whole % STEM_BITS
        for each, stem, whole in zip(told, hashes[: len(told)], hashes[len(told) :], strict=True)
    ]
    return pl.Series("key", keys, pl.UInt64)


def _stem_and_whole(text: str) -> tuple[str, str]:
    """What the upper and what the lower bits of a Call-ID's key are of: how it begins, and all of it."""
    undashed = _in_front_of_host(text).replace(" ", "").replace("-", "")
    whole = undashed.lower() if _IS_GUID.fullmatch(undashed) else _IS_SUFFIX.sub("", text)
    begun = _in_front_of_host(whole)[:_MOST]
    stems = (stem for stem in (_IS_TAIL.sub("", begun), begun) if len(stem.encode()) >= _LEAST_STEM)
    return next(stems, whole), whole


def _in_front_of_host(text: str) -> str:
    # As many characters as there are bytes, as Polars counts; they are the same where a Call-ID is ASCII, as it should.
    at = text.encode().find(b"@")
    return text if at < 0 else text[:at]


def _keys_of_many(texts: pl.Series) -> pl.Series:
    """The same in steps of columns, of which planning takes as long as hundreds of Call-IDs one by one."""
    # What is asked of every Call-ID is quickly told of all of them as one text.
    every: bytes = texts.str.join("").cast(pl.Binary).item() or b""
    ended = _SUFFIX_BEGINS in every
    told = texts.alias("text").to_frame().with_columns(_without_suffix() if ended else pl.col("text").alias("whole"))
    longest: int = (told.select(_longest()).item() or 0) if every.isascii() else _GUID_DIGITS
    if longest < _LEAST_STEM:
        # Nor is one without its ending long enough.
        return told.select(_key(stems=False)).to_series()
    told = told.with_columns(_before_host("text"))
    long, changed = longest >= _GUID_DIGITS, ended and told.select(_changed()).item()
    if long:
        told = told.with_columns(_undashed()).with_columns(_one_spelling())
    told = told.with_columns(_before_host("whole")) if long or changed else told
    return told.select(_key(stems=True)).to_series()


@cache
def _before_host(column: str) -> pl.Expr:
    text = pl.col(column)
    return pl.coalesce(text.str.slice(0, text.str.find("@", literal=True)), text).alias("local")


@cache
def _without_suffix() -> pl.Expr:
    return pl.col("text").str.replace(_SUFFIX, "").alias("whole")


@cache
def _longest() -> pl.Expr:
    """Characters before the host, where there are most; of texts in ASCII."""
    text = pl.col("text")
    return pl.coalesce(text.str.find("@", literal=True), text.str.len_bytes()).max()


@cache
def _changed() -> pl.Expr:
    return (pl.col("whole") != pl.col("text")).any().alias("changed")


@cache
def _undashed() -> pl.Expr:
    return pl.col("local").str.replace_all("[ -]", "").alias("undashed")


@cache
def _one_spelling() -> pl.Expr:
    guid = pl.col("undashed").str.contains(_GUID)
    return pl.when(guid).then(pl.col("undashed").str.to_lowercase()).otherwise("whole").alias("whole")


@cache
def _key(*, stems: bool) -> pl.Expr:
    """The key of a Call-ID, where there are any `stems` or where there are none."""
    whole, local = pl.col("whole"), pl.col("local").str.head(_MOST)
    told = (local.str.replace(_TAIL, ""), local) if stems else ()  # to take off endings takes half of all this
    long = [pl.when(each.str.len_bytes() >= _LEAST_STEM).then(each) for each in told]
    key = pl.coalesce(*long, whole).hash() // STEM_BITS * STEM_BITS + whole.hash() % STEM_BITS
    return pl.when(pl.col("text").is_not_null()).then(key).alias("key")


def same_stem(columns: Columns, one: str, other: str) -> Truths:
    """Of two columns of keys where the Call-IDs begin alike, up to where one was cut or got an ending."""
    begun, others = (columns.keys(name) // np.uint64(STEM_BITS) for name in (one, other))
    return columns.known(one) & columns.known(other) & (begun == others)


def without_base64(statements: pl.DataFrame) -> pl.DataFrame:
    """The statements with Call-IDs that are written in base64 (TransNexus) as what they are of."""
    for name in (name for name in COLUMNS if not _all_have_hosts(statements[name])):
        ids = statements[name]
        odd = ids.filter(ids.str.contains(_BASE64) & ~ids.str.contains(_GUID)).unique().to_list()
        plain = {text: found for text in odd if (found := _decoded(text)) is not None}
        if plain:
            told = pl.col(name).replace(list(plain), list(plain.values()))
            statements = statements.with_columns(told)
    return statements


def _all_have_hosts(ids: pl.Series) -> bool:
    known = ids.len() - ids.null_count()
    if known > FEW:
        return bool(ids.str.contains("@", literal=True).all(ignore_nulls=True))
    return known == 0 or all(text is None or "@" in text for text in ids.to_list())


def _decoded(text: str) -> str | None:
    """The Call-ID with its host that the text is the base64 of, None where it is of none."""
    try:
        found = b64decode(text, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    return found if _PLAIN.fullmatch(found) else None
