"""The console's application."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from voicebot.web import (
    agents_api,
    api,
    context_api,
    customers_api,
    escalations_api,
    events,
    floor_api,
    flows_api,
    health,
    pages,
    report_api,
    talks_api,
    webhooks_api,
)
from voicebot.web.errors import as_json
from voicebot.web.office import Office
from voicebot.web.ports import Calls, Events, FlowList, Monitor
from voicebot.web.registry import Registry
from voicebot.web.security import add_headers, guard
from voicebot.web.settings import WebSettings, check


def create_app(
    calls: Calls,
    feed: Events,
    monitor: Monitor,
    flows: FlowList,
    *,
    data: Path,
    settings: WebSettings | None = None,
    office: Office | None = None,
    registry: Registry | None = None,
) -> web.Application:
    """Join the console. `data` is the folder below which recordings are named; without an `office`
    nobody is at work, without a `registry` no customer is known. Raises `ConfigError` where it
    would show calls to a network without a token."""
    settings = settings or WebSettings()
    check(settings)
    app = web.Application(middlewares=[as_json, guard(settings)])
    app.on_response_prepare.append(add_headers)
    health.add(app, monitor)
    api.add(app, calls, data)
    flows_api.add(app, flows)
    events.add(app, feed, settings)
    if office is not None:
        agents_api.add(app, office, settings)
        context_api.add(app, office)
        floor_api.add(app, office, settings)
        talks_api.add(app, office.supervisors)
    if registry is not None:
        customers_api.add(app, registry)
        escalations_api.add(app, registry)
        webhooks_api.add(app, registry)
        report_api.add(app, registry)
    pages.add(app, settings)
    return app
