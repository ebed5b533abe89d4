"""A demo clinic. In memory, for trying out only.

    GET    /clinic/openings/{doctor}?date=&time=          -> date, time, exact: the first free time
                                                             from there on; 404 no such doctor
    POST   /clinic/appointments {doctor, date, time, phone} -> reference; 404, 409 taken or closed
    GET    /clinic/appointments?phone=                    -> reference, doctor, date, time; 404
    DELETE /clinic/appointments/{reference}               -> reference; 404

Doctors: patel Monday to Friday 9 to 17, garcia Tuesday and Thursday 13 to 18, lee (for children)
Monday, Wednesday and Friday 9 to 12. A visit takes half an hour; 12:00 to 13:00 nobody is seen.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from voicebot.web.demo_http import Refused, body_of, moment_of, reference, text_of

_STEP = datetime.timedelta(minutes=30)
_DAYS_AHEAD = 60
_MONDAY, _FRIDAY = 0, 4


@dataclass(frozen=True, slots=True)
class Doctor:
    """When a doctor sees patients."""

    weekdays: tuple[int, ...]
    """From 0, a Monday."""
    first: str
    """HH:MM of the first visit."""
    last: str
    """HH:MM of the last one."""

    def sees(self, at: datetime.datetime) -> bool:
        """Whether a visit may begin then."""
        time = f"{at:%H:%M}"
        is_lunch = time[:2] == "12"
        at_half_hours = at.minute in (0, 30)
        is_there = at.weekday() in self.weekdays and self.first <= time <= self.last
        return at_half_hours and is_there and not is_lunch


DOCTORS = {
    "patel": Doctor(tuple(range(_MONDAY, _FRIDAY + 1)), "09:00", "16:30"),
    "garcia": Doctor((1, 3), "13:00", "17:30"),
    "lee": Doctor((0, 2, 4), "09:00", "11:30"),
}


@dataclass(frozen=True, slots=True)
class Appointment:
    """A visit that is agreed on."""

    doctor: str
    at: datetime.datetime
    phone: str


@dataclass(slots=True)
class Clinic:
    """All that the clinic knows."""

    booked: dict[str, Appointment] = field(default_factory=dict)
    """By reference."""

    def is_free(self, doctor: str, at: datetime.datetime) -> bool:
        """Whether a doctor sees patients then, and nobody else has the time."""
        taken = {(one.doctor, one.at) for one in self.booked.values()}
        return DOCTORS[doctor].sees(at) and (doctor, at) not in taken


_CLINIC = web.AppKey("clinic", Clinic)


def add_to(app: web.Application) -> None:
    """Serve the clinic, too."""
    app[_CLINIC] = Clinic()
    app.add_routes(
        [
            web.get("/clinic/openings/{doctor}", _opening),
            web.post("/clinic/appointments", _book),
            web.get("/clinic/appointments", _find),
            web.delete("/clinic/appointments/{reference}", _cancel),
        ]
    )


async def _opening(request: web.Request) -> web.Response:
    doctor = _doctor(request.match_info["doctor"])
    wanted = _at(dict(request.query))
    clinic, at = request.app[_CLINIC], wanted + datetime.timedelta(minutes=-wanted.minute % 30)
    until = wanted + datetime.timedelta(days=_DAYS_AHEAD)
    while not clinic.is_free(doctor, at):
        at += _STEP
        if at > until:
            raise Refused(404, "no_opening", "nothing is free in the next weeks")
    body = {"date": at.date().isoformat(), "time": f"{at:%H:%M}", "exact": at == wanted}
    return web.json_response({"doctor": doctor, **body})


async def _book(request: web.Request) -> web.Response:
    body, clinic = await body_of(request), request.app[_CLINIC]
    doctor, at = _doctor(text_of(body, "doctor")), _at(body)
    if not clinic.is_free(doctor, at):
        raise Refused(409, "taken", "this time is not free")
    number = reference(request)
    clinic.booked[number] = Appointment(doctor, at, text_of(body, "phone"))
    return web.json_response({"reference": number}, status=201)


async def _find(request: web.Request) -> web.Response:
    phone = request.query.get("phone", "")
    booked = request.app[_CLINIC].booked
    found = [(number, one) for number, one in booked.items() if phone and one.phone == phone]
    if not found:
        raise Refused(404, "no_appointment", "there is no appointment for this phone")
    number, one = found[-1]
    when = {"date": one.at.date().isoformat(), "time": f"{one.at:%H:%M}"}
    return web.json_response({"reference": number, "doctor": one.doctor, **when})


async def _cancel(request: web.Request) -> web.Response:
    number = request.match_info["reference"]
    if request.app[_CLINIC].booked.pop(number, None) is None:
        raise Refused(404, "no_appointment", "there is no such appointment")
    return web.json_response({"reference": number})


def _doctor(name: str) -> str:
    if name not in DOCTORS:
        raise Refused(404, "no_doctor", "there is no such doctor")
    return name


def _at(body: dict[str, Any]) -> datetime.datetime:
    day, time = moment_of(body)
    return datetime.datetime.combine(day, datetime.time.fromisoformat(time))
