"""Node kinds: a kind is one file; this is their list."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from voicebot.flow.kinds.answer import AnswerNode
from voicebot.flow.kinds.ask import AskNode
from voicebot.flow.kinds.branch import BranchNode
from voicebot.flow.kinds.call import CallNode
from voicebot.flow.kinds.callback import CallbackNode
from voicebot.flow.kinds.customer import CustomerNode
from voicebot.flow.kinds.digits import DigitsNode
from voicebot.flow.kinds.goto import GotoNode
from voicebot.flow.kinds.hangup import HangupNode
from voicebot.flow.kinds.hours import HoursNode
from voicebot.flow.kinds.http import HttpNode
from voicebot.flow.kinds.language import LanguageNode
from voicebot.flow.kinds.loop import LoopNode
from voicebot.flow.kinds.mark import MarkNode
from voicebot.flow.kinds.menu import MenuNode
from voicebot.flow.kinds.notify import NotifyNode
from voicebot.flow.kinds.percent import PercentNode
from voicebot.flow.kinds.queue import QueueNode
from voicebot.flow.kinds.queue_status import QueueStatusNode
from voicebot.flow.kinds.record import RecordNode
from voicebot.flow.kinds.resume import ResumeNode
from voicebot.flow.kinds.returning import ReturnNode
from voicebot.flow.kinds.say import SayNode
from voicebot.flow.kinds.set import SetNode
from voicebot.flow.kinds.survey import SurveyNode
from voicebot.flow.kinds.transfer import TransferNode
from voicebot.flow.kinds.wait import WaitNode

AnyNode = Annotated[
    SayNode
    | MenuNode
    | AskNode
    | AnswerNode
    | DigitsNode
    | BranchNode
    | SetNode
    | LoopNode
    | GotoNode
    | CallNode
    | ReturnNode
    | ResumeNode
    | HoursNode
    | PercentNode
    | MarkNode
    | LanguageNode
    | HttpNode
    | CustomerNode
    | QueueStatusNode
    | QueueNode
    | CallbackNode
    | TransferNode
    | RecordNode
    | SurveyNode
    | NotifyNode
    | WaitNode
    | HangupNode,
    Field(discriminator="kind"),
]
