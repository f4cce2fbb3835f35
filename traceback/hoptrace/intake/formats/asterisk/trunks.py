"""The trunks that Asterisk calls came in on and went out over, and the number dialled there, by columns."""

from __future__ import annotations

from functools import cache, partial

import polars as pl

from hoptrace.intake.distinct import of_each
from hoptrace.intake.formats.asterisk.chains import LOCAL
from hoptrace.intake.formats.asterisk.names import dial_target, dials_numbers, trunk_of, without_port
from hoptrace.intake.formats.asterisk.telephones import Telephones

_SUFFIX = "-[0-9a-fA-F]{8}$"
_NUMBER_AT_PEER = r"^([A-Za-z][A-Za-z0-9_]*/)(\+?[0-9]+)(@[^,|&/]*)(?:[,|].*)?$"
_PEER_BEFORE_NUMBER = r"^([A-Za-z][A-Za-z0-9_]*/[^,|&/]*/)(\+?[0-9]+)(?:[,|].*)?$"
_APART = "\0"
_RINGING = ("dial", "queue")
_TARGET = {"trunk": pl.String, "number": pl.String}


def shapes() -> list[pl.Expr]:
    """What is asked of a call's channels and dial string: `upstream_shape`, and what `target` looks at.

    Channels and dial strings of one trunk become one text, so that each is read once.
    """
    data = pl.col("out_lastdata")
    number = (data.str.extract(_NUMBER_AT_PEER, 2), data.str.extract(_PEER_BEFORE_NUMBER, 2))
    # A number says nothing about how its dial string is to be read.
    shape = data.str.replace(_NUMBER_AT_PEER, "${1}0${3}").str.replace(_PEER_BEFORE_NUMBER, "${1}0").fill_null("")
    return [
        _shape("in_upstream").alias("upstream_shape"),
        _shape("out_downstream").alias("downstream_shape"),
        *((pl.col("out_lastapp").str.to_lowercase() == app).fill_null(value=False).alias(app) for app in _RINGING),
        pl.col("out_downstream").str.contains(LOCAL).fill_null(value=False).alias("local"),
        pl.coalesce(number).alias("written"),
        shape.alias("data_shape"),
    ]


def _shape(name: str) -> pl.Expr:
    """Channel names of one trunk as one: they differ by their suffix, of which it only counts that it is there."""
    column = pl.col(name)
    shape = pl.when(column.str.contains("/", literal=True)).then(column.str.replace(_SUFFIX, "-00000000"))
    return shape.otherwise(column)


def neighbours(shapes: pl.Series, name: str) -> pl.DataFrame:
    """The trunks' names from channel names, or from a column that names the trunk itself."""
    return of_each(shapes, _neighbour, {name: pl.String})


def _neighbour(written: str) -> tuple[str | None]:
    return (trunk_of(written) if "/" in written else without_port(written),)


def target(told: pl.DataFrame, telephones: Telephones) -> pl.DataFrame:
    """`trunk` and `number` that each call went out to."""
    asking, telling = _dialling()
    told = told.hstack(neighbours(told["downstream_shape"], "own"))
    rings = of_each(told["own"], lambda name: (telephones.has(name),), {"queue_rings": pl.Boolean})
    told = told.with_columns(rings["queue_rings"].fill_null(value=False) & told["queue"])
    answers = of_each(told.select(asking).to_series(), partial(_dialled, telephones), _TARGET)
    return told.hstack(answers).select(telling)


@cache
def _dialling() -> tuple[pl.Expr, list[pl.Expr]]:
    """What is asked of `_dialled`, and what its answers say."""
    asked = pl.concat_str("data_shape", pl.lit(_APART) + pl.col("own"), ignore_nulls=True)
    return pl.when(pl.col("dial") & ~pl.col("local")).then(asked).alias("asked"), [
        pl.when("dial").then("trunk").when(~pl.col("queue_rings")).then("own").alias("trunk"),
        pl.when(pl.col("number").is_not_null()).then(pl.coalesce("written", "number")).alias("number"),
    ]


def _dialled(telephones: Telephones, asked: str) -> tuple[str | None, str | None]:
    lastdata, apart, trunk = asked.partition(_APART)
    target = dial_target(lastdata, trunk if apart else None)
    # Who rings a telephone delivers the call: it is no trunk over which the call went on.
    is_telephone = telephones.has(target.trunk) and not dials_numbers(lastdata)
    return None if is_telephone else target.trunk, target.number
