"""A demo parcel service. In memory, for trying out only; it wants `X-Api-Key: sample`.

    GET  /parcels/{tracking}                          -> state, date, from, to, stops; 404
    POST /parcels/{tracking}/identify {postcode, pin} -> ticket; 403 wrong, 404
    PUT  /parcels/{tracking}/delivery {date, ticket}  -> date; 403, 404, 409 not then
    PUT  /parcels/{tracking}/pickup {shop, ticket}    -> code, until; 403, 404, 409 no longer

The last digit of a tracking number is its check digit, as on bank cards. Parcels, all of them for
postcode 10115 with the delivery PIN 4711: 202610002 out for delivery, 202610010 in transit,
202610028 at the shop, 202610036 delivered. Without the key every answer is 401.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from voicebot.web.demo_http import Refused, body_of, reference, text_of

API_KEY = "sample"
_POSTCODE, _PIN = "10115", "4711"
_SUNDAY = 6
_LATEST_DAYS, _KEPT_DAYS = 14, 7
SHOPS = ("station", "market", "harbor")


@dataclass(slots=True)
class Parcel:
    """Where one is."""

    state: str
    """`moving`, `today`, `shop` or `delivered`."""
    days: int
    """From today to the day that matters: of delivery, of the last day at the shop."""
    stops: int = 0
    """Before this one, where it comes today."""
    tickets: set[str] = field(default_factory=set)
    """Of callers who were identified."""

    @property
    def date(self) -> str:
        """The day that matters."""
        return (datetime.date.today() + datetime.timedelta(days=self.days)).isoformat()


def _as_new() -> dict[str, Parcel]:
    return {
        "202610002": Parcel("today", 0, stops=12),
        "202610010": Parcel("moving", 2),
        "202610028": Parcel("shop", 5),
        "202610036": Parcel("delivered", -1),
    }


_PARCELS = web.AppKey("parcels", dict[str, Parcel])


def add_to(app: web.Application) -> None:
    """Serve the parcels, too."""
    app[_PARCELS] = _as_new()
    app.add_routes(
        [
            web.get("/parcels/{tracking}", _look),
            web.post("/parcels/{tracking}/identify", _identify),
            web.put("/parcels/{tracking}/delivery", _deliver),
            web.put("/parcels/{tracking}/pickup", _pick_up),
        ]
    )


async def _look(request: web.Request) -> web.Response:
    parcel = _parcel(request)
    window = {"from": "14:00", "to": "16:00", "stops": parcel.stops}
    return web.json_response({"state": parcel.state, "date": parcel.date, **window})


async def _identify(request: web.Request) -> web.Response:
    parcel, body = _parcel(request), await body_of(request)
    if (text_of(body, "postcode"), text_of(body, "pin")) != (_POSTCODE, _PIN):
        raise Refused(403, "not_known", "postcode or PIN is wrong")
    ticket = f"t{reference(request)}"
    parcel.tickets.add(ticket)
    return web.json_response({"ticket": ticket})


async def _deliver(request: web.Request) -> web.Response:
    parcel, body = await _identified(request)
    try:
        day = datetime.date.fromisoformat(text_of(body, "date"))
    except ValueError:
        raise Refused(400, "bad_field", "date is YYYY-MM-DD") from None
    days = (day - datetime.date.today()).days
    if not 0 < days <= _LATEST_DAYS or day.weekday() == _SUNDAY:
        raise Refused(409, "not_then", "nothing is delivered then")
    parcel.state, parcel.days = "moving", days
    return web.json_response({"date": parcel.date})


async def _pick_up(request: web.Request) -> web.Response:
    parcel, body = await _identified(request)
    if text_of(body, "shop") not in SHOPS:
        raise Refused(404, "no_shop", "there is no such shop")
    parcel.state, parcel.days = "shop", _KEPT_DAYS
    return web.json_response({"code": reference(request), "until": parcel.date})


async def _identified(request: web.Request) -> tuple[Parcel, dict[str, Any]]:
    """The parcel of a caller who may change something about it, and what was sent."""
    parcel, body = _parcel(request), await body_of(request)
    if text_of(body, "ticket") not in parcel.tickets:
        raise Refused(403, "not_known", "the caller is not identified")
    if parcel.state == "delivered":
        raise Refused(409, "delivered", "the parcel is delivered already")
    return parcel, body


def _parcel(request: web.Request) -> Parcel:
    if request.headers.get("X-Api-Key") != API_KEY:
        raise Refused(401, "no_key", f"send X-Api-Key: {API_KEY}")
    parcel = request.app[_PARCELS].get(request.match_info["tracking"])
    if parcel is None:
        raise Refused(404, "no_parcel", "there is no such parcel")
    return parcel
