"""pjsua2's endpoint with its transports, accounts and guard. On the owner thread only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pjsua2 as pj

from voicebot.core.errors import ConfigError, Problem
from voicebot.sip import configure
from voicebot.sip.account import Account, Ring
from voicebot.sip.destinations import Route, split_host, transport_parameter
from voicebot.sip.probes import Answered
from voicebot.sip.refer_to import DialogName
from voicebot.sip.registration import Registration
from voicebot.sip.settings import SipSettings, Transport, TransportKind
from voicebot.sip.tls import make_certificate
from voicebot.sip.trunks import networks_of


@dataclass(frozen=True, slots=True)
class GuardCounts:
    """Requests by what became of them, since the start."""

    passed: int
    dropped: int
    """From strangers: no answer at all."""
    refused: int
    """503: over capacity, or draining."""
    challenged: int
    authenticated: int
    silenced: int
    """From addresses that asked for too much: no answer for a while."""
    silences: int
    """Times that an address fell silent."""
    objected: int
    """Let through, but no right request: 400, 405, 406, 420."""
    unreadable: int
    """What came that is no SIP message."""
    connections: int
    """TCP and TLS connections from outside that are open now."""
    turned_away: int
    """Connections that were closed at once: strangers, or too many."""


class Stack:
    """Opened, polled and closed by the owner thread."""

    def __init__(
        self,
        settings: SipSettings,
        ring: Ring,
        registered: Callable[[Registration], None],
        probed: Answered,
    ) -> None:
        self._settings = settings
        self._probed = probed
        self._ring = ring
        self._registered = registered
        self._endpoint: Any = None
        self._guard: Any = None
        self._accounts: dict[str, Account] = {}
        self._local: dict[bool, Account] = {}
        self.addresses: tuple[str, ...] = ()

    def open(self, folder: Path) -> None:
        """Start everything. `folder` is for a certificate. Raises `ConfigError`."""
        settings = self._settings
        pj.setLogLevel(settings.log_level)
        self._endpoint = pj.Endpoint()
        self._endpoint.libCreate()
        self._endpoint.libInit(configure.endpoint_config(settings))
        self._open_guard()
        hosts = self._open_transports(folder)
        self._endpoint.audDevManager().setNullDev()
        configure.set_codecs(self._endpoint, settings.media)
        self._endpoint.libStart()
        self._open_accounts(hosts)

    def poll(self, wait_ms: int) -> None:
        """Handle what came, or wait up to `wait_ms` for it."""
        self._endpoint.libHandleEvents(wait_ms)

    def close(self) -> None:
        """Stop everything; harmless when nothing was started."""
        if self._endpoint is None:
            return
        for account in (*self._accounts.values(), *self._local.values()):
            account.shutdown()
        self._accounts.clear()
        self._local.clear()
        if self._guard is not None:
            self._guard.stop()
            self._guard = None
        self._endpoint.libDestroy()
        self._endpoint = None

    # ------------------------------------------------------------- guard

    def set_draining(self, *, on: bool) -> None:
        """503 for every new call while on."""
        if self._guard is not None:
            self._guard.setDraining(on)

    def guard_counts(self) -> GuardCounts:
        """What the guard did so far."""
        seen = self._guard.counters()
        return GuardCounts(**{one.name: getattr(seen, one.name) for one in fields(GuardCounts)})

    def new_refers(self) -> tuple[tuple[str, str], ...]:
        """REFERs of phones that we dialed since the last time this was asked: the dialog's Call-ID
        and the value of Refer-To."""
        if self._guard is None:
            return ()
        found = (refer.partition("\n") for refer in self._guard.newRefers())
        return tuple((call, target) for call, _, target in found)

    def has_dialog(self, name: DialogName) -> bool:
        """There is an answered call of ours of this name."""
        return bool(self._guard.hasDialog(name.call_id, name.local_tag, name.remote_tag))

    def newly_silent(self) -> tuple[str, ...]:
        """Addresses that fell silent since the last time this was asked, a few at most."""
        return tuple(self._guard.newlySilent()) if self._guard is not None else ()

    def _open_guard(self) -> None:
        settings = self._settings
        allowed = [*settings.allowed_networks]
        guard = pj.SipGuard()
        guard.setLimit(settings.source_calls_per_s, settings.source_silence_s)
        for trunk in settings.trunks:
            allowed += networks_of(trunk)
            for network in networks_of(trunk):
                guard.addLimit(network, trunk.calls_per_s)
            if trunk.inbound_user:
                guard.setCredential(trunk.inbound_user, trunk.inbound_password)
        guard.setAllowed(pj.StringVector(allowed))
        guard.setChallenged(pj.StringVector(list(settings.challenge_networks)), settings.realm)
        guard.setCapacity(settings.most_legs, settings.retry_after_s)
        guard.start()
        self._guard = guard

    # ------------------------------------------------------------- transports

    def _open_transports(self, folder: Path) -> dict[bool, str]:
        """Listen; returns our host by family (True is IPv6)."""
        hosts: dict[bool, str] = {}
        addresses = []
        for transport in self._settings.transports:
            local = self._open_transport(transport, folder)
            hosts.setdefault(_is_ipv6(transport), split_host(local))
            parameter = transport_parameter(transport.protocol)
            addresses.append(f"sip:{self._settings.user}@{local}{parameter}")
        self.addresses = tuple(addresses)
        return hosts

    def _open_transport(self, transport: Transport, folder: Path) -> str:
        tls = self._settings.tls
        files = (tls.certificate_file, tls.key_file, tls.ca_file)
        if transport.protocol is TransportKind.TLS and not tls.certificate_file:
            certificate, key = make_certificate(folder, self._settings.realm)
            files = (str(certificate), str(key), tls.ca_file)
        config = configure.transport_config(transport, files, tls.verify_peer)
        try:
            number = self._endpoint.transportCreate(configure.transport_type(transport), config)
        except pj.Error as error:
            raise ConfigError([_cannot_listen(transport, error.reason)]) from None
        # pjsip writes IPv6 without the brackets that a URI needs (RFC 3261 section 25.1).
        host, port = self._endpoint.transportGetInfo(number).localName.rsplit(":", 1)
        host = host.strip("[]")
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    # ------------------------------------------------------------- accounts

    def _open_accounts(self, hosts: dict[bool, str]) -> None:
        for ipv6, host in hosts.items():
            config = configure.local_account(self._settings, host, ipv6=ipv6)
            self._local[ipv6] = self._open_account("", config, is_default=not self._local)
        for trunk in self._settings.trunks:
            config = configure.trunk_account(self._settings, trunk)
            self._accounts[trunk.name] = self._open_account(trunk.name, config)

    def _open_account(self, name: str, config: Any, *, is_default: bool = False) -> Account:
        account = Account(name, config.idUri, self._ring, self._registered, self._probed)
        account.create(config, is_default)
        return account

    def sender(self, account: Account, name: str) -> str:
        """From for a call out; empty where the account's own serves."""
        if not name:
            return ""
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{account.uri}>'

    def account_for(self, way: Route) -> Account:
        """The account that a call out is made with."""
        if way.trunk is not None:
            return self._accounts[way.trunk.name]
        ipv6 = "@[" in way.uri or ":[" in way.uri
        return self._local.get(ipv6) or next(iter(self._local.values()))


def _is_ipv6(transport: Transport) -> bool:
    return transport.ipv6 or ":" in transport.address


def _cannot_listen(transport: Transport, reason: str) -> Problem:
    where = f"{transport.protocol} port {transport.port}"
    return Problem(
        "sip_config",
        0,
        0,
        "cannot-listen",
        f"cannot listen at {where}: {reason}",
        hint="another program may have the port; choose another one",
    )
