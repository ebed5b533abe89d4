"""Node kinds: a kind is one file; this is their list."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from voicebot.flow.kinds.ask import AskNode
from voicebot.flow.kinds.branch import BranchNode
from voicebot.flow.kinds.digits import DigitsNode
from voicebot.flow.kinds.hangup import HangupNode
from voicebot.flow.kinds.http import HttpNode
from voicebot.flow.kinds.menu import MenuNode
from voicebot.flow.kinds.queue import QueueNode
from voicebot.flow.kinds.say import SayNode
from voicebot.flow.kinds.set import SetNode
from voicebot.flow.kinds.transfer import TransferNode

AnyNode = Annotated[
    SayNode
    | MenuNode
    | AskNode
    | DigitsNode
    | BranchNode
    | SetNode
    | HttpNode
    | QueueNode
    | TransferNode
    | HangupNode,
    Field(discriminator="kind"),
]
