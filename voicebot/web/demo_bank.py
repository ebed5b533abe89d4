"""A demo bank, so that the sample hotlines have a real back end. In memory, for trying out only.

    GET  /accounts/{account}                  -> balance, currency, holder; 404
    POST /cards/{last4}/block {reason}        -> reference; 404; 409 blocked already
    GET  /payees/{payee}                      -> name, open_bill; 404
    POST /bills {account, payee, amount}      -> reference, balance; 404, 409 not enough money
    POST /transfers {from, to, amount, pin}   -> reference, balance; 403 wrong PIN, 404, 409
    POST /passwords/reset {account, pin}      -> reference; 403 wrong PIN, 404
    GET  /branches/{city}                     -> city, address, opens, closes; 404
    POST /appointments {date, time, branch}   -> reference; 409 taken or closed

Accounts: 100200 (PIN 1234, 1520.75), 100300 (PIN 4321, 88.10), 100400 (PIN 9876, 25000). Cards:
4321 and 8765 active, 1111 blocked. Amounts are numbers or texts such as `12.50` or `12.50 USD`.
An error's body is `{"error": {"code": ..., "message": ...}}`.

For tests, by query or header: `?delay=2` or `X-Demo-Delay: 2` answers after so many seconds (at
most 30), `?fail=503` or `X-Demo-Fail: 503` answers with that status (400 to 599). A POST with an
`Idempotency-Key` that was seen before gets the first answer again and changes nothing.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from aiohttp import web

_MAX_DELAY_S = 30.0
_MAX_AMOUNT = Decimal(1_000_000)
_KEYS_KEPT = 1_000
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Account:
    """Money, and who may move it."""

    pin: str
    holder: str
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Branch:
    """Where the bank is."""

    address: str
    opens: str = "09:00"
    closes: str = "17:00"


@dataclass(slots=True)
class Bank:
    """All that the bank knows."""

    accounts: dict[str, Account] = field(
        default_factory=lambda: {
            "100200": Account("1234", "Alex Example", Decimal("1520.75")),
            "100300": Account("4321", "Sam Sample", Decimal("88.10")),
            "100400": Account("9876", "Kim Case", Decimal("25000.00")),
        }
    )
    blocked: dict[str, bool] = field(
        default_factory=lambda: {"4321": False, "8765": False, "1111": True}
    )
    bills: dict[str, Decimal] = field(
        default_factory=lambda: {
            "electricity": Decimal("74.20"),
            "water": Decimal("31.00"),
            "phone": Decimal("45.99"),
            "rent": Decimal("950.00"),
        }
    )
    branches: dict[str, Branch] = field(
        default_factory=lambda: {
            "downtown": Branch("12 Market Street"),
            "airport": Branch("Terminal 2, ground floor", "06:00", "22:00"),
            "university": Branch("4 College Road", "10:00", "16:00"),
        }
    )
    appointments: set[tuple[str, str, str]] = field(default_factory=set)
    references: int = 4_000
    answered: OrderedDict[str, tuple[int, Any]] = field(default_factory=OrderedDict)
    """Answers by idempotency key, the oldest first."""

    def reference(self) -> str:
        """A number to quote."""
        self.references += 1
        return str(self.references)


_BANK = web.AppKey("bank", Bank)


class Refused(Exception):
    """A request that is not done."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"code": code, "message": message}}


def create_app() -> web.Application:
    """A bank of its own, as new."""
    app = web.Application(middlewares=[_errors, _switches, _idempotent], client_max_size=16_384)
    app[_BANK] = Bank()
    app.add_routes(
        [
            web.get("/accounts/{account}", _account),
            web.post("/cards/{last4}/block", _block_card),
            web.get("/payees/{payee}", _payee),
            web.post("/bills", _pay_bill),
            web.post("/transfers", _transfer),
            web.post("/passwords/reset", _reset_password),
            web.get("/branches/{city}", _branch),
            web.post("/appointments", _appointment),
        ]
    )
    return app


@asynccontextmanager
async def serving(port: int = 0, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Run a bank while the block runs; gives its base URL. Port 0 takes a free one."""
    runner = web.AppRunner(create_app(), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound = runner.addresses[0][1]
        yield f"http://{host}:{bound}"
    finally:
        await runner.cleanup()


# ---------------------------------------------------------------- around every request


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refused as refused:
        return web.json_response(refused.body, status=refused.status)
    except web.HTTPException as error:
        body = {"error": {"code": "http", "message": error.reason}}
        return web.json_response(body, status=error.status)


@web.middleware
async def _switches(request: web.Request, handler: Handler) -> web.StreamResponse:
    delay = request.headers.get("X-Demo-Delay", request.query.get("delay", "0"))
    fail = request.headers.get("X-Demo-Fail", request.query.get("fail", ""))
    try:
        seconds = min(max(float(delay), 0.0), _MAX_DELAY_S)
    except ValueError:
        raise Refused(400, "bad_delay", "delay is a number of seconds") from None
    if seconds:
        await asyncio.sleep(seconds)
    if fail:
        if not re.fullmatch(r"[45]\d\d", fail):
            raise Refused(400, "bad_fail", "fail is a status from 400 to 599")
        raise Refused(int(fail), "demo", "failed as asked for")
    return await handler(request)


@web.middleware
async def _idempotent(request: web.Request, handler: Handler) -> web.StreamResponse:
    key = request.headers.get("Idempotency-Key", "")
    known = request.app[_BANK].answered
    if not key or request.method == "GET":
        return await handler(request)
    if key in known:
        status, body = known[key]
        return web.json_response(body, status=status)
    response = await handler(request)
    if isinstance(response, web.Response) and response.text is not None:
        known[key] = response.status, json.loads(response.text)
        if len(known) > _KEYS_KEPT:
            known.popitem(last=False)
    return response


# ---------------------------------------------------------------- what can be asked


async def _account(request: web.Request) -> web.Response:
    account = _find_account(request, request.match_info["account"])
    body = {"balance": float(account.balance), "currency": "USD", "holder": account.holder}
    return web.json_response(body)


async def _block_card(request: web.Request) -> web.Response:
    bank, last4 = request.app[_BANK], request.match_info["last4"]
    if last4 not in bank.blocked:
        raise Refused(404, "no_card", "there is no card with these last four digits")
    if bank.blocked[last4]:
        raise Refused(409, "blocked_already", "the card is blocked already")
    bank.blocked[last4] = True
    return _done(bank)


async def _payee(request: web.Request) -> web.Response:
    bank, payee = request.app[_BANK], request.match_info["payee"]
    if payee not in bank.bills:
        raise Refused(404, "no_payee", "there is no such payee")
    return web.json_response({"name": payee, "open_bill": float(bank.bills[payee])})


async def _pay_bill(request: web.Request) -> web.Response:
    body, bank = await _body(request), request.app[_BANK]
    account = _find_account(request, _text(body, "account"))
    payee, amount = _text(body, "payee"), _amount(body)
    if payee not in bank.bills:
        raise Refused(404, "no_payee", "there is no such payee")
    _take(account, amount)
    bank.bills[payee] = max(bank.bills[payee] - amount, Decimal(0))
    return _done(bank, balance=float(account.balance))


async def _transfer(request: web.Request) -> web.Response:
    body, bank = await _body(request), request.app[_BANK]
    source = _find_account(request, _text(body, "from"))
    _check_pin(source, body)
    target, amount = _find_account(request, _text(body, "to")), _amount(body)
    if source is target:
        raise Refused(409, "same_account", "both accounts are the same")
    _take(source, amount)
    target.balance += amount
    return _done(bank, balance=float(source.balance))


async def _reset_password(request: web.Request) -> web.Response:
    body = await _body(request)
    _check_pin(_find_account(request, _text(body, "account")), body)
    return _done(request.app[_BANK])


async def _branch(request: web.Request) -> web.Response:
    city = request.match_info["city"]
    branch = request.app[_BANK].branches.get(city)
    if branch is None:
        raise Refused(404, "no_branch", "there is no branch there")
    body = {"city": city, "address": branch.address}
    return web.json_response({**body, "opens": branch.opens, "closes": branch.closes})


async def _appointment(request: web.Request) -> web.Response:
    body, bank = await _body(request), request.app[_BANK]
    city = _text(body, "branch") if "branch" in body else "downtown"
    branch = bank.branches.get(city)
    if branch is None:
        raise Refused(404, "no_branch", "there is no branch there")
    day, time = _moment(body)
    if day.weekday() >= 5 or not branch.opens <= time < branch.closes:
        raise Refused(409, "closed", "the branch is closed then")
    slot = (city, day.isoformat(), time)
    if slot in bank.appointments:
        raise Refused(409, "taken", "this time is taken")
    bank.appointments.add(slot)
    return _done(bank)


# ---------------------------------------------------------------- reading and checking


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        raise Refused(400, "bad_json", "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Refused(400, "bad_json", "the body is not a JSON object")
    return body


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value or len(value) > 100:
        raise Refused(400, "bad_field", f"{name} is missing, or no text")
    return value


def _amount(body: dict[str, Any]) -> Decimal:
    value = body.get("amount")
    number = value.split(" ")[0] if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int | float | str):
        raise Refused(400, "bad_field", "amount is missing, or no number")
    try:
        amount = Decimal(str(number)).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise Refused(400, "bad_field", "amount is no number") from None
    if not amount.is_finite() or not 0 < amount <= _MAX_AMOUNT:
        raise Refused(400, "bad_field", f"amount is not between 0 and {_MAX_AMOUNT}")
    return amount


def _moment(body: dict[str, Any]) -> tuple[datetime.date, str]:
    try:
        day = datetime.date.fromisoformat(_text(body, "date"))
        time = datetime.time.fromisoformat(_text(body, "time"))
    except ValueError:
        raise Refused(400, "bad_field", "date is YYYY-MM-DD and time HH:MM") from None
    return day, time.isoformat("minutes")


def _find_account(request: web.Request, number: str) -> Account:
    account = request.app[_BANK].accounts.get(number)
    if account is None:
        raise Refused(404, "no_account", "there is no such account")
    return account


def _check_pin(account: Account, body: dict[str, Any]) -> None:
    if _text(body, "pin") != account.pin:
        raise Refused(403, "wrong_pin", "the PIN is wrong")


def _take(account: Account, amount: Decimal) -> None:
    if amount > account.balance:
        raise Refused(409, "not_enough", "there is not enough money in the account")
    account.balance -= amount


def _done(bank: Bank, **more: Any) -> web.Response:
    return web.json_response({"reference": bank.reference(), **more}, status=201)
