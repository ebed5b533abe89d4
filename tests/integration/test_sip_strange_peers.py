"""Connections that stay half open or slow, and certificates that are not to be trusted."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from raw_wire import an_ordinary_call_works, port_of
from sip_line import open_line, until

from voicebot.core.ports import LegEnded
from voicebot.sip.settings import Tls, Transport, TransportKind

UDP = Transport(port=0, address="127.0.0.1")
TCP = Transport(TransportKind.TCP, 0, "127.0.0.1")
TLS = Transport(TransportKind.TLS, 0, "127.0.0.1")
CONNECTIONS = 200


@asynccontextmanager
async def connections(port: int, count: int) -> AsyncIterator[list[asyncio.StreamWriter]]:
    """So many that say nothing."""
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    yield [writer for _, writer in opened]
    for _, writer in opened:
        writer.close()


async def test_slow_and_silent_connections_leave_others_alone() -> None:
    message = (
        b"OPTIONS sip:hotline@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKslow"
    )
    async with open_line(transports=(UDP, TCP, TLS)) as line:
        async with (
            connections(port_of(line, 1), CONNECTIONS) as silent,
            connections(port_of(line, 2), 20) as no_handshake,
        ):
            for number in range(len(message)):
                silent[0].write(message[number : number + 1])
                if number % 25 == 0:
                    await an_ordinary_call_works(line, within_s=3)
            async with asyncio.timeout(10):  # they are taken in one by one, between other things
                while (await line.endpoint.guard_counts()).connections < CONNECTIONS:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            assert len(no_handshake) == 20
        async with asyncio.timeout(10):
            while (await line.endpoint.guard_counts()).connections:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await an_ordinary_call_works(line)


async def test_a_stranger_s_connection_is_closed_at_once() -> None:
    async with open_line(transports=(UDP, TCP), allowed_networks=("127.0.0.1/32",)) as line:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port_of(line, 1), local_addr=("127.0.0.2", 0)
        )
        async with asyncio.timeout(3):
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
        writer.close()
        assert (await line.endpoint.guard_counts()).turned_away == 1
        await an_ordinary_call_works(line)


# ---------------------------------------------------------------- certificates


def openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority `ca`, its certificates `good`, `expired` and `other_host`, and `unknown`."""
    folder = tmp_path_factory.mktemp("certificates")
    for name in ("ca", "stranger"):
        openssl(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"),
            *("-subj", f"/CN={name}", "-keyout", f"{folder}/{name}.key"),
            *("-out", f"{folder}/{name}.pem"),
        )
    for name, host, issuer, validity in (
        ("good", "127.0.0.1", "ca", ("-days", "30")),
        ("expired", "127.0.0.1", "ca", ("-days", "-1")),
        ("other_host", "127.0.0.99", "ca", ("-days", "30")),
        ("unknown", "127.0.0.1", "stranger", ("-days", "30")),
    ):
        extension = folder / f"{name}.ext"
        extension.write_text(f"subjectAltName=IP:{host}\n", "ascii")
        openssl(
            *("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={host}"),
            *("-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.csr"),
        )
        openssl(
            *("x509", "-req", "-in", f"{folder}/{name}.csr", "-CA", f"{folder}/{issuer}.pem"),
            *("-CAkey", f"{folder}/{issuer}.key", "-CAcreateserial", *validity),
            *("-extfile", str(extension), "-out", f"{folder}/{name}.pem"),
        )
    return folder


@contextmanager
def context_of(folder: Path, name: str) -> Iterator[ssl.SSLContext]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    yield context


def trusting(folder: Path) -> Tls:
    """Our own certificate, and whom we believe."""
    return Tls(
        str(folder / "good.pem"), str(folder / "good.key"), str(folder / "ca.pem"), verify_peer=True
    )


@pytest.mark.parametrize("name", ["good", "expired", "other_host", "unknown"])
async def test_a_server_s_certificate(certificates: Path, name: str) -> None:
    """A call out by TLS: the INVITE is sent to whom we can trust, and to no one else."""
    received = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            if (await reader.read(100)).startswith(b"INVITE"):
                received.set()
        writer.close()

    with context_of(certificates, name) as context:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        async with server, open_line(transports=(TLS,), tls=trusting(certificates)) as line:
            leg = await line.endpoint.dial(f"sip:a@127.0.0.1:{port};transport=tls", {})
            if name == "good":
                async with asyncio.timeout(5):
                    await received.wait()
                return
            ended = await until(leg, LegEnded)
            assert isinstance(ended, LegEnded)
            assert ended.code == 503
            assert not received.is_set()


@pytest.mark.parametrize("name", ["good", "expired", "unknown", ""])
async def test_a_client_s_certificate(certificates: Path, name: str) -> None:
    """With `verify_peer` a phone is heard only with a certificate of our authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if name:
        context.load_cert_chain(certificates / f"{name}.pem", certificates / f"{name}.key")
    async with open_line(transports=(TLS, UDP), tls=trusting(certificates)) as line:
        answer = b""
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(3):
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", port_of(line), ssl=context
                )
                writer.write(
                    b"OPTIONS sip:hotline@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:5999;"
                    b"branch=z9hG4bKcert\r\nMax-Forwards: 70\r\nFrom: <sip:a@127.0.0.1>;tag=1\r\n"
                    b"To: <sip:hotline@127.0.0.1>\r\nCall-ID: certificate\r\nCSeq: 1 OPTIONS\r\n"
                    b"Content-Length: 0\r\n\r\n"
                )
                answer = await reader.read(1000)
                writer.close()
        assert answer.startswith(b"SIP/2.0 200") == (name == "good")
        await an_ordinary_call_works(line, transport=1)
