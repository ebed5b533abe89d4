"""A node is built: every adapter, joined to the sessions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from voicebot import asr, nlu, vad
from voicebot.app.announcing import Announce, patiently, say_where
from voicebot.app.console import serving_console
from voicebot.app.customers import customer_lookup, customer_registry
from voicebot.app.engines import load_together, note_what_is_missing, prompt_voice, time_zone
from voicebot.app.node import Node
from voicebot.app.people import (
    agents_office,
    callbacks_dialed,
    resume_book,
    shared_queues,
    star_door,
)
from voicebot.audio.hold_music import hold_music
from voicebot.audio.resample import resample
from voicebot.audio.wav import read_wav
from voicebot.config import Settings
from voicebot.config.in_effect import setup, with_intents
from voicebot.config.secret_files import read_secrets
from voicebot.config.surroundings import database_url
from voicebot.core.audio import Pcm
from voicebot.core.errors import ConfigError, DialRefused
from voicebot.observe.node import Parts
from voicebot.prompts.agent_phrases import every_agent_prompt
from voicebot.publishing.board import FlowBoard, serving_text
from voicebot.publishing.desk import FlowDesk
from voicebot.publishing.kept import keep_versions
from voicebot.publishing.library import Library
from voicebot.publishing.models import ModelDesk, Serving
from voicebot.publishing.ready import make_heard, make_ready
from voicebot.session.agent_desk import AgentDesk
from voicebot.session.context import Services
from voicebot.session.star_agents import agent_handlers
from voicebot.session.star_supervisors import supervisor_handlers
from voicebot.session.supervisor_desk import SupervisorDesk
from voicebot.sip.destinations import route
from voicebot.sip.endpoint import SipEndpoint
from voicebot.sip.settings import SipSettings
from voicebot.store.opening import open_store
from voicebot.store.recordings import Recordings
from voicebot.store.settings import RecordingSettings, StoreSettings
from voicebot.web.backend import HttpBackend
from voicebot.web.delivery import Delivery, delivering
from voicebot.web.demo_bank import create_app as create_demo_bank
from voicebot.web.lapses import watching
from voicebot.web.server import start_server
from voicebot.web.starting import starting


async def start_node(settings: Settings, stack: AsyncExitStack, announce: Announce) -> Node:
    """Build everything, the line last but for the console, which asks it how it is: a node that
    rings is ready."""
    hotline = settings.hotline
    store = open_store(database_url(hotline, settings.data), _store_settings(settings))
    stack.callback(store.close)
    recordings = Recordings(RecordingSettings(folder=settings.data / "recordings"))
    stack.callback(recordings.close)
    secrets = read_secrets(hotline.secrets)
    backend = HttpBackend(hotline.backend, secrets)
    stack.push_async_callback(backend.close)
    delivery = Delivery(store.outbox, backend, secrets, hotline.mail, settings.data)
    await stack.enter_async_context(delivering(delivery))
    if hotline.demo_bank.enabled:
        await _demo_bank(hotline.demo_bank.port, stack, announce)
    recognizer, voice = asr.build(hotline.recognition), prompt_voice(settings)
    stack.push_async_callback(recognizer.close)
    stack.push_async_callback(voice.close)
    async with starting(hotline.console):
        with patiently("recognizers and voices load", announce):
            detector = await load_together(
                recognizer.start(), voice.start(), asyncio.to_thread(vad.build, hotline.vad)
            )
    note_what_is_missing(settings, recognizer, announce)
    zone = time_zone(settings)
    understanding = nlu.build(hotline.understanding, now=lambda: datetime.now(zone))
    for note in understanding.notes:
        announce(f"Note: {note}")
    synthesizer = voice.workers.hello.version
    in_effect = await asyncio.to_thread(
        lambda: with_intents(
            setup(hotline, recognizer, synthesizer), hotline.understanding, understanding.versions
        )
    )
    line = SipEndpoint(settings.sip)
    resuming = await resume_book(store, hotline, stack)
    services = Services(
        resuming=resuming,
        telephone=line,
        vad=detector,
        recognizer=recognizer,
        understanding=understanding,
        voice=voice,
        backend=backend,
        journal=store.journal,
        record=recordings.record,
        music=_music(settings),
        destinations=hotline.destinations,
        clock=lambda: datetime.now(UTC),
        message=recordings.message,
        callbacks=store.callbacks,
        outbox=store.outbox,
        dialable=lambda target: _is_dialable(target, settings.sip),
        zone=zone or _local_zone(),
        setup=in_effect,
        transfers=hotline.transfers,
        supervision_beep=hotline.supervision.beep,
    )
    services = replace(
        services,
        customers=customer_lookup(settings, store, backend, stack),
        customer_wait_ms=hotline.customers.wait_ms,
    )
    directory = await shared_queues(store, hotline, lambda: node.draining, stack)
    services, calling_back = callbacks_dialed(store, hotline, services, directory)
    serving = settings.serving

    needed = (hotline.calls.default_flow, *hotline.calls.flows.values())

    async def prepare(library: Library) -> None:
        folder = settings.data / "flows"
        await asyncio.to_thread(keep_versions, library, serving.sources.folder, folder)
        await make_ready(library, voice, recognizer, models.serving.understanding, first=needed)
        for language in sorted({agent.language for agent in hotline.agents}):
            await voice.warm(every_agent_prompt(language))

    def renew(serving: Serving) -> Serving:
        new = serving.understanding.renewed()
        return Serving(new, with_intents(in_effect, hotline.understanding, new.versions))

    models = ModelDesk(
        Serving(understanding, in_effect),
        hotline.understanding.intents.values(),
        renew,
        lambda new: make_heard(desk.library.every(), recognizer, new),
    )
    desk = FlowDesk(
        serving.sources, serving.library, serving.drafts, store.versions, prepare, needed
    )
    agents = AgentDesk(directory, store.audit)
    supervisors = SupervisorDesk(directory, store.audit)
    handlers = {**agent_handlers(agents), **supervisor_handlers(supervisors)}
    stars = star_door(settings, handlers, voice, store)
    node = Node(settings, line, services, directory, desk, models, stars, calling_back)
    node.heed_signals()
    parts = Parts(
        line=line,
        capacity=settings.sip.most_legs,
        draining=lambda: node.draining,
        asr=recognizer.pool,
        tts=voice.workers,
        journal=store.journal,
        directory=directory,
    )
    await stack.enter_async_context(line)
    office = agents_office(settings, store, agents, directory)
    registry = customer_registry(settings, store, zone)
    await stack.enter_async_context(watching(registry.escalations))
    board = FlowBoard(desk, store.versions, models)
    await stack.enter_async_context(
        serving_console(settings, store, parts, board, announce, office, registry)
    )
    announce(f"Flows    {serving_text(serving.library)}")
    say_where(settings, line, announce)
    return node


def _store_settings(settings: Settings) -> StoreSettings:
    kept = StoreSettings(folder=settings.data, endpoints=settings.hotline.webhooks)
    node = settings.hotline.node
    return replace(kept, node=node) if node else kept


async def _demo_bank(port: int, stack: AsyncExitStack, announce: Announce) -> None:
    """Start it, or use the one of another hotline on this machine."""
    try:
        bank = await start_server(create_demo_bank(), "127.0.0.1", port, name="demo_bank")
    except ConfigError as error:
        announce(f"Note: {error.problems[0].message}; the sample flows ask what answers there")
    else:
        stack.push_async_callback(bank.stop)


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
