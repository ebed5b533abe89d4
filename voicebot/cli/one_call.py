"""The one call that a command is about: by how its id begins, or a file."""

from __future__ import annotations

import argparse

from voicebot.cli.places import store_url
from voicebot.replay.choosing import NotFound, chosen
from voicebot.replay.recorded import RecordedCall
from voicebot.replay.sources import read_call, read_facts
from voicebot.store.opening import open_calls


def one_call(args: argparse.Namespace, *, with_sound: bool) -> RecordedCall:
    """`args.call`, with its sound or from its facts alone. Raises `NotFound`."""
    store = open_calls(store_url(args))
    try:
        sources = chosen([args.call], None, store).sources
        if len(sources) != 1:
            raise NotFound(f"{args.call} is not one call")
        if with_sound:
            return read_call(sources[0], store, args.data)
        return read_facts(sources, store)[0]
    finally:
        store.close()
