"""Reading an INVITE."""

from __future__ import annotations

import pytest

from voicebot.sip.info import digest_user, display_name, read_headers, read_invite, user_of

INVITE = "\r\n".join(
    [
        "INVITE sip:8001@hotline.example SIP/2.0",
        "v: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
        'f: "Ann \\"A\\" Smith" <sip:+4917055501;cpc=ordinary@192.0.2.1>;tag=1',
        "t: <sip:8001@hotline.example>",
        "i: abc@192.0.2.1",
        "P-Asserted-Identity: <sip:+4917055502@trunk.example>",
        "Diversion: <sip:4711@a.example>",
        "  ;reason=unconditional",
        "Diversion: <sip:4712@a.example>",
        "User-to-User: 00;encoding=hex",
        "",
        "v=0",
        "f: not a header",
    ]
)


def test_everything_that_an_invite_says() -> None:
    info = read_invite(INVITE, "192.0.2.1:5060")
    assert info.caller == "+4917055501"
    assert info.caller_name == 'Ann "A" Smith'
    assert info.called == "8001"
    assert info.source == "192.0.2.1:5060"
    assert info.diversion == "<sip:4711@a.example> ;reason=unconditional"
    assert info.user_to_user == "00;encoding=hex"
    assert info.sip_call_id == "abc@192.0.2.1"


def test_a_trusted_identity_stands_in_for_from() -> None:
    assert read_invite(INVITE, "", trusted=True).caller == "+4917055502"


def test_headers_end_at_the_empty_line() -> None:
    assert len(read_headers(INVITE)["from"]) == 1


@pytest.mark.parametrize(
    ("address", "user"),
    [
        ("sip:ann@host", "ann"),
        ("<sips:ann:secret@host;lr>", "ann"),
        ('"x" <sip:%2B49170@host>;tag=1', "+49170"),
        ("<tel:+49-170;ext=1>", "+49-170"),
        ("sip:host", ""),
        ("<sip:anonymous@anonymous.invalid>", "anonymous"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_the_user_part(address: str, user: str) -> None:
    assert user_of(address) == user


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ('"Ann, \\"A\\"" <sip:a@b>', 'Ann, "A"'),
        ("Ann B <sip:a@b>", "Ann B"),
        ("<sip:a@b>", ""),
        ("sip:a@b", ""),
    ],
)
def test_the_display_name(address: str, name: str) -> None:
    assert display_name(address) == name


def test_the_user_of_a_digest() -> None:
    head = 'INVITE sip:a@b SIP/2.0\r\nAuthorization: Digest realm="r", username="u"\r\n\r\n'
    assert digest_user(head) == "u"
    assert digest_user("INVITE sip:a@b SIP/2.0\r\n\r\n") == ""
