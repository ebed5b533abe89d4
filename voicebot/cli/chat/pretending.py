"""What a typed conversation does instead of what needs people, a line or time."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.core.afterwards import CallbackOutcome, Mail, RecordOutcome
from voicebot.core.customers import NOBODY
from voicebot.core.queueing import QueueOutcome, QueueStatus, TransferOutcome
from voicebot.flow.actions import (
    Dial,
    Enqueue,
    FindCustomer,
    LookAtQueue,
    Notify,
    Pause,
    PlayBack,
    Record,
    RequestCallback,
    Transfer,
)
from voicebot.flow.events import (
    CallbackEnded,
    CustomerSeen,
    Event,
    QueueLeft,
    QueueSeen,
    Recorded,
    TransferEnded,
    Waited,
)

Service = (
    Enqueue
    | Transfer
    | Dial
    | Record
    | PlayBack
    | Pause
    | RequestCallback
    | LookAtQueue
    | FindCustomer
)
"""Actions that are only told of."""


@dataclass(slots=True)
class Pretending:
    """How what is not done is taken to have ended."""

    queue_outcomes: list[QueueOutcome]
    """Of one wait after the other; the caller is served in those after the last."""
    transfer_outcome: TransferOutcome = TransferOutcome.DONE

    def answer(self, action: Service) -> Event:
        """Say what would be done, and go on as if it had been."""
        match action:
            case Enqueue():
                return self._waited(action)
            case Transfer(target):
                aside(f"transfer to {target}: {self.transfer_outcome}")
                return TransferEnded(self.transfer_outcome)
            case Dial(targets):
                aside(f"calls {', '.join(targets)}: {self.transfer_outcome}")
                return TransferEnded(self.transfer_outcome)
            case Record(target):
                aside(f"a message for {target} is recorded")
                return Recorded(RecordOutcome.RECORDED, "message.wav", 5_000)
            case PlayBack():
                aside("the message is played")
                return Waited()
            case Pause(duration_ms):
                aside(f"{duration_ms / 1000:g} s go by")
                return Waited()
            case RequestCallback(queue, number, not_before):
                when = f", not before {not_before}" if not_before else ""
                aside(f"{number} is to be called back by {queue}{when}")
                return CallbackEnded(CallbackOutcome.ACCEPTED)
            case LookAtQueue(queue):
                aside(f"looks at queue {queue}: an agent is free")
                return QueueSeen(QueueStatus(staffed=1, available=1))
            case FindCustomer():
                aside("looks a customer up: nobody is known")
                return CustomerSeen(NOBODY)

    def _waited(self, action: Enqueue) -> Event:
        outcome = self.queue_outcomes.pop(0) if self.queue_outcomes else QueueOutcome.SERVED
        told = ", ".join(f"{title}: {text}" for title, text in action.summary.items())
        aside(f"queue {action.queue}: {outcome}; the agent is told: {told or 'nothing'}")
        return QueueLeft(outcome)


def tell(action: Notify) -> None:
    """Say who would be told."""
    message = action.message
    to = ", ".join(message.to) if isinstance(message, Mail) else message.url
    aside(f"{'mail' if isinstance(message, Mail) else 'webhook'} to {to}")


def aside(text: str) -> None:
    """Say what happens beside the talk."""
    print(f"       ({text})")
