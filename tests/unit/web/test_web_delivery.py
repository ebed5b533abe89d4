"""Notices on their way out: signed as Standard Webhooks says, mailed, tried again, given up."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from smtp_server import SmtpServer, serving_mail

from voicebot.core.afterwards import Mail, Notice, Webhook
from voicebot.core.call import CallId
from voicebot.core.errors import EngineError
from voicebot.core.ports import BackendReply, BackendRequest
from voicebot.store.opening import Store, open_store
from voicebot.store.outbox import NoticeState
from voicebot.store.settings import StoreSettings
from voicebot.web.delivery import Delivery
from voicebot.web.mail import MailRefused, send
from voicebot.web.settings import MailSecurity, MailSettings
from voicebot.web.webhook import WebhookRefused, post, signature

SECRETS = {"hook": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
NUMBER = "+4917055501"
HOOK = Webhook("http://127.0.0.1:1/hook", {"from": NUMBER}, {"X-Own": "1"}, "hook")
MAIL = Mail(("desk@example.org", "two@example.org"), "A call\nfrom " + NUMBER, "您好", ())


class Receiver:
    """Implements `core.ports.Backend`: answers with one status after the other."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.requests: list[BackendRequest] = []

    async def request(self, request: BackendRequest) -> BackendReply:
        self.requests.append(request)
        status = self.statuses.pop(0)
        if not status:
            raise EngineError("back end: no connection")
        return BackendReply(status, None)


def settings(server: SmtpServer) -> MailSettings:
    return MailSettings(
        "127.0.0.1", server.port, sender="bot@example.org", security=MailSecurity.NONE, timeout_s=5
    )


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with serving_mail() as smtp:
        yield smtp


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'voicebot.db'}", StoreSettings(node="here"))
    yield opened
    opened.close()


# ---------------------------------------------------------------- webhooks


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of the reference libraries."""
    signed = signature(
        SECRETS["hook"], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_is_sent_is_what_is_signed() -> None:
    receiver = Receiver(204)
    asyncio.run(post(HOOK, "msg_1", 1_700_000_000, receiver, SECRETS))
    [request] = receiver.requests
    assert (request.method, request.body, request.headers["X-Own"]) == ("POST", HOOK.body, "1")
    assert request.headers["webhook-id"] == request.idempotency_key == "msg_1"
    content = json.dumps(request.body).encode()
    expected = signature(SECRETS["hook"], "msg_1", 1_700_000_000, content)
    assert request.headers["webhook-signature"] == expected


def test_without_a_secret_there_is_no_signature() -> None:
    receiver = Receiver(200)
    asyncio.run(post(Webhook("http://127.0.0.1:1", {}), "msg_1", 1, receiver, {}))
    assert "webhook-signature" not in receiver.requests[0].headers


@pytest.mark.parametrize(
    ("status", "kind"), [(500, EngineError), (302, EngineError), (410, WebhookRefused)]
)
def test_any_other_status_is_a_failure(status: int, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=str(status)) as raised:
        asyncio.run(post(HOOK, "msg_1", 1, Receiver(status), SECRETS))
    assert raised.type is kind


@pytest.mark.parametrize("secrets", [{}, {"hook": "whsec_not base 64!"}])
def test_a_wrong_secret_sends_nothing_and_is_not_told(secrets: dict[str, str]) -> None:
    receiver = Receiver(200)
    with pytest.raises(EngineError) as raised:
        asyncio.run(post(HOOK, "msg_1", 1, receiver, secrets))
    assert receiver.requests == []
    assert "not base" not in str(raised.value)


# ---------------------------------------------------------------- mail


def test_a_mail_arrives_with_its_message(server: SmtpServer, tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "m.wav").write_bytes(b"RIFF sound")
    mail = Mail(MAIL.to, MAIL.subject, MAIL.text, ("messages/m.wav",))
    send(mail, "msg_1", settings(server), tmp_path)
    [taken] = server.taken
    assert taken["To"] == "desk@example.org, two@example.org"
    assert taken["Subject"] == f"A call from {NUMBER}", "a line end begins no header"
    assert taken["Message-ID"] == "<msg_1@example.org>"
    body = taken.get_body()
    assert body is not None
    assert body.get_content().strip() == "您好"
    [attached] = taken.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("m.wav", b"RIFF sound")


@pytest.mark.parametrize(
    "name", ["messages/../voicebot.db", "/etc/hostname", "recordings/x.wav", "messages/none.wav"]
)
def test_nothing_but_a_message_is_attached(server: SmtpServer, tmp_path: Path, name: str) -> None:
    (tmp_path / "voicebot.db").write_text("all calls")
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "x.wav").write_text("a whole call")
    with pytest.raises(MailRefused):
        send(Mail(MAIL.to, "s", "t", (name,)), "msg_1", settings(server), tmp_path)
    assert server.taken == []


@pytest.mark.parametrize(
    ("command", "reply", "kind"),
    [
        ("RCPT", "550 no such user desk@example.org", MailRefused),
        ("RCPT", "451 try later", EngineError),
        ("MAIL", "530 log in first", EngineError),
        ("END", "554 it is spam", EngineError),
    ],
)
def test_a_refusal_is_told_by_its_code_alone(
    server: SmtpServer, tmp_path: Path, command: str, reply: str, kind: type[Exception]
) -> None:
    server.refuse[command] = reply
    with pytest.raises(EngineError) as raised:
        send(MAIL, "msg_1", settings(server), tmp_path)
    assert raised.type is kind
    assert reply[:3] in str(raised.value)
    assert "desk" not in str(raised.value)


def test_without_a_server_and_with_one_that_is_away(tmp_path: Path) -> None:
    for wrong in (MailSettings(), MailSettings("127.0.0.1", 1, timeout_s=1)):
        with pytest.raises(EngineError, match="mail: "):
            send(MAIL, "msg_1", wrong, tmp_path)


def test_it_is_not_sent_in_clear_where_encryption_is_wanted(
    server: SmtpServer, tmp_path: Path
) -> None:
    wanted = MailSettings("127.0.0.1", server.port, sender="bot@example.org", timeout_s=2)
    with pytest.raises(EngineError):
        send(MAIL, "msg_1", wanted, tmp_path)
    assert server.taken == []


# ---------------------------------------------------------------- delivery


def delivery(store: Store, receiver: Receiver, mail: MailSettings, data: Path) -> Delivery:
    return Delivery(store.outbox, receiver, SECRETS, mail, data)


def put(store: Store, *messages: Webhook | Mail) -> None:
    for number, message in enumerate(messages, 1):
        store.outbox.put(Notice(f"msg_{number}", CallId("one"), message))
    assert store.outbox.flush()


def test_what_is_due_is_sent_once(store: Store, server: SmtpServer, tmp_path: Path) -> None:
    receiver = Receiver(200)
    put(store, HOOK, MAIL)
    sending = delivery(store, receiver, settings(server), tmp_path)
    assert asyncio.run(sending.once()) == 2
    assert asyncio.run(sending.once()) == 0
    assert (len(receiver.requests), len(server.taken)) == (1, 1)
    assert [entry.state for entry in store.outbox.list()] == [NoticeState.SENT] * 2


def test_what_fails_waits_and_the_log_has_nothing_personal(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(store, HOOK, MAIL)
    sending = delivery(store, Receiver(0), MailSettings(), tmp_path)
    with caplog.at_level(logging.DEBUG):
        assert asyncio.run(sending.once()) == 2
        assert asyncio.run(sending.once()) == 0, "it is not due yet"
    assert [entry.attempts for entry in store.outbox.list(NoticeState.WAITING)] == [1, 1]
    shown = caplog.text + str([vars(record) for record in caplog.records])
    assert "a notice was not taken" in shown
    for private in (NUMBER, "desk@example.org", "127.0.0.1:1/hook", SECRETS["hook"]):
        assert private not in shown


def test_a_receiver_that_is_gone_is_not_asked_again(store: Store, tmp_path: Path) -> None:
    put(store, HOOK)
    asyncio.run(delivery(store, Receiver(410), MailSettings(), tmp_path).once())
    assert len(store.outbox.list(NoticeState.DEAD)) == 1


def test_a_notice_that_cannot_be_read_does_not_stop_the_others(
    store: Store, tmp_path: Path
) -> None:
    class Broken(Receiver):
        async def request(self, request: BackendRequest) -> BackendReply:
            body: Any = request.body
            if body == "broken":
                raise RuntimeError("a fault of ours")
            return await super().request(request)

    receiver = Broken(200)
    put(store, Webhook("http://127.0.0.1:1", "broken"), Webhook("http://127.0.0.1:1", "well"))
    asyncio.run(delivery(store, receiver, MailSettings(), tmp_path).once())
    states = {entry.notice.id: (entry.state, entry.error) for entry in store.outbox.list()}
    assert states == {
        "msg_1": (NoticeState.WAITING, "RuntimeError"),
        "msg_2": (NoticeState.SENT, ""),
    }
