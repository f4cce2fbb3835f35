"""Which attributes of RADIUS packets make a call, and how their names are written."""

from __future__ import annotations

PAIRS = "*"
"""Stands for the name of AV pairs, which have names inside of their values."""

_PAIR_NAMES = frozenset({"cisco-avpair", "cisco-command-code", "avpair"})
_WANTED = frozenset({
    "acct-status-type", "acct-session-id", "acct-delay-time", "acct-session-time", "acct-terminate-cause",
    "nas-ip-address", "nas-identifier", "called-station-id", "calling-station-id", "timestamp", "event-timestamp",
    "h323-conf-id", "h323-incoming-conf-id", "h323-call-origin", "h323-call-type", "h323-setup-time",
    "h323-connect-time", "h323-disconnect-time", "h323-disconnect-cause", "h323-remote-address", "h323-remote-id",
    "h323-gw-id", "h323-gw-address", "h323-redirect-number", "call-id", "remote-media-address", "disconnect-text",
    "gw-rxd-cdn", "gw-rxd-cgn", "gw-rxd-rdn", "gw-final-xlated-cdn", "gw-final-xlated-cgn", "in-trunkgroup-label",
    "out-trunkgroup-label", "in-carrier-id", "out-carrier-id", "xpgk-record-id", "xpgk-src-number-in",
    "xpgk-src-number-out", "xpgk-dst-number-in", "xpgk-dst-number-out", "xpgk-origination-gateway-ip",
    "xpgk-termination-gateway-ip", "xpgk-local-src-signaling-address", "xpgk-local-dst-signaling-address",
    "acme-session-ingress-callid", "acme-session-egress-callid", "acme-ingress-remote-addr", "acme-egress-remote-addr",
    "acme-originating-trunk-group", "acme-terminating-trunk-group", "acme-session-ingress-realm",
    "acme-session-egress-realm", "acme-sip-diversion", "acme-sip-status", "acme-egress-final-routing-number",
})  # fmt: skip


class Names(dict[str, str]):
    """Names as written to those that are wanted, `*` for AV pairs, empty for all others; each is looked at once."""

    def __missing__(self, written: str) -> str:
        name = written.lower()
        if name in _PAIR_NAMES:
            self[written] = PAIRS
        else:
            plain = name.removeprefix("cisco-").removeprefix("cisco.")
            self[written] = plain if plain in _WANTED else ""
        return self[written]
