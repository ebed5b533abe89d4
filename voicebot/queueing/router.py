"""Waiting callers and agents: keeps what is, and lets the policy decide.

Takes `now` with whatever happens, says by `due_ms` when it wants to be asked again though nothing
happened. Nobody loses a place: an entry keeps its time of joining through every failed offer.

    join, leave, failed, released, pause ... ─▶ dispatch(now) ─▶ offers, to be dialed at once
              └─▶ told to `share`, which makes it last
    learn ◀── what other nodes did

Of several nodes, each knows all places and agents, and offers only those whose callers it has.
"""

from __future__ import annotations

from voicebot.queueing.board import RINGING, TALKING, policy_of
from voicebot.queueing.callers import NO_WISH, Wish
from voicebot.queueing.learning import Learning
from voicebot.queueing.offering import Offering
from voicebot.queueing.outlook import Outlook
from voicebot.queueing.sharing import Offer
from voicebot.queueing.staff import Staff

__all__ = ["NO_WISH", "RINGING", "TALKING", "Offer", "Router", "Wish", "policy_of"]


class Router(Offering, Staff, Learning, Outlook):
    """The queues, as one node sees them."""
