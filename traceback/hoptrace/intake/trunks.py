"""From a carrier's trunk names and addresses to its neighbours and customers."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import polars as pl

from hoptrace.intake.distinct import Distinct, as_numbers, distinct
from hoptrace.lake.sorting import even_columns
from hoptrace.model.carriers import Network, Trunk
from hoptrace.model.columns import valid_then
from hoptrace.model.statements import TIME

_PORT = re.compile(r"^(?P<host>\[[^\]]+\]|[^:]+):\d{1,5}$")

_MEANING = pl.Schema(
    {"text": pl.String, "rank": pl.Int64, "peer": pl.String, "customer": pl.String}
    | {"valid_from": TIME, "valid_to": TIME}
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What distinct texts can stand for: `rows` (_MEANING) of all times.

    `always`: `peer`, `customer` and `known` of each text, in their order; None where that depends on the time.
    """

    rows: pl.DataFrame
    always: pl.DataFrame | None

    @property
    def peers(self) -> frozenset[str]:
        """The carriers that are meant, at some time."""
        return frozenset(self.rows["peer"].drop_nulls())


@dataclass(frozen=True, slots=True)
class TrunkTable:
    """What one carrier's trunks stand for: its rows of trunks.csv, the carrier directory, and its own side."""

    names: dict[str, list[Trunk]]
    lowered: dict[str, list[Trunk]]
    networks: list[tuple[Network, Trunk]]
    """The longest prefix first."""
    carrier_ids: frozenset[str]
    own: frozenset[str] = frozenset()
    own_networks: list[Network] = field(default_factory=list[Network])
    carrier: str | None = None
    """Whose table it is: no carrier is its own neighbour, so that its own name tells of none."""
    _latest: dict[bool, tuple[tuple[str | None, ...], Meaning]] = field(
        default_factory=dict[bool, tuple[tuple[str | None, ...], Meaning]], compare=False
    )

    @classmethod
    def of(
        cls, trunks: Sequence[Trunk], carrier_ids: Iterable[str], own: Sequence[str] = (), carrier: str | None = None
    ) -> TrunkTable:
        """The table of a `carrier`'s `trunks`; `own` are the names and addresses of its subscriber side."""
        networks = [(network, trunk) for trunk in trunks if (network := trunk.network()) is not None]
        own_networks = [Trunk("", text).network() for text in own]
        return cls(
            names=_by(trunks, lambda trunk: trunk.trunk),
            lowered=_by(trunks, lambda trunk: trunk.trunk.lower()),
            networks=sorted(networks, key=lambda pair: -pair[0].prefixlen),
            carrier_ids=frozenset(carrier_ids),
            own=frozenset(text.lower() for text in own),
            own_networks=[network for network in own_networks if network is not None],
            carrier=carrier,
        )

    def resolve(
        self, calls: pl.DataFrame, column: str, *, own_side: bool, told: Distinct | None = None
    ) -> pl.DataFrame:
        """What the text in `column` stands for, for each row of `calls` (call, start_time, column), in its order.

        `told` are the column's distinct texts, where they are known. Gives `peer`, `customer` and `known`; what stands
        for the carrier's own side, looked at with `own_side` only, is known and has neither peer nor customer.
        """
        every, places = told or distinct(calls[column])
        if every.null_count() == every.len():
            nothing = {"peer": pl.lit(None, pl.String), "customer": pl.lit(None, pl.String)}
            return calls.with_columns(**nothing, known=pl.lit(value=True)).select("peer", "customer", "known")
        meant = self.meaning(every, own_side=own_side)
        if meant.always is None:
            return _told(calls.select("call", text=column), _valid_then(meant.rows, calls, column), "call")
        always = meant.always.with_columns(as_numbers(meant.always["peer"], places.len()))
        # Mostly all texts are known, and none is a customer.
        same = {name: pl.lit(always[name][0], always.schema[name]) for name in even_columns(always) - {"peer"}}
        return always.drop(same)[places].with_columns(**same).select("peer", "customer", "known")

    def meaning(self, every: pl.Series, *, own_side: bool) -> Meaning:
        """What each of these distinct texts stands for; the next block of a file mostly has the same ones."""
        texts = tuple(every)
        known, meant = self._latest.get(own_side, ((), None))
        if meant is None or known != texts:
            meant = self._meaning(every, own_side)
            self._latest[own_side] = texts, meant
        return meant

    def _meaning(self, every: pl.Series, own_side: bool) -> Meaning:
        rows = [row for text in every.drop_nulls() for row in self._rows(text, own_side)]
        meanings = pl.DataFrame(rows, schema=_MEANING, orient="row")
        if meanings["valid_from"].null_count() + meanings["valid_to"].null_count() < 2 * meanings.height:
            return Meaning(meanings, None)
        best = meanings.sort("text", "rank").unique("text", keep="first")
        return Meaning(meanings, _told(every.to_frame("text"), best, "text"))

    def _rows(self, text: str, own_side: bool) -> list[tuple[object, ...]]:
        if own_side and self.is_own(text):
            return [(text, 0, None, None, None, None)]
        if text in self.carrier_ids:
            return [(text, 0, self._neighbour(text), None, None, None)]
        return [
            (text, rank, self._neighbour(trunk.peer), trunk.customer, trunk.valid_from, trunk.valid_to)
            for rank, trunk in enumerate(self._matches(text))
        ]

    def _neighbour(self, carrier_id: str | None) -> str | None:
        return None if carrier_id == self.carrier else carrier_id

    def _matches(self, text: str) -> list[Trunk]:
        """The trunks that a text can mean, the closest match first."""
        found: list[Trunk] = []
        for spelling in dict.fromkeys((text, _without_port(text))):
            found += self.names.get(spelling, [])
            found += self.lowered.get(spelling.lower(), [])
        address = _address(text)
        if address is not None:
            found += [trunk for network, trunk in self.networks if address in network]
        return found

    def is_own(self, text: str) -> bool:
        """Whether the carrier's profile calls this its own side: a call that went there was delivered."""
        if text.lower() in self.own or _without_port(text).lower() in self.own:
            return True
        address = _address(text)
        return address is not None and any(address in network for network in self.own_networks)


def _told(texts: pl.DataFrame, best: pl.DataFrame, on: str) -> pl.DataFrame:
    """`peer`, `customer` and `known` of each row of `texts` (text, and `on`); of a text that is null all is known."""
    found = best.select(on, "peer", "customer", known=pl.lit(value=True))
    joined = texts.join(found, on=on, how="left", maintain_order="left")
    known = pl.col("text").is_null() | pl.col("known").fill_null(value=False)
    return joined.select("peer", "customer", known=known)


def _valid_then(meanings: pl.DataFrame, calls: pl.DataFrame, column: str) -> pl.DataFrame:
    """The best meaning of each call's text among those that were valid when it started; valid_to is not included."""
    told = calls.select("call", "start_time", text=column).join(meanings, on="text").filter(valid_then())
    return told.sort("call", "rank").unique("call", keep="first")


def names_of_neighbours(trunks: Iterable[Trunk]) -> frozenset[str]:
    """The names and addresses by which a carrier's rows of trunks.csv mean neighbours, at whatever time."""
    return frozenset(trunk.trunk for trunk in trunks if trunk.peer is not None)


def _by(trunks: Sequence[Trunk], key: Callable[[Trunk], str]) -> dict[str, list[Trunk]]:
    named: dict[str, list[Trunk]] = {}
    for trunk in trunks:
        named.setdefault(key(trunk), []).append(trunk)
    return named


def _without_port(text: str) -> str:
    match = _PORT.match(text.strip())
    host = match["host"] if match else text.strip()
    return host.removeprefix("[").removesuffix("]")


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(_without_port(text))
    except ValueError:
        return None
