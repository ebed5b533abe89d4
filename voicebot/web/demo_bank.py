"""The demo services, so that the sample hotlines have a real back end; and the bank among them.
In memory, for trying out only.

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
Under /clinic, /parcels, /power and /desk are the others: demo_clinic.py, demo_parcels.py,
demo_power.py, demo_desk.py.
Errors, and switches for tests, are as demo_http.py says.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from aiohttp import web

from voicebot.web import demo_clinic, demo_desk, demo_parcels, demo_power
from voicebot.web.demo_http import Refused, body_of, create_base, done, moment_of, text_of

_MAX_AMOUNT = Decimal(1_000_000)


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


_BANK = web.AppKey("bank", Bank)


def create_app() -> web.Application:
    """All of them, as new."""
    app = create_base()
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
    for other in (demo_clinic, demo_parcels, demo_power, demo_desk):
        other.add_to(app)
    return app


@asynccontextmanager
async def serving(port: int = 0, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Run them while the block runs; gives its base URL. Port 0 takes a free one."""
    runner = web.AppRunner(create_app(), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound = runner.addresses[0][1]
        yield f"http://{host}:{bound}"
    finally:
        await runner.cleanup()


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
    return done(request)


async def _payee(request: web.Request) -> web.Response:
    bank, payee = request.app[_BANK], request.match_info["payee"]
    if payee not in bank.bills:
        raise Refused(404, "no_payee", "there is no such payee")
    return web.json_response({"name": payee, "open_bill": float(bank.bills[payee])})


async def _pay_bill(request: web.Request) -> web.Response:
    body, bank = await body_of(request), request.app[_BANK]
    account = _find_account(request, text_of(body, "account"))
    payee, amount = text_of(body, "payee"), _amount(body)
    if payee not in bank.bills:
        raise Refused(404, "no_payee", "there is no such payee")
    _take(account, amount)
    bank.bills[payee] = max(bank.bills[payee] - amount, Decimal(0))
    return done(request, balance=float(account.balance))


async def _transfer(request: web.Request) -> web.Response:
    body = await body_of(request)
    source = _find_account(request, text_of(body, "from"))
    _check_pin(source, body)
    target, amount = _find_account(request, text_of(body, "to")), _amount(body)
    if source is target:
        raise Refused(409, "same_account", "both accounts are the same")
    _take(source, amount)
    target.balance += amount
    return done(request, balance=float(source.balance))


async def _reset_password(request: web.Request) -> web.Response:
    body = await body_of(request)
    _check_pin(_find_account(request, text_of(body, "account")), body)
    return done(request)


async def _branch(request: web.Request) -> web.Response:
    city = request.match_info["city"]
    branch = request.app[_BANK].branches.get(city)
    if branch is None:
        raise Refused(404, "no_branch", "there is no branch there")
    body = {"city": city, "address": branch.address}
    return web.json_response({**body, "opens": branch.opens, "closes": branch.closes})


async def _appointment(request: web.Request) -> web.Response:
    body, bank = await body_of(request), request.app[_BANK]
    city = text_of(body, "branch") if "branch" in body else "downtown"
    branch = bank.branches.get(city)
    if branch is None:
        raise Refused(404, "no_branch", "there is no branch there")
    day, time = moment_of(body)
    if day.weekday() >= 5 or not branch.opens <= time < branch.closes:
        raise Refused(409, "closed", "the branch is closed then")
    slot = (city, day.isoformat(), time)
    if slot in bank.appointments:
        raise Refused(409, "taken", "this time is taken")
    bank.appointments.add(slot)
    return done(request)


# ---------------------------------------------------------------- reading and checking


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


def _find_account(request: web.Request, number: str) -> Account:
    account = request.app[_BANK].accounts.get(number)
    if account is None:
        raise Refused(404, "no_account", "there is no such account")
    return account


def _check_pin(account: Account, body: dict[str, Any]) -> None:
    if text_of(body, "pin") != account.pin:
        raise Refused(403, "wrong_pin", "the PIN is wrong")


def _take(account: Account, amount: Decimal) -> None:
    if amount > account.balance:
        raise Refused(409, "not_enough", "there is not enough money in the account")
    account.balance -= amount
