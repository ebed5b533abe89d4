"""What a typed conversation does instead of what outlasts a call or needs a line."""

from __future__ import annotations

from voicebot.core.afterwards import CallbackOutcome, Mail, RecordOutcome
from voicebot.core.queueing import TransferOutcome
from voicebot.flow.steps import (
    CallbackEnded,
    Dial,
    Event,
    Notify,
    Pause,
    PlayBack,
    Record,
    Recorded,
    RequestCallback,
    TransferEnded,
    Waited,
)

Service = Dial | Record | PlayBack | Pause | RequestCallback
"""Actions that are only told of."""


def pretend(action: Service, transfer_outcome: TransferOutcome) -> Event:
    """Say what would be done, and go on as if it had been."""
    match action:
        case Dial(targets):
            _aside(f"calls {', '.join(targets)}: {transfer_outcome}")
            return TransferEnded(transfer_outcome)
        case Record(target):
            _aside(f"a message for {target} is recorded")
            return Recorded(RecordOutcome.RECORDED, "message.wav", 5_000)
        case PlayBack():
            _aside("the message is played")
            return Waited()
        case Pause(duration_ms):
            _aside(f"{duration_ms / 1000:g} s go by")
            return Waited()
        case RequestCallback(queue, number, not_before):
            when = f", not before {not_before}" if not_before else ""
            _aside(f"{number} is to be called back by {queue}{when}")
            return CallbackEnded(CallbackOutcome.ACCEPTED)


def tell(action: Notify) -> None:
    """Say who would be told."""
    message = action.message
    to = ", ".join(message.to) if isinstance(message, Mail) else message.url
    _aside(f"{'mail' if isinstance(message, Mail) else 'webhook'} to {to}")


def _aside(text: str) -> None:
    print(f"       ({text})")
