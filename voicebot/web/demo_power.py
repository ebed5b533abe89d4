"""A demo power company. In memory, for trying out only.

    GET  /power/customers?phone=          -> reason, likelihood: what this caller most likely wants,
                                             or ""; 404 for a number that is not known
    POST /power/payments {phone, amount, date} -> reference; 409 for a day that is past
    GET  /power/usage/{period}            -> kwh; 404. Periods: this_month, last_month, last_year
    GET  /power/outages/{district}        -> back: HH:MM; 404 where the power is on

Of numbers that begin with +, those that end in 1 have a bill that is due (0.9), those that end in 2
live in the dark (0.7), those that end in 3 may want to know what they used (0.3); the rest are only
known. In the old town the power is off until 15:30.
"""

from __future__ import annotations

import datetime
from typing import Any

from aiohttp import web

from voicebot.web.demo_http import Refused, body_of, done, text_of

_REASONS: dict[str, tuple[str, float]] = {
    "1": ("pay", 0.9),
    "2": ("outage", 0.7),
    "3": ("usage", 0.3),
}
"""By the last digit of the caller's number."""
_KWH = {"this_month": 148, "last_month": 236, "last_year": 2810}
_OFF = {"old_town": "15:30"}


def add_to(app: web.Application) -> None:
    """Serve the power company, too."""
    app.add_routes(
        [
            web.get("/power/customers", _customer),
            web.post("/power/payments", _pay),
            web.get("/power/usage/{period}", _usage),
            web.get("/power/outages/{district}", _outage),
        ]
    )


async def _customer(request: web.Request) -> web.Response:
    phone = request.query.get("phone", "")
    if not phone.startswith("+"):
        raise Refused(404, "no_customer", "nobody is known by this number")
    reason, likelihood = _REASONS.get(phone[-1:], ("", 0.0))
    body: dict[str, Any] = {"reason": reason, "likelihood": likelihood}
    return web.json_response(body)


async def _pay(request: web.Request) -> web.Response:
    body = await body_of(request)
    if not body.get("amount"):
        raise Refused(400, "no_amount", "amount is missing")
    try:
        day = datetime.date.fromisoformat(text_of(body, "date"))
    except ValueError:
        raise Refused(400, "bad_date", "date is written YYYY-MM-DD") from None
    if day < datetime.date.today():
        raise Refused(409, "past", "that day is past")
    return done(request)


async def _usage(request: web.Request) -> web.Response:
    kwh = _KWH.get(request.match_info["period"])
    if kwh is None:
        raise Refused(404, "no_period", "there is no such period")
    return web.json_response({"kwh": kwh})


async def _outage(request: web.Request) -> web.Response:
    back = _OFF.get(request.match_info["district"])
    if back is None:
        raise Refused(404, "no_outage", "the power is on there")
    return web.json_response({"back": back})
