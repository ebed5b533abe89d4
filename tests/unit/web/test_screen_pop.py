"""The address that a desktop opens: the operator's template, never a caller's."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.call import CallId
from voicebot.core.call_context import CallContext
from voicebot.web.screen_pop import address, mistakes

CRM = "https://crm.example/open/{caller_e164|urlencode}?call={call_id}&intent={intent}&n={slot.n}"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "template",
    [
        "http://crm.example/{caller}",
        "https://{caller}/",
        "https://crm.{queue}.example/",
        "https://user:word@crm.example/",
        "https:///x",
        "https://crm.example/{number}",
        "https://crm.example/{caller|upper}",
        "https://crm.example/{caller",
        "https://crm.example/a b",
        "javascript:alert(1)",
        "//crm.example/",
    ],
)
def test_what_may_not_be_is_found_before_any_call(template: str) -> None:
    found = list(mistakes(template))
    assert found
    assert all(message and hint for message, hint in found)


@pytest.mark.parametrize("template", ["", CRM, "https://crm.example", "https://crm.example:8443/a"])
def test_what_may_be(template: str) -> None:
    assert not list(mistakes(template))


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_a_caller_chooses_neither_place_nor_parameters(caller: str, intent: str, n: str) -> None:
    context = CallContext(CallId("c1"), NOW, caller=caller, intent=intent, slots={"n": n})
    found = urlsplit(address(CRM, context, "anna"))
    assert (found.scheme, found.netloc) == ("https", "crm.example")
    assert found.path.startswith("/open/")
    assert "/" not in found.path.removeprefix("/open/")
    asked = parse_qs(found.query, keep_blank_values=True, strict_parsing=True)
    masked = bool(n) and not n.strip("*")
    assert asked == {"call": ["c1"], "intent": [intent], "n": ["" if masked else n]}
    assert not found.fragment


def test_only_a_number_that_is_one_is_given_as_such() -> None:
    def path(caller: str) -> str:
        context = CallContext(CallId("c1"), NOW, caller=caller)
        return unquote(urlsplit(address(CRM, context, "anna")).path)

    assert path("+4917055501") == "/open/+4917055501"
    for caller in ("anonymous", "017055501", "+0", "+49; DROP"):
        assert path(caller) == "/open/"


def test_a_customers_own_number_goes_first() -> None:
    context = CallContext(
        CallId("c1"), NOW, caller="017055501", customer={"number": "+4917055501", "id": "K 7"}
    )
    template = "https://crm.example/{customer_id}/{caller_e164}"
    assert address(template, context, "anna") == "https://crm.example/K%207/%2B4917055501"
