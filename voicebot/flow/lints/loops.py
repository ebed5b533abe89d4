"""Ways that come back: without hearing anybody, or as long as nobody says anything."""

from __future__ import annotations

from collections.abc import Mapping

from voicebot.flow.lints.traits import is_busy, is_end, leads_to_people
from voicebot.flow.listening import Listening
from voicebot.flow.properties import Reactions
from voicebot.flow.report import Report
from voicebot.flow.ways import backwards, reachable, targets


def check_loops(report: Report) -> None:
    """Loops without a listener, and loops that a silent or mumbling caller cannot leave."""
    graph = targets(report.ways, with_errors=False)
    _check_busy(report, graph)
    for kind, who in (("no_input", "keeps silent"), ("no_match", "is never understood")):
        _check_helpless(report, graph, kind, who)


def _check_busy(report: Report, graph: Mapping[str, set[str]]) -> None:
    """A loop in which nobody is waited for would run until the step limit."""
    nodes = report.flow.nodes
    busy = {name for name, node in nodes.items() if is_busy(node)}
    left = {name: graph[name] & busy for name in busy}
    # What is left after taking away, again and again, the nodes that lead nowhere is in a loop
    # or leads into one.
    while leaves := {name for name, followers in left.items() if not followers}:
        left = {n: followers - leaves for n, followers in left.items() if n not in leaves}
    for name in left:
        if name in reachable(left, left[name]):
            report.add(
                ("nodes", name),
                "loop-without-listener",
                f"from {name} the call comes back to it without hearing the caller",
                "put a node that listens into the loop",
            )


def _check_helpless(report: Report, graph: Mapping[str, set[str]], kind: str, who: str) -> None:
    """Where each listening node has only the way of a caller who does nothing but fail."""
    nodes, file = report.flow.nodes, report.flow.file
    followed = dict(graph)
    for name, node in nodes.items():
        if isinstance(node, Listening):
            reactions: Reactions = getattr(node, kind) or getattr(file, kind)
            leaving = [str(reaction.to) for reaction in reactions if reaction.to]
            on_error = {way.target for way in report.ways[name] if way.name == "error"}
            followed[name] = {leaving[0]} if leaving else on_error
    ends = {name for name, node in nodes.items() if is_end(node)} | leads_to_people(report.flow)
    ends |= {name for name, followers in followed.items() if not followers}
    fine = reachable(backwards(followed), ends)
    for name, node in nodes.items():
        caught = isinstance(node, Listening) and name not in fine
        if caught and name in reachable(followed, followed[name]):
            code = "silence-loop" if kind == "no_input" else "no-match-loop"
            message = f"a caller who {who} comes back to {name} for ever"
            hint = f"let the last entry of `{kind}` lead to a person or a hangup"
            report.add(("nodes", name), code, message, hint, is_warning=True)
