"""VoiceXML 2.1 documents (W3C, 2007) as flows of ours, with a list of what could not be kept.

    XML ─▶ tree ─▶ documents ─┬─ forms ── items ── content ─┐
                              ├─ grammars (SRGS 1.0) ───────┼─▶ nodes, slots, prompts ─▶ YAML
                              └─ handlers, properties ──────┘

A form becomes a chain of nodes in the order of its items, as the form interpretation algorithm
takes them where nothing jumps back. Pure: text goes in, plain data and findings come out.
"""

from voicebot.flow.voicexml.findings import Finding, Weight
from voicebot.flow.voicexml.translate import Imported, translate

__all__ = ["Finding", "Imported", "Weight", "translate"]
