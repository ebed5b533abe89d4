"""Talks with real phones: callers sent on by keys, REFER and the API; supervisors. Each phone sends
a tone of its own, and what each hears is measured."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import aiohttp
import pytest
from desk_caller import nobody_is_left
from hotline import Hotline, hotline, quiet_port
from tone_phone import ToneCaller, TonePhone, heard_in, only

from voicebot.audio.wav import read_wav

pytestmark = pytest.mark.timeout(120)

_FLOW = """
flow: talks
language: en
start: agent
on_error: sorry
nodes:
  agent:
    kind: queue
    queue: service
    back_to: {news: news}
    outcomes: {served: bye, timeout: sorry, full: sorry, nobody: sorry, not_taken: sorry}
  news: {kind: say, prompt: "These are the news.", to: bye}
  sorry: {kind: hangup, prompt: "Sorry.", outcome: failed}
  bye: {kind: hangup, prompt: "Goodbye."}
"""
NAMES = ("anna", "ben", "boss", "branch", "chief")


@dataclass(frozen=True)
class Desk:
    """The hotline, and the port of each phone."""

    line: Hotline
    ports: dict[str, int]

    def phone(self, name: str, **how: Any) -> TonePhone:
        return TonePhone(name, self.ports[name], **how)

    async def post(self, path: str, **body: Any) -> int:
        """The status of the answer."""
        return await asyncio.to_thread(self._post, path, body)

    def _post(self, path: str, body: dict[str, Any]) -> int:
        url = f"http://127.0.0.1:{self.line.console_port}{path}"
        headers = {"Content-Type": "application/json"}
        request = Request(url, json.dumps(body).encode(), headers, method="POST")
        try:
            with urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except HTTPError as refused:
            return refused.code


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    ports = {name: quiet_port() for name in NAMES}
    people = [
        ("anna", 201, '["service"]', ""),
        ("ben", 202, '["cards"]', ""),
        ("boss", 300, "[]", 'role = "supervisor"\npermissions = ["listen", "whisper", "barge"]\n'),
        ("chief", 301, "[]", 'role = "supervisor"\npermissions = ["take_over"]\n'),
    ]
    agents = "".join(
        f'[[agents]]\nname = "{name}"\naddress = "sip:{name}@127.0.0.1:{ports[name]}"\n'
        f'queues = {queues}\nnumber = "{number}"\n{more}'
        for name, number, queues, more in people
    )
    with hotline(
        tmp_path_factory.mktemp("talks"),
        agents=agents,
        calls='default_flow = "talks"',
        flows={"talks": _FLOW},
        hotline=f'[destinations]\nbranch = "sip:branch@127.0.0.1:{ports["branch"]}"\n'
        '[transfers]\ncodes = {31 = "number:branch", 32 = "queue:cards"}\n',
    ) as line:
        yield Desk(line, ports)


def pairs(*names: str) -> set[tuple[str, str]]:
    """All of these hear each other."""
    return {(one, other) for one in names for other in names if one != other}


async def test_briefing_conference_and_on(desk: Desk) -> None:
    """By keys: Anna briefs Ben, all three talk, she leaves; then Ben's phone sends REFER."""
    async with (
        ToneCaller(desk.line, "talks") as caller,
        desk.phone("anna") as anna,
        desk.phone("ben") as ben,
        desk.phone("branch") as branch,
    ):
        sounds = {"caller": caller.sound, "anna": anna.sound}
        await caller.dial()
        await anna.until("talking")
        await caller.until_fact("bridged")
        await only(pairs("caller", "anna"), sounds)
        await anna.press("*1202#")
        await ben.until("talking")
        sounds["ben"] = ben.sound
        await only(pairs("anna", "ben"), sounds)
        await anna.press("*3")
        await caller.until_fact("transfer", state="accepted")
        await only(pairs("caller", "anna", "ben"), sounds)
        await anna.press("*4")
        await anna.until("ended")
        await only(pairs("caller", "ben"), {"caller": caller.sound, "ben": ben.sound})
        assert await ben.refer("sip:31@127.0.0.1") == 202
        await branch.until("talking")
        await ben.until("ended")
        assert [text.split()[1] for text in ben.notified] == ["100", "200"]
        sounds = {"caller": caller.sound, "branch": branch.sound}
        await only(pairs("caller", "branch"), sounds)
        await caller.hang_up()
        record = await caller.ended()
    assert (record["outcome"], record["agents"]) == ("handled", ["anna", "ben"])
    await nobody_is_left(desk.line)
    recording = read_wav(desk.line.folder / "data" / record["recording"])
    apart = next(f["at_ms"] for f in await caller.facts() if f["kind"] == "transfer")
    await check_recording(recording, apart)


async def check_recording(recording: Any, apart_ms: int) -> None:
    """The caller left, whoever talked to the caller right; nothing of the briefing."""
    rate = recording.rate
    seconds = {"talk": apart_ms / 1000 - 0.5, "conference": 0.0}
    left, right = recording.channel(0).samples, recording.channel(1).samples

    def at(samples: Any, second: float) -> set[str]:
        return heard_in(samples[int(second * rate) :][: rate * 3 // 10], rate)

    assert at(left, seconds["talk"]) == {"caller"}
    assert at(right, seconds["talk"]) == {"anna"}
    every = [at(right, second / 5) for second in range(int(len(right) / rate * 5))]
    assert {"anna", "ben"} in every
    assert {"branch"} in every
    briefing = [at(right, apart_ms / 1000 + 0.3)]
    assert briefing == [set()]


async def test_listen_whisper_barge(desk: Desk) -> None:
    """By the API and keys: nobody hears the supervisor who is not meant to."""
    async with (
        ToneCaller(desk.line, "talks") as caller,
        desk.phone("anna") as anna,
        ToneCaller(desk.line, "*21201", "boss", user="boss") as boss,
    ):
        sounds = {p: o.sound for p, o in (("caller", caller), ("anna", anna), ("boss", boss))}
        await free(desk, "anna")
        await caller.dial()
        await anna.until("talking")
        await caller.until_fact("bridged")
        assert (await boss.dial()).code == 200
        talk, hears = pairs("caller", "anna"), {("boss", "caller"), ("boss", "anna")}
        await only(talk | hears, sounds)
        boss.press("5")
        await caller.until_fact("supervised", how="whisper")
        await only(talk | hears | {("anna", "boss")}, sounds)
        boss.press("6")
        await caller.until_fact("supervised", how="barge")
        await only(pairs("caller", "anna", "boss"), sounds)
        boss.press("7")  # not permitted
        boss.press("4")
        await caller.until(lambda f: f["kind"] == "supervised" and f["data"]["how"] == "listen")
        await only(talk | hears, sounds)
        await boss.hang_up()
        await caller.until_fact("supervised", on=False)
        del sounds["boss"]
        await only(talk, sounds)
        await caller.hang_up()
        told = [f["data"]["how"] for f in await caller.facts() if f["kind"] == "supervised"]
    assert told == ["listen", "whisper", "barge", "listen", "listen"]
    await nobody_is_left(desk.line)


async def free(desk: Desk, name: str) -> None:
    """End the wrap-up of the call before."""
    await desk.post(f"/api/agents/{name}/end-wrap-up")


async def test_by_the_api(desk: Desk) -> None:
    """Supervisors are called, callers are sent on; what is not possible is said."""
    async with (
        ToneCaller(desk.line, "talks") as caller,
        desk.phone("anna") as anna,
        desk.phone("boss") as boss,
    ):
        await free(desk, "anna")
        await caller.dial()
        await anna.until("talking")
        await caller.until_fact("bridged")
        record = await caller.record()
        assert record is not None
        path = f"/api/calls/{record['call']}"
        floor = await asyncio.to_thread(desk.line.ask, "/api/floor")
        assert [talk["agent"] for talk in floor["talks"]] == ["anna"]
        boss_at = f"sip:boss@127.0.0.1:{desk.ports['boss']}"
        assert await desk.post(f"{path}/supervise", how="take_over", phone=boss_at) == 202
        await boss.until("talking")
        await anna.until("ended")
        sounds = {"caller": caller.sound, "boss": boss.sound}
        await only(pairs("caller", "boss"), sounds)
        assert await desk.post(f"{path}/transfer", to="agent:dora") == 409
        assert await desk.post(f"{path}/transfer", to="elsewhere") == 400
        assert await desk.post(f"{path}/transfer", to="node:news") == 202
        await boss.until("ended")
        await caller.at("news")
        await caller.is_hung_up()
        ended = await caller.ended()
    assert ended["agents"] == ["anna", "local"]
    entries = (await asyncio.to_thread(desk.line.ask, "/api/audit"))["entries"]
    actions = {entry["action"] for entry in entries}
    assert {"call.supervise", "call.transfer"} <= actions
    await nobody_is_left(desk.line)


async def test_a_caller_who_waits_is_pulled(desk: Desk) -> None:
    """To an agent of another queue by the API, then to the phone of a supervisor who calls *25."""
    async with (
        ToneCaller(desk.line, "talks") as caller,
        ToneCaller(desk.line, "*25", "boss", user="boss") as boss,
        ToneCaller(desk.line, "*25", "chief", user="chief") as chief,
    ):
        assert await desk.post("/api/agents/anna/pause", reason="break") == 200
        await caller.dial()
        await caller.until_fact("queued")
        record = await caller.record()
        assert record is not None
        path = f"/api/calls/{record['call']}/pull"
        assert await desk.post(path, to="agent:dora") == 409
        await free(desk, "ben")
        async with desk.phone("ben") as ben:
            assert await desk.post(path, to="agent:ben") == 202
            await ben.until("talking")
            sounds = {"caller": caller.sound, "ben": ben.sound}
            await only(pairs("caller", "ben"), sounds)
            assert await desk.post(path, to="queue:service") == 202
            await ben.until("ended")
        await caller.until(lambda f: f["kind"] == "queued" and f["data"]["queue"] == "service")
        assert (await boss.dial()).code == 200
        await boss.is_hung_up()  # told that it is not permitted
        assert (await chief.dial()).code == 200
        await caller.until_fact("bridged", agent="chief")
        await only(pairs("caller", "chief"), {"caller": caller.sound, "chief": chief.sound})
        assert len(boss.sound.samples)
        assert boss.sound.ever == set()
        await chief.hang_up()
        await caller.is_hung_up()
        ended = await caller.ended()
    assert await desk.post("/api/agents/anna/resume") == 200
    assert ended["agents"] == ["ben", "chief"]
    entries = (await asyncio.to_thread(desk.line.ask, "/api/audit"))["entries"]
    told = {(e["by"], e["action"], e["detail"].get("to"), e["outcome"]) for e in entries}
    assert ("local", "queue.pull", "agent:ben", "done") in told
    assert ("local", "queue.pull", "agent:dora", "not-possible") in told
    assert ("chief", "queue.pull", "phone", "done") in told
    assert ("boss", "star.pull", None, "not-permitted") in told
    await nobody_is_left(desk.line)


async def test_refer_with_replaces(desk: Desk) -> None:
    """Anna's phone called Ben by itself: the caller takes the place of that call at Ben's phone."""
    async with (
        ToneCaller(desk.line, "talks") as caller,
        desk.phone("anna") as anna,
        desk.phone("ben") as ben,
    ):
        await free(desk, "anna")
        await free(desk, "ben")
        await caller.dial()
        await anna.until("talking")
        await caller.until_fact("bridged")
        dialog = "12345%40127.0.0.1%3Bto-tag%3D1%3Bfrom-tag%3D2"
        target = f"sip:ben@127.0.0.1:{desk.ports['ben']}?Replaces={dialog}"
        assert await anna.refer(target) == 202
        await ben.until("talking")
        await anna.until("ended")
        assert ben.replaced == "12345@127.0.0.1;to-tag=1;from-tag=2"
        sounds = {"caller": caller.sound, "ben": ben.sound}
        await only(pairs("caller", "ben"), sounds)
        await ben.hang_up()
        await caller.is_hung_up()
        record = await caller.ended()
    assert record["agents"] == ["anna", "ben"]
    await nobody_is_left(desk.line)


async def test_the_phones_own_two_calls_are_joined(desk: Desk) -> None:
    """Anna's phone calls 202 here beside the caller; its transfer key names that call of ours."""
    async with (
        ToneCaller(desk.line, "talks") as caller,
        desk.phone("anna") as anna,
        desk.phone("ben") as ben,
        ToneCaller(desk.line, "202", "chief", user="anna") as second,
    ):
        await free(desk, "anna")
        await free(desk, "ben")
        await caller.dial()
        await anna.until("talking")
        await caller.until_fact("bridged")
        assert await anna.refer("mailto:ben@example.org") == 202
        assert (await second.dial()).code == 200
        sounds = {p: o.sound for p, o in (("caller", caller), ("anna", anna), ("ben", ben))}
        sounds["chief"] = second.sound
        await only(pairs("caller", "anna") | pairs("chief", "ben"), sounds)
        dialog = f"{second.call_id};to-tag={second.to_tag};from-tag={second.tag}"
        wrong = dialog.replace(second.to_tag, "nobodys")
        for name, code in ((wrong, "603"), (dialog, "200")):
            assert await anna.refer(f"sip:202@127.0.0.1?Replaces={quote(name, safe='')}") == 202
            await anna.until_notified(code)
        await anna.until("ended")
        sounds = {"caller": caller.sound, "ben": ben.sound}
        await only(pairs("caller", "ben"), sounds)
        await ben.hang_up()
        await caller.is_hung_up()
        record = await caller.ended()
    assert [text.split()[1] for text in anna.notified] == ["400", "603", "100", "200"]
    assert record["agents"] == ["anna", "ben"]
    await nobody_is_left(desk.line)


async def test_hold_and_mute_from_the_desk(desk: Desk) -> None:
    """And by tones, from a phone that agreed to no other way of telling keys."""
    page = f"http://127.0.0.1:{desk.line.console_port}/api/agents/anna/events"
    async with (
        ToneCaller(desk.line, "talks") as caller,
        desk.phone("anna", events=False) as anna,
        aiohttp.ClientSession() as session,
        session.get(page) as events,
    ):
        await free(desk, "anna")
        sounds, talk = {"caller": caller.sound, "anna": anna.sound}, pairs("caller", "anna")
        await caller.dial()
        await anna.until("talking")
        await caller.until_fact("bridged")
        record = await caller.record()
        assert record is not None
        for step, fact, hears in (
            ("hold", "on_hold", set()),
            ("resume", "on_hold", talk),
            ("mute", "muted", {("anna", "caller")}),
            ("unmute", "muted", talk),
        ):
            assert await desk.post(f"/api/calls/{record['call']}/{step}") == 202
            last = await caller.until_fact(fact, on=step in ("hold", "mute"))
            await until_shown(events, {"held": step == "hold", "muted": step == "mute"})
            await only(hears, sounds)
        anna.sound.press("*6")
        await caller.until(lambda f: f["kind"] == "muted" and f["at_ms"] > last["at_ms"])
        await only({("anna", "caller")}, sounds)
        await caller.hang_up()
        facts = await caller.facts()
    assert [f["data"]["on"] for f in facts if f["kind"] == "muted"] == [True, False, True]
    entries = (await asyncio.to_thread(desk.line.ask, "/api/audit"))["entries"]
    actions = {entry["action"] for entry in entries}
    assert {"call.hold", "call.resume", "call.mute", "call.unmute"} <= actions
    await nobody_is_left(desk.line)


async def until_shown(events: aiohttp.ClientResponse, talk: dict[str, bool]) -> None:
    """Wait until the agent's page is told so."""
    async with asyncio.timeout(20):
        async for line in events.content:
            if line.startswith(b"data: ") and json.loads(line[6:])["agent"]["talk"] == talk:
                return


async def test_an_offer_is_rejected_from_the_desk(desk: Desk) -> None:
    async with (
        ToneCaller(desk.line, "talks") as caller,
        desk.phone("anna", answers_after_ms=20_000) as anna,
    ):
        await free(desk, "anna")
        await caller.dial()
        await anna.until("ringing")
        assert await desk.post("/api/agents/anna/reject") == 200
        await anna.until("ended")
        assert await desk.post("/api/agents/anna/reject") == 409
        await caller.until_fact("offer_ended", outcome="rejected")
        await caller.hang_up()
    entries = (await asyncio.to_thread(desk.line.ask, "/api/audit"))["entries"]
    told = [e["outcome"] for e in entries if e["action"] == "agent.reject"]
    assert told == ["not-ringing", "done"]
    await nobody_is_left(desk.line)


async def test_a_caller_may_not_send_the_hotline_elsewhere(desk: Desk) -> None:
    async with ToneCaller(desk.line, "talks") as caller:
        await caller.dial()
        headers = {"Refer-To": f"<sip:branch@127.0.0.1:{desk.ports['branch']}>"}
        answer = await caller.request("REFER", caller.target, headers=headers)
        assert answer.code == 603
        await caller.hang_up()
