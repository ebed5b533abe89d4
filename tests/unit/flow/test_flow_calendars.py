"""Opening hours: over midnight, on holidays, and on the days when the clocks are changed."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from voicebot.flow.calendars import Calendar, CalendarStatus, read_days, read_spans

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def calendar(zone: str = BERLIN, **data: Any) -> Calendar:
    return Calendar.model_validate({"time_zone": zone, "open": {"mon-fri": "09:00-17:00"}} | data)


def why(found: Calendar, when: str) -> str:
    return found.status(datetime.datetime.fromisoformat(when)).why


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-11-23T08:59:59+01:00", "closed"),
        ("2026-11-23T09:00:00+01:00", "open"),
        ("2026-11-23T16:59:59+01:00", "open"),
        ("2026-11-23T17:00:00+01:00", "closed"),
        ("2026-11-22T10:00:00+01:00", "closed"),
        ("2026-11-23T02:30:00-05:00", "closed"),
        ("2026-11-23T03:30:00-05:00", "open"),
    ],
)
def test_times_are_those_of_its_zone(when: str, expected: str) -> None:
    assert why(calendar(), when) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        # 29 March 2026: at 02:00 the clocks go to 03:00. Nine is nine, an hour earlier in UTC.
        ("2026-03-27T07:59:00+00:00", "closed"),
        ("2026-03-27T08:00:00+00:00", "open"),
        ("2026-03-30T06:59:00+00:00", "closed"),
        ("2026-03-30T07:00:00+00:00", "open"),
        # 25 October 2026: at 03:00 they go back to 02:00.
        ("2026-10-23T07:00:00+00:00", "open"),
        ("2026-10-26T07:59:00+00:00", "closed"),
        ("2026-10-26T08:00:00+00:00", "open"),
    ],
)
def test_nine_is_nine_when_the_clocks_have_changed(when: str, expected: str) -> None:
    assert why(calendar(), when) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        # Spring: 01:59 is followed by 03:00; nothing of 02:30-04:00 before that is there.
        ("2026-03-29T00:59:00+00:00", "closed"),
        ("2026-03-29T01:00:00+00:00", "open"),
        ("2026-03-29T01:59:00+00:00", "open"),
        ("2026-03-29T02:00:00+00:00", "closed"),
        # Autumn: 02:30 comes twice, and it is open both times; between them, at 02:00, it is not.
        ("2026-10-25T00:29:00+00:00", "closed"),
        ("2026-10-25T00:30:00+00:00", "open"),
        ("2026-10-25T01:00:00+00:00", "closed"),
        ("2026-10-25T01:30:00+00:00", "open"),
        ("2026-10-25T02:30:00+00:00", "open"),
        ("2026-10-25T03:00:00+00:00", "closed"),
    ],
)
def test_within_the_hour_that_is_left_out_or_comes_twice(when: str, expected: str) -> None:
    assert why(calendar(open={"sun": "02:30-04:00"}), when) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-11-27T21:59:00", "closed"),
        ("2026-11-27T22:00:00", "open"),
        ("2026-11-28T01:59:00", "open"),
        ("2026-11-28T02:00:00", "closed"),
        ("2026-11-29T01:59:00", "closed"),
    ],
)
def test_over_midnight_belongs_to_the_day_it_begins_on(when: str, expected: str) -> None:
    assert why(calendar("UTC", open={"fri": "22:00-02:00"}), f"{when}+00:00") == expected


HOLIDAYS = [
    {"date": "12-24", "open": "09:00-12:00"},
    {"date": "12-25", "to": "12-26", "name": "Christmas"},
    {"date": "2026-12-28", "to": "2026-12-30"},
    {"date": "12-31", "to": "01-01"},
]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-12-24T11:00", "open"),
        ("2026-12-24T13:00", "holiday"),
        ("2026-12-25T11:00", "holiday"),
        ("2031-12-26T11:00", "holiday"),
        ("2026-12-29T11:00", "holiday"),
        ("2027-12-29T11:00", "open"),
        ("2026-12-31T11:00", "holiday"),
        ("2027-01-01T11:00", "holiday"),
        ("2027-01-04T11:00", "open"),
    ],
)
def test_holidays(when: str, expected: str) -> None:
    assert why(calendar("UTC", holidays=HOLIDAYS), f"{when}+00:00") == expected


def test_an_evening_before_a_holiday_is_worked_to_its_end() -> None:
    found = calendar("UTC", open={"daily": "22:00-02:00"}, holidays=[{"date": "12-25"}])
    assert why(found, "2026-12-25T01:00+00:00") == "open"
    assert why(found, "2026-12-25T23:00+00:00") == "holiday"
    assert why(found, "2026-12-26T01:00+00:00") == "closed"


@pytest.mark.parametrize("override", ["open", "closed"])
def test_the_override_wins(override: str) -> None:
    found = calendar(override=override)
    for when in ("2026-11-23T10:00+01:00", "2026-11-22T10:00+01:00"):
        status = found.status(datetime.datetime.fromisoformat(when))
        assert status == CalendarStatus(override, "override")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-27T18:00+01:00", "2026-11-30T09:00"),
        ("2026-11-27T08:00+01:00", "2026-11-27T09:00"),
        ("2026-12-24T13:00+01:00", "2027-01-04T09:00"),
    ],
)
def test_when_it_opens_next(now: str, opens: str) -> None:
    found = calendar(holidays=HOLIDAYS).next_opening(datetime.datetime.fromisoformat(now))
    assert found == datetime.datetime.fromisoformat(opens)


def test_what_never_opens_has_no_next_opening() -> None:
    now = datetime.datetime.fromisoformat("2026-11-27T18:00+01:00")
    assert calendar(open={"mon": "closed"}).next_opening(now) is None


@given(st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2028, 1, 1)))
def test_it_is_closed_until_it_opens_next_and_open_then(wall: datetime.datetime) -> None:
    found = calendar("UTC", holidays=HOLIDAYS)
    now = wall.replace(tzinfo=datetime.UTC)
    opens = found.next_opening(now)
    assert opens is not None
    assert found.status(opens.replace(tzinfo=datetime.UTC)).state == "open"
    before = opens.replace(tzinfo=datetime.UTC) - datetime.timedelta(minutes=1)
    if found.status(now).state == "closed":
        assert before < now or found.status(before).state == "closed"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"open": {"mon": "9-17"}}, "write 09:00-17:30"),
        ({"open": {"mon": "09:00-24:30"}}, "24:00"),
        ({"open": {"moon": "09:00-17:00"}}, "is no day"),
        ({"time_zone": "Europe/Atlantis"}, "no time zone"),
        ({"holidays": [{"date": "25.12."}]}, "is no date"),
        ({"holidays": [{"date": "2026-02-30"}]}, "day"),
        ({"holidays": [{"date": "2026-12-25", "to": "12-26"}]}, "both dates"),
        ({"holidays": [{"date": "2026-12-25", "to": "2026-12-24"}]}, "ends before"),
        ({"override": "shut"}, "none"),
    ],
)
def test_mistakes_are_told(data: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        calendar(**data)


def test_days_and_times_as_they_are_written() -> None:
    assert read_days("mon-wed, sat") == (0, 1, 2, 5)
    assert read_days("fri-mon") == (4, 5, 6, 0)
    assert read_days("daily") == tuple(range(7))
    assert read_spans("09:00-12:00, 22:00-02:00") == ((540, 720), (1320, 1560))
    assert read_spans("00:00-24:00") == ((0, 1440),)
    assert read_spans("closed") == ()
