"""The channel variables of a FreeSWITCH leg: which of them are looked at, and their values as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import unquote, unquote_to_bytes

from hoptrace.intake.formats.json.values import Json, clean_text

READ = frozenset({
    "answer_epoch", "answer_uepoch", "billmsec", "billsec", "billusec", "bleg_uuid", "bridge_channel", "bridge_uuid",
    "caller_id_number", "channel_name", "current_application", "current_application_data", "destination_number",
    "dialed_user", "direction", "end_epoch", "end_uepoch", "hangup_cause", "hangup_cause_q850", "last_app", "last_arg",
    "last_bridge_to", "network_addr", "originated_legs", "originating_leg_uuid", "originator",
    "proto_specific_hangup_cause", "signal_bond", "sip_call_id", "sip_from_user", "sip_gateway", "sip_gateway_name",
    "sip_h_Diversion", "sip_h_Identity", "sip_h_identity", "sip_identity", "sip_invite_failure_status",
    "sip_network_ip", "sip_received_ip", "sip_redirected_by", "sip_reply_host", "sip_req_host", "sip_req_user",
    "sip_term_status", "sip_to_user", "start_epoch", "start_uepoch", "uuid",
})  # fmt: skip
"""The channel variables that are looked at, of some two hundred that a document has."""

NAMING = (
    *("bridge_uuid", "originating_leg_uuid", "originator", "signal_bond", "last_bridge_to", "originated_legs"),
    "bleg_uuid",
)
"""The variables that name other legs of a call."""

URL_UNSAFE = b' "<>@:;=?`{}|^'
"""The characters that URL encoding replaces."""


def read_variables(variables: Json) -> dict[str, str]:
    """The variables that are looked at and hold something; their URL encoding is taken off, if all are encoded."""
    wanted = READ.intersection(variables)
    values = variables.values()
    try:
        # Nearly always all of them are plain texts.
        together = "\n".join(values)
    except TypeError:
        together = "\n".join([value for value in values if type(value) is str])
        plain = False
    else:
        plain = together.isascii()
    if plain:
        texts = {name: text for name in wanted if (text := variables[name].strip())}
    else:
        texts = {name: text for name in wanted if (text := clean_text(variables[name]))}
    return _decoded(texts) if _is_encoded(together) else texts


def decoded_texts(texts: dict[str, str]) -> dict[str, str]:
    """The same for variables of which all are texts, none of them empty, without blanks around them."""
    return _decoded(texts) if are_encoded(texts.values()) else texts


def _decoded(texts: dict[str, str]) -> dict[str, str]:
    values = unquoted(list(texts.values()))
    return {name: found for name, value in zip(texts, values, strict=True) if (found := value.strip())}


def unquoted(texts: Sequence[str]) -> list[str]:
    """Texts without URL encoding: all at once where none has a line end, which is what divides them."""
    values = _unquoted("\n".join(texts)).split("\n")
    return values if len(values) == len(texts) else [_unquoted(text) for text in texts]


def _unquoted(text: str) -> str:
    # As `unquote` does it, without its search for what is not ASCII.
    return unquote_to_bytes(text).decode("utf-8", "replace") if text.isascii() else unquote(text)


def are_encoded(values: Iterable[str]) -> bool:
    """Whether values have URL encoding, as mod_json_cdr writes them by default.

    A value that holds a character which the encoding would have replaced shows that it was off, and then a per cent
    sign is meant.
    """
    return _is_encoded("\n".join(values))


def _is_encoded(together: str) -> bool:
    if "%" not in together:
        return False
    written = together.encode("utf-8", "surrogatepass")
    return len(written.translate(None, URL_UNSAFE)) == len(written)
