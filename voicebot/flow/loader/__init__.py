"""From a folder of files to flows that are ready to serve, or to every problem at once.

file ─▶ Document ─▶ environment, entities filled in ─▶ FlowFile ─▶ Flow ─▶ linked ─▶ checked
"""

from voicebot.flow.loader.content import content_hash
from voicebot.flow.loader.folder import Flows, checked, load_file, load_flows
from voicebot.flow.loader.reading import ReadFlow, check_document, read_flow, with_bases
from voicebot.flow.loader.together import linked, read_flows

__all__ = [
    "Flows",
    "ReadFlow",
    "check_document",
    "checked",
    "content_hash",
    "linked",
    "load_file",
    "load_flows",
    "read_flow",
    "read_flows",
    "with_bases",
]
