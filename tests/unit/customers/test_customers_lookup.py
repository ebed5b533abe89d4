"""Where callers are looked up: files, back ends, and what is kept here, joined."""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from voicebot.core.customers import NOBODY, Customer, Kept, Past
from voicebot.core.errors import ConfigError, EngineError
from voicebot.core.ports import BackendReply, BackendRequest
from voicebot.customers.csv_file import CsvCustomers, read_csv
from voicebot.customers.lookup import CustomerLookup, Threads
from voicebot.customers.profile import spellings
from voicebot.customers.rest import RestCustomers
from voicebot.customers.settings import RestSettings

CSV = """\
id,Telefon,name,language,vip,tags,points
7,0170 5550123; +4930123456,Anna,zh,yes,gold;loud,12
8,,Ben,,,,
"""


class Records:
    """What is kept here of everybody."""

    def __init__(self, *, away: bool = False) -> None:
        self.away = away

    def of(self, profile: Customer, numbers: Collection[str], now: datetime) -> Kept:
        if self.away:
            raise EngineError("the database is away")
        keys = {profile.id, *profile.numbers, *numbers}
        tags = ("refund",) if {"7", "+491705550123"} & keys else ()
        return Kept(tags, Past("carla", "bill", 2) if numbers else Past())

    def whole(self, numbers: Collection[str], id: str, now: datetime) -> tuple[Customer, Kept]:
        profile = Customer("7", name="Anna") if "+491705550123" in numbers else NOBODY
        return profile, self.of(profile, numbers, now)


class Crm:
    """A back end with one customer."""

    def __init__(self, replies: dict[str, BackendReply]) -> None:
        self.replies = replies
        self.asked: list[BackendRequest] = []

    async def request(self, request: BackendRequest) -> BackendReply:
        self.asked.append(request)
        if request.url not in self.replies:
            raise EngineError("back end: timeout after 1500 ms")
        return self.replies[request.url]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "clients.csv"
    made.write_text(CSV, "utf-8")
    return made


@pytest.fixture
def clients(file: Path) -> CsvCustomers:
    return CsvCustomers(file, "DE", {"Telefon": "numbers"})


def test_numbers_are_found_however_they_are_written(clients: CsvCustomers) -> None:
    anna = clients.look(spellings("01705550123", "DE"), "")
    assert anna is not None
    assert (anna.id, anna.vip, anna.tags) == ("7", True, ("gold", "loud"))
    assert anna.numbers == ("+491705550123", "+4930123456")
    assert anna.attributes == {"points": "12"}
    assert clients.look((), "8") == Customer(
        id="8", name="Ben", attributes={"points": ""}, source="csv"
    )
    assert clients.look(("+1",), "") is None


def rewrite(file: Path, text: str, stamp_ns: int) -> None:
    file.write_text(text, "utf-8")
    os.utime(file, ns=(stamp_ns, stamp_ns))


def test_a_changed_file_is_read_anew_and_a_wrong_one_is_not_taken(
    clients: CsvCustomers, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rewrite(file, CSV.replace("Anna", "Hanna"), 10**18)
    assert clients.look((), "7").name == "Hanna"
    rewrite(file, "nothing\n1\n", 2 * 10**18)
    assert clients.look((), "7").name == "Hanna"
    assert "the one before goes on" in caplog.text
    file.unlink()
    assert clients.look((), "7").name == "Hanna"
    rewrite(file, CSV, 3 * 10**18)
    assert clients.look((), "7").name == "Anna"


def test_every_mistake_of_a_file_is_told_at_once_and_no_value(tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("id,numbers,name\n1,+491705550123,Anna\n,,Ben\n1,12,Carla\n", "utf-8")
    with pytest.raises(ConfigError) as caught:
        read_csv(file, "DE")
    found = [(problem.line, problem.code) for problem in caught.value.problems]
    assert found == [(3, "missing-id"), (4, "bad-number"), (4, "twice")]
    assert "Carla" not in str(caught.value)
    with pytest.raises(ConfigError, match="no column"):
        read_csv(_written(tmp_path, "name\nAnna\n"), "")
    with pytest.raises(ConfigError, match="unreadable"):
        read_csv(tmp_path / "none.csv", "")


def _written(folder: Path, text: str) -> Path:
    (folder / "other.csv").write_text(text, "utf-8")
    return folder / "other.csv"


async def test_a_profile_comes_with_tags_and_what_earlier_calls_tell(clients: CsvCustomers) -> None:
    lookup = CustomerLookup(Threads(clients), Records(), "DE")
    anna = await lookup.find(number="01705550123")
    assert (anna.id, anna.number) == ("7", "+491705550123")
    assert anna.tags == ("gold", "loud", "refund")
    assert (anna.last_agent, anna.last_intent, anna.calls_24h) == ("carla", "bill", 2)
    stranger = await lookup.find(number="+4930999")
    assert (stranger.known, stranger.key, stranger.calls_24h) == (False, "+4930999", 2)
    assert await lookup.find() == NOBODY
    lookup.close()


async def test_what_is_away_costs_only_itself(clients: CsvCustomers) -> None:
    broken = CustomerLookup(
        RestCustomers(RestSettings("http://x/{number}"), Crm({}), ""), Records()
    )
    nobody = await broken.find(number="+491705550123")
    assert (nobody.known, nobody.key) == (False, "+491705550123")
    assert "timeout" in nobody.error
    assert nobody.tags == ("refund",)
    alone = CustomerLookup(Threads(clients), Records(away=True), "DE")
    assert (await alone.find(number="01705550123")).tags == ("gold", "loud")
    broken.close()
    alone.close()


async def test_own_profiles_come_with_the_rest_in_one_go() -> None:
    lookup = CustomerLookup(None, Records(), "DE")
    anna = await lookup.find(number="01705550123")
    assert (anna.id, anna.number, anna.tags, anna.calls_24h) == (
        "7",
        "+491705550123",
        ("refund",),
        2,
    )
    lookup.close()
    away = CustomerLookup(None, Records(away=True), "DE")
    nobody = await away.find(number="01705550123")
    assert (nobody.known, nobody.key, nobody.error) == (
        False, "+491705550123", "the database is away",
    )  # fmt: skip
    away.close()


ANSWER: dict[str, Any] = {
    "contact": {"uuid": "c-7", "full_name": "Anna Li"},
    "vip": True,
    "attributes": {"overdue": 12.5},
    "score": 3,
}


def rest(crm: Crm, now: list[float]) -> RestCustomers:
    settings = RestSettings(
        url="https://crm.test/find?phone={number}",
        url_by_id="https://crm.test/{id}",
        headers={"Authorization": "Bearer {secret:crm}"},
        fields={"id": "contact.uuid", "name": "contact.full_name", "points": "score"},
        cache_s=60,
    )
    return RestCustomers(settings, crm, "", now_s=lambda: now[0])


async def test_a_back_end_is_asked_with_what_is_known_and_its_answer_used_for_a_while() -> None:
    url = "https://crm.test/find?phone=%2B49170"
    crm, now = Crm({url: BackendReply(200, ANSWER)}), [0.0]
    found = rest(crm, now)
    anna = await found.ask(("+49170",), "")
    assert anna is not None
    assert (anna.id, anna.name, anna.vip, anna.source) == ("c-7", "Anna Li", True, "rest")
    assert anna.attributes == {"overdue": 12.5, "points": 3}
    assert await found.ask(("+49170",), "") is anna
    assert len(crm.asked) == 1
    assert "crm" not in crm.asked[0].url.partition("?")[2]
    now[0] = 61
    await found.ask(("+49170",), "")
    assert len(crm.asked) == 2


@pytest.mark.parametrize(
    ("reply", "is_error"),
    [
        (BackendReply(404, None), False),
        (BackendReply(200, []), False),
        (BackendReply(204, None), False),
        (BackendReply(500, "oops"), True),
        (BackendReply(200, "text"), True),
    ],
)
async def test_nobody_is_no_error(reply: BackendReply, *, is_error: bool) -> None:
    found = rest(Crm({"https://crm.test/a%2Fb": reply}), [0.0])
    if is_error:
        with pytest.raises(EngineError):
            await found.ask((), "a/b")
    else:
        assert await found.ask((), "a/b") is None
