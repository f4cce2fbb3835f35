"""Whom FreeSWITCH legs came from or went to, as expressions over the table of legs."""

from __future__ import annotations

import polars as pl

_USER = r"^(?:\[[^\]]*\]|\{[^}]*\}|<[^>]*>)*(?:user|sofia_contact)/"
_GATEWAY = r"sofia/gateway/(?:[^/|,]*::)?([^/|,]+)/([^|,]*)"
_AT_HOST = r"sofia/[^/|,]+/([^@|,/]*)@([^|,;]+)"
_PORT = r"^([0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}$"
_BEFORE_AT = r"^([^@]+)"

_NAME, _TO = 1, 2
_SENT_TO, _AT = 1, 2


def upstream() -> pl.Expr:
    """Whom the call came in from: the address of the incoming leg."""
    return pl.coalesce(_gateway(), _host("sip_network_ip", "sip_received_ip", "network_addr", "flow_address"))


def downstream() -> pl.Expr:
    """Whom an outgoing leg went to: its gateway, else the address that answered, else the host that was dialled."""
    of_channel = _channel_host(pl.coalesce("channel_name", "flow_channel"))
    host = _host("sip_reply_host", "sip_network_ip", "sip_received_ip", "sip_req_host", of_channel)
    return pl.when(pl.col("dialed_user").is_null()).then(pl.coalesce(_gateway(), host))


def dialled() -> pl.Expr:
    """The dial string of the last bridge."""
    last = pl.when(pl.col("last_app") == "bridge").then("last_arg")
    current = pl.when(pl.col("current_application") == "bridge").then("current_application_data")
    return pl.coalesce(last, current, "logged")


def bridged() -> pl.Expr:
    """The host that a leg was bridged to, else that it dialled; `dialled` is a column by then."""
    return _without_port(pl.coalesce(_channel_host(pl.col("bridge_channel")), _channel_host(pl.col("dialled"))))


def with_dialled(incoming: pl.DataFrame) -> pl.DataFrame:
    """Incoming legs with the gateway or host that their own documents say they dialled last, and the number there.

    Of several gateways that were tried, where one of them answered, the host of the bridge says which, if it is known.
    """
    tried = incoming.with_columns(
        user=pl.col("dialled").str.contains(_USER).fill_null(value=False),
        tried=pl.col("dialled").str.extract_all(_GATEWAY),
        sent=pl.col("dialled").str.extract_all(_AT_HOST).list.last().str.extract(_AT_HOST, _SENT_TO),
    )
    last, elsewhere = pl.col("tried").list.last(), pl.col("leg").is_in(_answered_elsewhere(tried))
    peer, to = last.str.extract(_GATEWAY, _NAME), last.str.extract(_GATEWAY, _TO)
    return tried.with_columns(
        dialled_peer=pl.when("user").then(None).when(peer.is_null() | elsewhere).then("bridged").otherwise(peer),
        dialled_number=pl.when(pl.col("user") | elsewhere)
        .then(None)
        .when(peer.is_null())
        .then(pl.when(pl.col("sent") != "").then("sent"))
        .otherwise(to.str.extract(_BEFORE_AT)),
    ).drop("user", "tried", "sent")


def _answered_elsewhere(tried: pl.DataFrame) -> list[int]:
    """The answered legs that tried gateways of several names and know the host of the bridge; they are few."""
    known = pl.col("answer").is_not_null() & pl.col("bridged").is_not_null()
    several = tried.filter(known & (pl.col("tried").list.len() > 1)).select("leg", "tried")
    if several.is_empty():
        return []
    names = pl.col("tried").list.eval(pl.element().str.extract(_GATEWAY, _NAME)).list.n_unique()
    return several.filter(names > 1)["leg"].to_list()


def _gateway() -> pl.Expr:
    return pl.coalesce("sip_gateway_name", "sip_gateway")


def _host(*places: str | pl.Expr) -> pl.Expr:
    return _without_port(pl.coalesce(*places))


def _without_port(host: pl.Expr) -> pl.Expr:
    return pl.coalesce(host.str.extract(_PORT).str.strip_chars("[]"), host)


def _channel_host(channel: pl.Expr) -> pl.Expr:
    return channel.str.extract(_AT_HOST, _AT)
