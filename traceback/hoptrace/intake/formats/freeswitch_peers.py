"""Whom FreeSWITCH legs came from or went to, as expressions over the table of legs."""

from __future__ import annotations

import polars as pl

_USER = r"^(?:\[[^\]]*\]|\{[^}]*\}|<[^>]*>)*(?:user|sofia_contact)/"
_GATEWAY = r"sofia/gateway/(?:[^/|,]*::)?([^/|,]+)/([^|,]*)"
_AT_HOST = r"sofia/[^/|,]+/([^@|,/]*)@([^|,;]+)"
_PORT = r"^([0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}$"
_BEFORE_AT = r"^([^@]+)"

_NAME, _NUMBER = 1, 2
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
    return (
        pl.when(pl.col("last_app") == "bridge")
        .then("last_arg")
        .otherwise(pl.when(pl.col("current_application") == "bridge").then("current_application_data"))
    )


def dialled_peer() -> pl.Expr:
    """The gateway or host that an incoming leg's own document says it dialled last; `dialled` is a column by then."""
    return pl.when(_dialled_a_user()).then(None).when(_bridged_elsewhere()).then(_bridged()).otherwise(_last_gateway())


def dialled_number() -> pl.Expr:
    """The number that it dialled there."""
    to_gateway = pl.col("dialled").str.extract_all(_GATEWAY).list.last().str.extract(_GATEWAY, _NUMBER)
    to_host = pl.col("dialled").str.extract_all(_AT_HOST).list.last().str.extract(_AT_HOST, _SENT_TO)
    sent = pl.when(to_host != "").then(to_host)
    return (
        pl.when(_dialled_a_user())
        .then(None)
        .when(_last_gateway().is_null())
        .then(sent)
        .when(~_bridged_elsewhere())
        .then(to_gateway.str.extract(_BEFORE_AT))
        .otherwise(None)
    )


def _dialled_a_user() -> pl.Expr:
    return pl.col("dialled").str.contains(_USER).fill_null(value=False)


def _last_gateway() -> pl.Expr:
    return pl.col("dialled").str.extract_all(_GATEWAY).list.last().str.extract(_GATEWAY, _NAME)


def _bridged_elsewhere() -> pl.Expr:
    """Whether the host of the bridge says more than the last gateway.

    So it does where there is none, and where several were tried and one of them answered.
    """
    tried = pl.col("dialled").str.extract_all(_GATEWAY)
    names = tried.list.eval(pl.element().str.extract(_GATEWAY, _NAME)).list.n_unique()
    several = pl.col("answer").is_not_null() & (names > 1) & _bridged().is_not_null()
    return _last_gateway().is_null() | several.fill_null(value=False)


def _bridged() -> pl.Expr:
    """The host that a leg was bridged to, else that it dialled."""
    return _without_port(pl.coalesce(_channel_host(pl.col("bridge_channel")), _channel_host(pl.col("dialled"))))


def _gateway() -> pl.Expr:
    return pl.coalesce("sip_gateway_name", "sip_gateway")


def _host(*places: str | pl.Expr) -> pl.Expr:
    return _without_port(pl.coalesce(*places))


def _without_port(host: pl.Expr) -> pl.Expr:
    return pl.coalesce(host.str.extract(_PORT).str.strip_chars("[]"), host)


def _channel_host(channel: pl.Expr) -> pl.Expr:
    return channel.str.extract(_AT_HOST, _AT)
