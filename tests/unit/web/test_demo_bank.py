"""The demo bank: every business of the sample hotlines, and what it refuses."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from voicebot.web.demo_bank import serving

Bank = aiohttp.ClientSession
PAY = {"account": "100200", "payee": "water", "amount": "20.75 USD"}
SEND = {"from": "100200", "to": "100300", "amount": 100, "pin": "1234"}
COME = {"date": "2026-11-24", "time": "10:30"}


@pytest.fixture
async def bank() -> AsyncIterator[Bank]:
    async with serving() as url, aiohttp.ClientSession(url) as session:
        yield session


async def ask(bank: Bank, method: str, path: str, **more: Any) -> tuple[int, Any]:
    async with bank.request(method, path, **more) as response:
        return response.status, await response.json()


async def test_a_balance(bank: Bank) -> None:
    status, body = await ask(bank, "GET", "/accounts/100200")
    assert (status, body["balance"], body["currency"]) == (200, 1520.75, "USD")


async def test_a_card_is_blocked_once(bank: Bank) -> None:
    status, body = await ask(bank, "POST", "/cards/4321/block", json={"reason": "lost"})
    assert status == 201
    assert body["reference"].isdecimal()
    status, body = await ask(bank, "POST", "/cards/4321/block", json={"reason": "lost"})
    assert (status, body["error"]["code"]) == (409, "blocked_already")


async def test_a_bill_and_a_transfer_move_money(bank: Bank) -> None:
    assert (await ask(bank, "POST", "/bills", json=PAY))[1]["balance"] == 1500.0
    assert (await ask(bank, "POST", "/transfers", json=SEND))[1]["balance"] == 1400.0
    assert (await ask(bank, "GET", "/accounts/100300"))[1]["balance"] == 188.10
    assert (await ask(bank, "GET", "/payees/water"))[1]["open_bill"] == 10.25


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/bills", {**PAY, "amount": 99999}, 409, "not_enough"),
        ("/bills", {**PAY, "payee": "nobody"}, 404, "no_payee"),
        ("/bills", {**PAY, "account": "1"}, 404, "no_account"),
        ("/bills", {**PAY, "amount": -5}, 400, "bad_field"),
        ("/bills", {**PAY, "amount": "NaN"}, 400, "bad_field"),
        ("/bills", {**PAY, "amount": True}, 400, "bad_field"),
        ("/bills", {}, 400, "bad_field"),
        ("/bills", [], 400, "bad_json"),
        ("/transfers", {**SEND, "pin": "0000"}, 403, "wrong_pin"),
        ("/transfers", {**SEND, "to": "100200"}, 409, "same_account"),
        ("/transfers", {**SEND, "to": "1"}, 404, "no_account"),
        ("/passwords/reset", {"account": "100200", "pin": "1"}, 403, "wrong_pin"),
        ("/appointments", {**COME, "date": "2026-11-22"}, 409, "closed"),
        ("/appointments", {**COME, "time": "18:00"}, 409, "closed"),
        ("/appointments", {**COME, "date": "tomorrow"}, 400, "bad_field"),
        ("/appointments", {**COME, "branch": "moon"}, 404, "no_branch"),
        ("/cards/0000/block", {}, 404, "no_card"),
        ("/nothing", {}, 404, "http"),
    ],
)
async def test_what_is_refused(bank: Bank, path: str, body: Any, status: int, code: str) -> None:
    found, answer = await ask(bank, "POST", path, json=body)
    assert (found, answer["error"]["code"]) == (status, code)


async def test_an_appointment_is_taken_once(bank: Bank) -> None:
    assert (await ask(bank, "POST", "/appointments", json=COME))[0] == 201
    assert (await ask(bank, "POST", "/appointments", json=COME))[0] == 409


async def test_a_password_and_a_branch(bank: Bank) -> None:
    reset = {"account": "100200", "pin": "1234"}
    assert (await ask(bank, "POST", "/passwords/reset", json=reset))[0] == 201
    status, body = await ask(bank, "GET", "/branches/airport")
    assert (status, body["opens"]) == (200, "06:00")


async def test_the_same_key_gets_the_same_answer_and_pays_once(bank: Bank) -> None:
    headers = {"Idempotency-Key": "k1"}
    first = await ask(bank, "POST", "/bills", json=PAY, headers=headers)
    assert await ask(bank, "POST", "/bills", json=PAY, headers=headers) == first
    assert (await ask(bank, "GET", "/accounts/100200"))[1]["balance"] == 1500.0


async def test_the_switches_for_tests(bank: Bank) -> None:
    assert (await ask(bank, "GET", "/accounts/100200?fail=503"))[0] == 503
    assert (await ask(bank, "GET", "/accounts/100200", headers={"X-Demo-Fail": "500"}))[0] == 500
    assert (await ask(bank, "GET", "/accounts/100200?fail=no"))[0] == 400
    begun = time.monotonic()
    assert (await ask(bank, "GET", "/accounts/100200?delay=0.2"))[0] == 200
    assert time.monotonic() - begun >= 0.2
