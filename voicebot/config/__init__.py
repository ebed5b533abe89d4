"""The operator's settings: `sip_config/*.toml`, `ivr_flows/` and the environment, read once.

Two files, both optional: without any, the sample hotlines serve on this machine.

    sip.toml      sockets, codecs, encryption, trunks, who may call and be called
    hotline.toml  which flow answers which number, queues, agents, console, storage, engines

`${env:NAME}` in a string stands for an environment variable, for secrets. Every mistake in every
file is reported at once, with its line.
"""

from voicebot.config.loading import load
from voicebot.config.settings import Calls, DemoBank, HotlineFile, Settings

__all__ = ["Calls", "DemoBank", "HotlineFile", "Settings", "load"]
