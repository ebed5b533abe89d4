"""From the text of an INVITE to `LegInfo`."""

from __future__ import annotations

import re

from voicebot.core.call import LegInfo

_USER = re.compile(r"(?:sips?:|tel:)([^@;>?]*)", re.IGNORECASE)
_NAME = re.compile(r'^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<')
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")

_SHORT = {"f": "from", "t": "to", "i": "call-id", "v": "via", "m": "contact"}
"""Compact forms (RFC 3261 section 7.3.3)."""


def read_headers(message: str) -> dict[str, list[str]]:
    """Header values by lower-case name, in order; folded lines joined (RFC 3261 section 7.3.1)."""
    head = message.replace("\r\n", "\n").split("\n\n", 1)[0]
    lines = re.sub(r"\n[ \t]+", " ", head).split("\n")[1:]
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            key = name.strip().lower()
            headers.setdefault(_SHORT.get(key, key), []).append(value.strip())
    return headers


def request_uri(message: str) -> str:
    """The Request-URI of a request."""
    words = message.split("\n", 1)[0].split(" ")
    return words[1].strip() if len(words) >= 3 else ""


def user_of(address: str) -> str:
    """The user part of a SIP or tel URI, or of a header that has one; empty if there is none."""
    found = _USER.search(address)
    if found is None:
        return ""
    is_tel = address[found.start() :].lower().startswith("tel:")
    rest = address[found.end() :]
    if not is_tel and not rest.startswith("@") and "@" not in rest.split(">", 1)[0]:
        return ""
    return _unescaped(found[1].split(":", 1)[0])


def display_name(address: str) -> str:
    """The display name of a From or P-Asserted-Identity value."""
    found = _NAME.match(address)
    if found is None:
        return ""
    quoted, token = found.groups()
    return re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else token.strip()


def read_invite(message: str, source: str, *, trunk: str = "", trusted: bool = False) -> LegInfo:
    """What an INVITE says. `trusted` lets P-Asserted-Identity stand in for From (RFC 3325)."""
    headers = read_headers(message)

    def first(name: str) -> str:
        return headers.get(name, [""])[0]

    asserted = first("p-asserted-identity")
    caller = asserted if trusted and user_of(asserted) else first("from")
    return LegInfo(
        caller=user_of(caller),
        caller_name=display_name(caller) or display_name(first("from")),
        called=user_of(request_uri(message)),
        source=source,
        trunk=trunk,
        asserted_identity=asserted,
        diversion=first("diversion"),
        user_to_user=first("user-to-user"),
        sip_call_id=first("call-id"),
    )


def digest_user(message: str) -> str:
    """The username of the Authorization header; empty if there is none."""
    value = read_headers(message).get("authorization", [""])[0]
    found = re.search(r'username\s*=\s*"([^"]*)"', value)
    return found[1] if found else ""


def _unescaped(text: str) -> str:
    return _PERCENT.sub(lambda found: chr(int(found[1], 16)), text)
