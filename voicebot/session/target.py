"""Where an agent may send a caller, looked up before anything is done."""

from __future__ import annotations

from collections.abc import Collection

from voicebot.core.transfers import Target, TargetKind
from voicebot.queueing.snapshot import Agent
from voicebot.session.context import Context
from voicebot.session.directory import TransferRefused
from voicebot.session.handing_over import Destination
from voicebot.session.talk_keys import keyed_target


def destinations(context: Context, target: Target, queue: str) -> tuple[Destination, ...]:
    """The phones to be rung for a target, in order. `queue` is the one whose caller it is. Raises
    `TransferRefused`; not for queues and nodes, which nobody rings for here."""
    match target.kind:
        case TargetKind.AGENT:
            return _agent(context, target.name, queue)
        case TargetKind.QUEUE:
            return _free_agents(context, target.name)
        case TargetKind.NUMBER:
            return _number(context, target.name)
        case TargetKind.NODE:
            raise TransferRefused("the bot cannot be briefed: send the caller there blind")


def meant_by(context: Context, uri: str, *, replaces: bool) -> Target:
    """What a phone means that sends a caller to a SIP URI: an agent's phone, a code or an agent's
    number that are keyed in talks, too; else the address itself."""
    agents = context.directory.router.agents.values()
    bare = uri.split(";", 1)[0].lower()
    for agent in agents:
        if agent.spec.address.split(";", 1)[0].lower() == bare:
            return Target(TargetKind.AGENT, agent.name)
    user = bare.partition(":")[2].partition("@")[0]
    known = keyed_target(user, context.services.transfers, agents_by_number(context))
    return known if known is not None and not replaces else Target(TargetKind.NUMBER, uri)


def agents_by_number(context: Context) -> dict[str, str]:
    """Names of agents by the numbers that they are known by."""
    agents = context.directory.router.agents.values()
    return {agent.spec.number: agent.name for agent in agents if agent.spec.number}


def check_queue(context: Context, name: str) -> None:
    """Raises `TransferRefused` where there is no such queue."""
    queues = context.directory.router.queues
    if name not in queues:
        raise TransferRefused(f"there is no queue {name}; known: {', '.join(sorted(queues))}")


def check_node(name: str, known: Collection[str]) -> None:
    """Raises `TransferRefused` where the flow's queue node names no such way back."""
    if name not in known:
        ways = ", ".join(sorted(known)) or "none: name some as `back_to` of the flow's queue node"
        raise TransferRefused(f"the flow has no way back {name}; known: {ways}")


def check_free(context: Context, name: str) -> Agent:
    """The agent of a name. Raises `TransferRefused` where there is none, or they are not free."""
    directory = context.directory
    agent = directory.router.agents.get(name)
    if agent is None:
        raise TransferRefused(f"there is no agent {name}")
    if not agent.may_ring(directory.now_ms()):
        raise TransferRefused(f"{name} is not free: {agent.state}")
    return agent


def _agent(context: Context, name: str, queue: str) -> tuple[Destination, ...]:
    agent = check_free(context, name)
    ring_ms = context.directory.router.queues[queue].ring_ms
    return (Destination(agent.spec.address, ring_ms, name, queue, name),)


def _free_agents(context: Context, queue: str) -> tuple[Destination, ...]:
    check_queue(context, queue)
    directory = context.directory
    ring_ms, now_ms = directory.router.queues[queue].ring_ms, directory.now_ms()
    free = [
        agent
        for agent in directory.router.agents.values()
        if queue in agent.spec.queues and agent.may_ring(now_ms)
    ]
    if not free:
        raise TransferRefused(f"nobody of {queue} is free: send the caller there blind, to wait")
    free.sort(key=lambda agent: agent.idle_since_ms)
    return tuple(Destination(a.spec.address, ring_ms, a.name, queue, a.name) for a in free)


def _number(context: Context, name: str) -> tuple[Destination, ...]:
    services = context.services
    known_as = name if name in services.destinations else ""
    address = services.destinations.get(name, name)
    if not services.dialable(address):
        raise TransferRefused("calls may not go there: see [destinations] of sip.toml")
    return (Destination(address, services.transfers.ring_ms, known_as=known_as),)
