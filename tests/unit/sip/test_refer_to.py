"""Refer-To as phones write it."""

from __future__ import annotations

import pytest

from voicebot.core.ports import ReferRequested
from voicebot.sip.refer_to import read_refer_to


@pytest.mark.parametrize(
    ("value", "target", "replaces"),
    [
        ("<sip:202@192.0.2.1>", "sip:202@192.0.2.1", ""),
        ("sip:202@192.0.2.1", "sip:202@192.0.2.1", ""),
        ('"Ben" <sip:202@192.0.2.1;transport=tcp>;x=1', "sip:202@192.0.2.1;transport=tcp", ""),
        (
            "<sip:b@192.0.2.1?Replaces=c%40d%3Bto-tag%3D1%3Bfrom-tag%3D2&X=1>",
            "sip:b@192.0.2.1",
            "c@d;to-tag=1;from-tag=2",
        ),
        ("<sip:b@192.0.2.1;method=INVITE>", "sip:b@192.0.2.1", ""),
    ],
)
def test_where_to(value: str, target: str, replaces: str) -> None:
    assert read_refer_to(value) == ReferRequested(target, replaces)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "<http://example.org>",
        "<sip:b@192.0.2.1;method=BYE>",
        "<sip:b@192.0.2.1?Replaces=a%0D%0AX: 1>",
        "<sip:b\r\n@192.0.2.1>",
    ],
)
def test_what_is_no_transfer(value: str) -> None:
    assert read_refer_to(value) is None
