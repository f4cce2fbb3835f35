"""Where voice gateways' attributes say what of which side of a call, best first.

The names are those of RFC 2866, of Cisco's voice VSAs and AV pairs, of Mera MVTS (`xpgk-*`) and of Acme Packet, in
small letters.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

Names = tuple[str, ...]


class Side(NamedTuple):
    """The attributes that tell of a leg of one side; `far_*`: of the other side of the same call."""

    calling: Names
    called: Names
    peer: Names
    trunk: Names
    call_id: Names
    far_calling: Names
    far_called: Names
    far_peer: Names
    far_trunk: Names
    far_call_id: Names


_REMOTE = ("h323-remote-address", "remote-media-address")

INCOMING = Side(
    calling=("gw-rxd-cgn", "xpgk-src-number-in", "calling-station-id"),
    called=("gw-rxd-cdn", "xpgk-dst-number-in", "called-station-id"),
    peer=("xpgk-origination-gateway-ip", "acme-ingress-remote-addr", *_REMOTE),
    trunk=("in-trunkgroup-label", "in-carrier-id", "acme-originating-trunk-group", "acme-session-ingress-realm"),
    call_id=("acme-session-ingress-callid", "call-id"),
    far_calling=("xpgk-src-number-out",),
    far_called=("xpgk-dst-number-out", "acme-egress-final-routing-number"),
    far_peer=("xpgk-termination-gateway-ip", "acme-egress-remote-addr"),
    far_trunk=("acme-terminating-trunk-group", "acme-session-egress-realm"),
    far_call_id=("acme-session-egress-callid",),
)
OUTGOING = Side(
    calling=("gw-final-xlated-cgn", "xpgk-src-number-out", "calling-station-id"),
    called=("gw-final-xlated-cdn", "xpgk-dst-number-out", "acme-egress-final-routing-number", "called-station-id"),
    peer=("xpgk-termination-gateway-ip", "acme-egress-remote-addr", *_REMOTE),
    trunk=("out-trunkgroup-label", "out-carrier-id", "acme-terminating-trunk-group", "acme-session-egress-realm"),
    call_id=("acme-session-egress-callid", "call-id"),
    far_calling=("xpgk-src-number-in",),
    far_called=("xpgk-dst-number-in",),
    far_peer=("xpgk-origination-gateway-ip", "acme-ingress-remote-addr"),
    far_trunk=("acme-originating-trunk-group", "acme-session-ingress-realm"),
    far_call_id=("acme-session-ingress-callid",),
)
BOTH_SIDES = frozenset(
    name
    for side in (INCOMING, OUTGOING)
    for name in (*side.far_calling, *side.far_called, *side.far_peer, *side.far_trunk, *side.far_call_id)
)
"""The attributes that tell of the other side of a call."""

REDIRECTING = ("gw-rxd-rdn", "h323-redirect-number", "acme-sip-diversion")
RECORD_ID = ("acct-session-id", "xpgk-record-id")
JOINING = ("h323-conf-id", "h323-incoming-conf-id", "xpgk-record-id")
"""What the legs of one call share."""

OWN = ("nas-ip-address", "xpgk-local-src-signaling-address", "xpgk-local-dst-signaling-address", "nas-identifier")
"""The gateway's own addresses."""

MERA = ("xpgk-dst-number-in", "xpgk-dst-number-out", "xpgk-record-id")
MERA_PEER = ("h323-gw-address", "h323-remote-id", "h323-gw-id")
"""Further attributes that name the neighbour, in records that have one of `MERA`."""


class Layout(NamedTuple):
    """Of the attributes above those that are there, in records that have the same; `tells_far`: of `BOTH_SIDES` too."""

    side: Side
    redirecting: Names
    record_id: Names
    joining: Names
    own: Names
    tells_far: bool


@lru_cache(maxsize=1_024)
def layout_of(names: Names, incoming: bool) -> Layout:
    """The layout of a leg's record that has these attributes; files have few of them."""
    there = frozenset(names)

    def of(wanted: Names) -> Names:
        """Those of some attributes that the record has."""
        return tuple([name for name in wanted if name in there])

    side = Side(*map(of, INCOMING if incoming else OUTGOING))
    if not there.isdisjoint(MERA):
        side = side._replace(peer=(*side.peer, *of(MERA_PEER)))
    return Layout(side, of(REDIRECTING), of(RECORD_ID), of(JOINING), of(OWN), not BOTH_SIDES.isdisjoint(there))
