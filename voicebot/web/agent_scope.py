"""Which agents somebody may look at and change."""

from __future__ import annotations

from aiohttp import web

from voicebot.core.access import Permission
from voicebot.queueing.snapshot import Agent
from voicebot.session.agent_desk import StaffRefused
from voicebot.web.errors import ApiError
from voicebot.web.office import Office
from voicebot.web.security import Who, require, who


def asked_agent(request: web.Request, office: Office) -> Agent:
    """The agent in the address, if whoever asks may. Raises `ApiError`."""
    name, asking = request.match_info["agent"], who(request)
    own = name == asking.name and asking.may(Permission.OWN_STATE)
    if not own:
        require(request, Permission.AGENT_STATES)
    try:
        agent = office.desk.agent(name)
    except StaffRefused as refused:
        raise ApiError(404, refused.code, str(refused)) from None
    if not own and not in_scope(asking, agent):
        raise ApiError(403, "not-permitted", "this agent serves none of your queues")
    return agent


def in_scope(asking: Who, agent: Agent) -> bool:
    """Whether an agent serves one of the queues that somebody looks after."""
    return not asking.queues or bool(set(asking.queues) & set(agent.spec.queues))
