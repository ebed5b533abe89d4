"""From the value of Refer-To to where a call is to be sent (RFC 3515, RFC 3891).

<sip:202@192.0.2.1?Replaces=12345%40192.0.2.5%3Bto-tag%3D1%3Bfrom-tag%3D2>
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from voicebot.core.ports import ReferRequested

_URI = re.compile(r"[^<]*<\s*([^<>]+?)\s*>|\s*([^\s;<>\"]+)")
_ONE_LINE = re.compile(r"[\x20-\x7e]+")


def read_refer_to(value: str) -> ReferRequested | None:
    """Where to, and the dialog that the new one takes the place of; None for what is no address, or
    asks for another method than INVITE."""
    found = _URI.match(value)
    if found is None:
        return None
    uri, _, headers = (found[1] or found[2]).partition("?")
    if not re.match(r"sips?:|tel:", uri, re.IGNORECASE) or not _ONE_LINE.fullmatch(uri):
        return None
    method = re.search(r";method=([A-Za-z]+)", uri, re.IGNORECASE)
    if method is not None and method[1].upper() != "INVITE":
        return None
    target = re.sub(r";method=[A-Za-z]+", "", uri, flags=re.IGNORECASE)
    replaces = _header(headers, "replaces")
    return None if replaces is None else ReferRequested(target, replaces)


@dataclass(frozen=True, slots=True)
class DialogName:
    """As RFC 3261, section 12, names a dialog; the tags are those of whoever is to look for it."""

    call_id: str
    local_tag: str
    remote_tag: str


def read_replaces(value: str) -> DialogName | None:
    """The dialog that Replaces names (RFC 3891, section 6.1), for whoever the INVITE would go to;
    None for what is none."""
    call_id, *parameters = (part.strip() for part in value.split(";"))
    tags = dict(part.split("=", 1) for part in parameters if "=" in part)
    local, remote = tags.get("to-tag", ""), tags.get("from-tag", "")
    return DialogName(call_id, local, remote) if call_id and local and remote else None


def _header(headers: str, name: str) -> str | None:
    """A header of a URI, unescaped; empty where it is not there, None where it is no line."""
    for pair in headers.split("&") if headers else ():
        key, _, value = pair.partition("=")
        if key.lower() == name:
            text = unquote(value)
            return text if _ONE_LINE.fullmatch(text) else None
    return ""
