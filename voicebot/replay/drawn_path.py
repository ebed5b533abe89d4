"""The ways that a call took then and now, drawn on the flow."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from html import escape, unescape
from itertools import pairwise

from voicebot.flow.diagram import dot_of
from voicebot.flow.flow import Flow

_GROUP = re.compile(r'<g id="([^"]*)" class="(node|edge)">\s*<title>([^<]*)</title>')
_DRAWING_S = 60


def drawn_path(flow: Flow, then: Sequence[str], now: Sequence[str]) -> str:
    """SVG with nodes and edges of the classes `then`, `now`, `both`, `unvisited`; a list of nodes
    where Graphviz is not installed."""
    svg = _svg(dot_of(flow, with_errors=False))
    if not svg:
        return _listed(then, now)
    steps_then, steps_now = _steps(then), _steps(now)

    def marked(found: re.Match[str]) -> str:
        title = unescape(found[3])
        where = _where(title, steps_then, steps_now)
        return f'<g id="{found[1]}" class="{found[2]} {where}"><title>{found[3]}</title>'

    return _GROUP.sub(marked, svg[svg.index("<svg") :])


def _svg(source: str) -> str:
    program = shutil.which("dot")
    if program is None:
        return ""
    done = subprocess.run(
        [program, "-Tsvg"],
        input=source.encode(),
        capture_output=True,
        check=False,
        timeout=_DRAWING_S,
    )
    return "" if done.returncode else done.stdout.decode("utf-8")


def _steps(path: Sequence[str]) -> set[str]:
    """Nodes, and edges as Graphviz names them."""
    return {*path, *(f"{one}->{two}" for one, two in pairwise(path))}


def _where(title: str, then: set[str], now: set[str]) -> str:
    if title in then:
        return "both" if title in now else "then"
    return "now" if title in now else "unvisited"


def _listed(then: Sequence[str], now: Sequence[str]) -> str:
    """Without a picture."""
    rows = [("then", then), ("now", now)]
    return "".join(
        f'<p><b class="{name}">{name}</b> {escape(" → ".join(path))}</p>' for name, path in rows
    )
