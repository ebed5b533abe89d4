"""What every call of a node uses."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from voicebot.app.customers import customer_lookup
from voicebot.app.engines import Engines, time_zone
from voicebot.app.people import place_keeper, resume_book
from voicebot.audio.hold_music import hold_music
from voicebot.audio.resample import resample
from voicebot.audio.wav import read_wav
from voicebot.config import Settings
from voicebot.core.audio import Pcm
from voicebot.core.errors import DialRefused
from voicebot.core.ports import Backend, Telephone
from voicebot.session.context import Services
from voicebot.sip.destinations import route
from voicebot.sip.settings import SipSettings
from voicebot.store.opening import Store
from voicebot.store.recordings import Recordings


async def call_services(
    settings: Settings,
    store: Store,
    recordings: Recordings,
    backend: Backend,
    engines: Engines,
    telephone: Telephone,
    stack: AsyncExitStack,
) -> Services:
    """The adapters as sessions know them."""
    hotline = settings.hotline
    return Services(
        telephone=telephone,
        vad=engines.detector,
        recognizer=engines.recognizer,
        understanding=engines.serving.understanding,
        voice=engines.voice,
        backend=backend,
        journal=store.journal,
        record=recordings.record,
        music=_music(settings),
        destinations=hotline.destinations,
        clock=lambda: datetime.now(UTC),
        message=recordings.message,
        callbacks=store.callbacks,
        keep_place=place_keeper(store, hotline),
        outbox=store.outbox,
        dialable=lambda target: _is_dialable(target, settings.sip),
        zone=time_zone(settings) or _local_zone(),
        setup=engines.serving.setup,
        resuming=await resume_book(store, hotline, stack),
        customers=customer_lookup(settings, store, backend, stack),
        customer_wait_ms=hotline.customers.wait_ms,
        transfers=hotline.transfers,
        supervision_beep=hotline.supervision.beep,
    )


def _music(settings: Settings) -> Callable[[str, int], Pcm]:
    files = {queue.name: queue.music for queue in settings.hotline.queues}

    @cache
    def music(queue: str, rate: int) -> Pcm:
        if file := files.get(queue, ""):
            return resample(read_wav(settings.recordings.parent / file).mono(), rate)
        return hold_music(rate)

    return music


def _is_dialable(target: str, sip: SipSettings) -> bool:
    try:
        route(target, sip.destinations, sip.trunks)
    except DialRefused:
        return False
    return True


def _local_zone() -> tzinfo:
    """This machine's zone, with its changes to and from summer time where it tells them."""
    try:
        with Path("/etc/localtime").open("rb") as file:
            return ZoneInfo.from_file(file, "local")
    except (OSError, ValueError):
        return datetime.now().astimezone().tzinfo or UTC
