"""Reads all files and checks them against each other."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

from voicebot.audio.wav import WavError, read_wav
from voicebot.config.callbacks import check_callbacks
from voicebot.config.customers import check_customers, check_escalation, check_webhooks
from voicebot.config.desk import check_desk
from voicebot.config.people import check_people, check_star_codes
from voicebot.config.secret_files import read_secrets
from voicebot.config.settings import HotlineFile, Serving, Settings
from voicebot.config.surroundings import database_url, surroundings_of
from voicebot.config.toml_file import TomlFile, Where, dotted
from voicebot.config.transfers import check_transfers
from voicebot.core.errors import ConfigError, DialRefused, Problem, Severity
from voicebot.flow.loader import Flows
from voicebot.flow.report import Surroundings
from voicebot.prompts.catalogue import Catalogue
from voicebot.publishing.sources import Sources
from voicebot.sip.destinations import route
from voicebot.sip.settings import SipSettings
from voicebot.store.opening import find_versions


def load(config: Path, flows: Path, data: Path, *, draft: bool = False) -> Settings:
    """Read all of it. Flows that were published serve as they were published, unless the folder's
    `draft` is wanted. Raises `ConfigError` with every problem of every file."""
    sip_file, hotline_file = TomlFile(config / "sip.toml"), TomlFile(config / "hotline.toml")
    sip, hotline = sip_file.read(SipSettings), hotline_file.read(HotlineFile)
    problems = [*_strangers(config), *sip_file.problems, *hotline_file.problems]
    serving = _load_flows(flows, hotline, data, problems, draft=draft)
    loaded = serving.library.flows if serving is not None else None
    problems += Catalogue.load(flows / "prompts").problems
    if sip is not None and hotline is not None:
        hotline_file.problems.clear()
        _cross_check(hotline_file, hotline, sip, loaded)
        _check_music(hotline_file, hotline, flows)
        read_secrets(hotline.secrets, hotline_file)
        problems += _check_customers(hotline_file, hotline, config)
        problems += hotline_file.problems
    errors = [p for p in problems if p.severity is Severity.ERROR]
    if errors or sip is None or hotline is None or serving is None:
        raise ConfigError(sorted(problems))
    return Settings(sip, hotline, serving, data, flows / "prompts", config, tuple(problems))


def _strangers(config: Path) -> list[Problem]:
    """A file that nobody reads is a file that somebody thinks is read."""
    known = {"sip.toml", "hotline.toml"}
    if not config.is_dir():
        hint = "name the folder of sip.toml and hotline.toml with --config; it may be empty"
        return [Problem(str(config), 0, 1, "missing-folder", "there is no such folder", hint)]
    return [
        Problem(
            str(path),
            0,
            1,
            "unknown-file",
            "this file is not read",
            "known: sip.toml, hotline.toml",
        )
        for path in sorted(config.glob("*.toml"))
        if path.name not in known
    ]


def _load_flows(
    folder: Path, hotline: HotlineFile | None, data: Path, problems: list[Problem], *, draft: bool
) -> Serving | None:
    around = surroundings_of(hotline) if hotline else Surroundings()
    sources = Sources(folder, around, draft=draft)
    drafts = sources.drafts()
    try:
        versions = find_versions(database_url(hotline, data)) if hotline and not draft else None
        try:
            library = sources.read(drafts, versions)
        finally:
            if versions is not None:
                versions.close()
    except ConfigError as error:
        problems += error.problems
        return None
    problems += library.flows.warnings
    return Serving(sources, drafts, library)


def _cross_check(
    file: TomlFile, hotline: HotlineFile, sip: SipSettings, flows: Flows | None
) -> None:
    """What only shows where two files meet."""
    check_people(file, hotline.queues, hotline.agents)
    check_star_codes(file, hotline.star_codes)
    check_transfers(file, hotline.transfers, hotline.queues, hotline.agents)
    check_callbacks(file, hotline.callbacks)
    check_desk(file, hotline.console, hotline.desk, hotline.queues, hotline.agents)
    for i, agent in enumerate(hotline.agents):
        _check_target(file, ("agents", i, "address"), agent.address, sip)
    for name, uri in hotline.destinations.items():
        _check_target(file, ("destinations", name), uri, sip)
    if flows is not None:
        known = set(flows.names())
        for number, flow in hotline.calls.flows.items():
            if flow not in known:
                _unknown(file, ("calls", "flows", number), "flow", flow, known)
        if hotline.calls.default_flow not in known:
            where = ("calls", "default_flow")
            _unknown(file, where, "flow", hotline.calls.default_flow, known)


def _check_music(file: TomlFile, hotline: HotlineFile, flows: Path) -> None:
    """A file that is missing would be missed only when the first caller waits."""
    for i, queue in enumerate(hotline.queues):
        if not queue.music:
            continue
        try:
            read_wav(flows / queue.music)
        except (WavError, OSError) as error:
            where = ("queues", i, "music")
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            hint = f"it is looked for in {flows}; leave it out for the built-in music"
            file.note("bad-music", f"{dotted(where)}: {queue.music}: {reason}", where, hint)


def _check_customers(file: TomlFile, hotline: HotlineFile, config: Path) -> list[Problem]:
    """What is wrong in a file of customers is returned."""
    check_webhooks(file, hotline.webhooks, hotline.secrets)
    check_escalation(file, hotline.escalation)
    agents = [agent.name for agent in hotline.agents]
    return check_customers(file, hotline.customers, agents, hotline.secrets, config)


def _unknown(file: TomlFile, where: Where, what: str, name: str, known: Iterable[str]) -> None:
    near = difflib.get_close_matches(name, list(known), 1)
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
    file.note(f"unknown-{what}", f"{dotted(where)}: there is no {what} {name}", where, hint)


def _check_target(file: TomlFile, where: Where, target: str, sip: SipSettings) -> None:
    try:
        route(target, sip.destinations, sip.trunks)
    except DialRefused as error:
        hint = "allow it under [destinations] in sip.toml"
        file.note("not-allowed", f"{dotted(where)}: {error}", where, hint)
