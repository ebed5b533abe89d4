"""From settings to pjsua2's configuration objects. On the owner thread only."""

from __future__ import annotations

from typing import Any

import pjsua2 as pj

from voicebot.core.audio import FRAME_MS, WIDEBAND
from voicebot.sip.destinations import transport_parameter
from voicebot.sip.settings import Media, SipSettings, Srtp, Transport, TransportKind, Trunk

MAX_CALLS = 512
"""What pjproject was built for: PJSUA_MAX_CALLS in native/config_site.h."""

_SPARE_CALLS = 8
"""Calls that are ending still count for pjsua, but not for us."""

_PORTS_A_CALL = 3

_TLS_HANDSHAKE_MS = 10_000

_SRTP = {
    Srtp.OFF: pj.PJMEDIA_SRTP_DISABLED,
    Srtp.OPTIONAL: pj.PJMEDIA_SRTP_OPTIONAL,
    Srtp.REQUIRED: pj.PJMEDIA_SRTP_MANDATORY,
}

_TRANSPORTS = {
    (TransportKind.UDP, False): pj.PJSIP_TRANSPORT_UDP,
    (TransportKind.UDP, True): pj.PJSIP_TRANSPORT_UDP6,
    (TransportKind.TCP, False): pj.PJSIP_TRANSPORT_TCP,
    (TransportKind.TCP, True): pj.PJSIP_TRANSPORT_TCP6,
    (TransportKind.TLS, False): pj.PJSIP_TRANSPORT_TLS,
    (TransportKind.TLS, True): pj.PJSIP_TRANSPORT_TLS6,
}


def endpoint_config(settings: SipSettings) -> Any:
    """`EpConfig`: no thread of pjsua2 ever calls into Python but the owner's."""
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.uaConfig.maxCalls = min(MAX_CALLS, settings.most_legs + _SPARE_CALLS)
    config.uaConfig.userAgent = settings.user_agent
    config.logConfig.level = settings.log_level
    config.logConfig.consoleLevel = settings.log_level
    config.logConfig.msgLogging = int(settings.log_level > 0)
    media = config.medConfig
    media.clockRate = WIDEBAND
    media.sndClockRate = WIDEBAND
    media.channelCount = 1
    media.audioFramePtime = FRAME_MS
    media.ptime = FRAME_MS
    media.noVad = True
    media.ecTailLen = 0
    # Resampling by Speex at 3: from 8 to 16 kHz and back holds 6 ms of sound, from 5 on 32 ms.
    # (A Speex codec gets this quality too.)
    media.quality = 2
    media.maxMediaPorts = config.uaConfig.maxCalls * _PORTS_A_CALL + 4
    media.jbInit = settings.media.jitter_prefetch_ms
    media.jbMinPre = settings.media.jitter_prefetch_ms
    media.jbMaxPre = max(settings.media.jitter_prefetch_ms, settings.media.jitter_max_ms * 4 // 5)
    media.jbMax = settings.media.jitter_max_ms
    return config


def transport_config(transport: Transport, tls_files: tuple[str, str, str], verify: bool) -> Any:
    """`TransportConfig`; `tls_files` are certificate, key and CA, empty for none."""
    config = pj.TransportConfig()
    config.port = transport.port
    config.boundAddress = transport.address
    config.publicAddress = transport.public_address
    if transport.protocol is TransportKind.TLS:
        certificate, key, authorities = tls_files
        config.tlsConfig.certFile = certificate
        config.tlsConfig.privKeyFile = key
        config.tlsConfig.CaListFile = authorities
        config.tlsConfig.msecTimeout = _TLS_HANDSHAKE_MS
        config.tlsConfig.verifyServer = verify
        config.tlsConfig.verifyClient = verify
        config.tlsConfig.requireClientCert = verify  # without one there is nothing to verify
    return config


def transport_type(transport: Transport) -> int:
    """pjsip's number for the kind of transport."""
    ipv6 = transport.ipv6 or ":" in transport.address
    return int(_TRANSPORTS[transport.protocol, ipv6])


def set_codecs(endpoint: Any, media: Media) -> None:
    """Accept the codecs of the settings, best first, and no others."""
    wanted = [name.lower() for name in media.codecs]
    for codec in endpoint.codecEnum2():
        name, rate = codec.codecId.lower().split("/")[:2]
        # Speex comes at three rates; a setting may say which: `speex/16000`.
        ranks = [wanted.index(key) for key in (name, f"{name}/{rate}") if key in wanted]
        endpoint.codecSetPriority(codec.codecId, 250 - min(ranks) if ranks else 0)


def local_account(settings: SipSettings, host: str, *, ipv6: bool) -> Any:
    """`AccountConfig` for everything that no trunk has: callers by address, agents."""
    config = pj.AccountConfig()
    shown = f"[{host}]" if ":" in host else host
    config.idUri = f"sip:{settings.user}@{shown}"
    _common(config, settings)
    if ipv6:
        config.mediaConfig.ipv6Use = pj.PJSUA_IPV6_ENABLED_USE_IPV6_ONLY
    return config


def trunk_account(settings: SipSettings, trunk: Trunk) -> Any:
    """`AccountConfig` for a trunk: its registration, its credentials, its From."""
    config = pj.AccountConfig()
    user = trunk.from_user or trunk.user or settings.user
    parameter = transport_parameter(trunk.protocol)
    config.idUri = f"sip:{user}@{trunk.host}"
    if trunk.register:
        registration = config.regConfig
        registration.registrarUri = f"sip:{trunk.host}{parameter}"
        registration.timeoutSec = trunk.register_expires_s
        registration.retryIntervalSec = trunk.retry_s
        registration.firstRetryIntervalSec = min(trunk.retry_s, 5)
        # Many hotlines behind one provider must not all come back in the same second.
        registration.randomRetryIntervalSec = trunk.retry_s // 3
        registration.dropCallsOnFail = False
    if trunk.user:
        credential = pj.AuthCredInfo("digest", "*", trunk.user, 0, trunk.password)
        config.sipConfig.authCreds.append(credential)
    if parameter:
        config.sipConfig.proxies.append(f"sip:{trunk.host}{parameter};lr")
    _common(config, settings)
    return config


def _common(config: Any, settings: SipSettings) -> None:
    media = settings.media
    sound = config.mediaConfig
    sound.srtpUse = _SRTP[media.srtp]
    sound.srtpSecureSignaling = 0
    if media.rtp_port_first:
        sound.transportConfig.port = media.rtp_port_first
        sound.transportConfig.portRange = media.rtp_port_last - media.rtp_port_first
    sound.transportConfig.publicAddress = next(
        (one.public_address for one in settings.transports if one.public_address), ""
    )
    config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
    config.callConfig.timerSessExpiresSec = settings.session_expires_s
    config.callConfig.prackUse = pj.PJSUA_100REL_OPTIONAL
