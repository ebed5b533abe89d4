"""The demo clinic, parcels and desk: what the sample hotlines ask them, and what they refuse."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from voicebot.web.demo_bank import serving
from voicebot.web.demo_parcels import API_KEY

Session = aiohttp.ClientSession
PATEL = {"doctor": "patel", "date": "2026-11-24", "time": "15:00"}
KNOWN = {"postcode": "10115", "pin": "4711"}


@pytest.fixture
async def demo() -> AsyncIterator[Session]:
    async with (
        serving() as url,
        aiohttp.ClientSession(url, headers={"X-Api-Key": API_KEY}) as session,
    ):
        yield session


async def ask(demo: Session, method: str, path: str, **more: Any) -> tuple[int, Any]:
    async with demo.request(method, path, **more) as response:
        return response.status, await response.json()


# ---------------------------------------------------------------- the clinic


@pytest.mark.parametrize(
    ("doctor", "date", "time", "found"),
    [
        ("patel", "2026-11-24", "15:00", ("2026-11-24", "15:00", True)),
        ("patel", "2026-11-24", "15:10", ("2026-11-24", "15:30", False)),
        ("patel", "2026-11-24", "12:00", ("2026-11-24", "13:00", False)),
        ("patel", "2026-11-27", "18:00", ("2026-11-30", "09:00", False)),
        ("garcia", "2026-11-23", "10:00", ("2026-11-24", "13:00", False)),
        ("lee", "2026-11-24", "10:00", ("2026-11-25", "09:00", False)),
    ],
)
async def test_the_first_free_time(
    demo: Session, doctor: str, date: str, time: str, found: tuple[str, str, bool]
) -> None:
    query = {"date": date, "time": time}
    status, body = await ask(demo, "GET", f"/clinic/openings/{doctor}", params=query)
    assert status == 200
    assert (body["date"], body["time"], body["exact"]) == found


async def test_an_appointment_is_booked_found_and_canceled(demo: Session) -> None:
    booking = {**PATEL, "phone": "+15550100"}
    status, body = await ask(demo, "POST", "/clinic/appointments", json=booking)
    assert status == 201
    number = body["reference"]
    assert (await ask(demo, "POST", "/clinic/appointments", json=booking))[0] == 409
    query = {"phone": "+15550100"}
    found = await ask(demo, "GET", "/clinic/appointments", params=query)
    assert found == (200, {"reference": number, **PATEL})
    assert (await ask(demo, "DELETE", f"/clinic/appointments/{number}"))[0] == 200
    assert (await ask(demo, "DELETE", f"/clinic/appointments/{number}"))[0] == 404
    assert (await ask(demo, "GET", "/clinic/appointments", params=query))[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/clinic/openings/who?date=2026-11-24&time=10:00", None, 404),
        ("GET", "/clinic/openings/patel?date=soon&time=10:00", None, 400),
        ("GET", "/clinic/openings/patel", None, 400),
        ("POST", "/clinic/appointments", {**PATEL, "time": "15:10", "phone": "1"}, 409),
        ("POST", "/clinic/appointments", {**PATEL, "time": "20:00", "phone": "1"}, 409),
        ("POST", "/clinic/appointments", PATEL, 400),
        ("GET", "/clinic/appointments", None, 404),
    ],
)
async def test_what_the_clinic_refuses(
    demo: Session, method: str, path: str, body: Any, status: int
) -> None:
    assert (await ask(demo, method, path, json=body))[0] == status


# ---------------------------------------------------------------- parcels


async def ticket_for(demo: Session, tracking: str) -> str:
    status, body = await ask(demo, "POST", f"/parcels/{tracking}/identify", json=KNOWN)
    assert status == 200
    return str(body["ticket"])


async def test_where_a_parcel_is(demo: Session) -> None:
    status, body = await ask(demo, "GET", "/parcels/202610010")
    assert (status, body["state"]) == (200, "moving")
    assert datetime.date.fromisoformat(body["date"]) > datetime.date.today()
    assert (await ask(demo, "GET", "/parcels/202620001"))[0] == 404


async def test_without_the_key_nothing_is_told(demo: Session) -> None:
    wrong = {"X-Api-Key": "guess"}
    assert (await ask(demo, "GET", "/parcels/202610010", headers=wrong))[0] == 401


async def test_only_who_is_known_may_change_a_parcel(demo: Session) -> None:
    day = datetime.date.today() + datetime.timedelta(days=3)
    day += datetime.timedelta(days=day.weekday() == 6)
    change = {"date": day.isoformat(), "ticket": "guess"}
    path = "/parcels/202610010"
    assert (await ask(demo, "PUT", f"{path}/delivery", json=change))[0] == 403
    wrong = {**KNOWN, "pin": "0000"}
    assert (await ask(demo, "POST", f"{path}/identify", json=wrong))[0] == 403
    change["ticket"] = await ticket_for(demo, "202610010")
    assert await ask(demo, "PUT", f"{path}/delivery", json=change) == (
        200,
        {"date": change["date"]},
    )
    today = {**change, "date": datetime.date.today().isoformat()}
    assert (await ask(demo, "PUT", f"{path}/delivery", json=today))[0] == 409


async def test_a_parcel_is_kept_at_a_shop(demo: Session) -> None:
    path = "/parcels/202610002"
    known = {"ticket": await ticket_for(demo, "202610002")}
    assert (await ask(demo, "PUT", f"{path}/pickup", json={**known, "shop": "moon"}))[0] == 404
    status, body = await ask(demo, "PUT", f"{path}/pickup", json={**known, "shop": "market"})
    assert status == 200
    assert body["code"].isdecimal()
    assert (await ask(demo, "GET", path))[1]["state"] == "shop"


async def test_what_is_delivered_is_delivered(demo: Session) -> None:
    known = {"ticket": await ticket_for(demo, "202610036"), "shop": "market"}
    assert (await ask(demo, "PUT", "/parcels/202610036/pickup", json=known))[0] == 409


# ---------------------------------------------------------------- the desk


async def test_what_the_desk_is_told_can_be_looked_at(demo: Session) -> None:
    assert await ask(demo, "GET", "/desk/refills") == (200, {"items": []})
    for number in ("1", "2"):
        status, _ = await ask(demo, "POST", "/desk/refills", json={"number": number})
        assert status == 201
    items = (await ask(demo, "GET", "/desk/refills"))[1]["items"]
    assert items == [{"number": "2"}, {"number": "1"}]


async def test_the_desk_does_not_grow_for_ever(demo: Session) -> None:
    made = [(await ask(demo, "POST", f"/desk/box{n}", json={}))[0] for n in range(21)]
    assert made == [201] * 20 + [409]
