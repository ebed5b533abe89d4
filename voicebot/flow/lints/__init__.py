"""What can be told of a flow before any call, one matter a file.

A lint is a function that adds to a report. `NAMES_FIRST` ones walk from name to name and run only
where every name leads somewhere. Codes, with an example and a remedy each, are in `codes/`.
"""

from __future__ import annotations

from collections.abc import Callable

from voicebot.flow.lints.context import check_context
from voicebot.flow.lints.keys import check_keys
from voicebot.flow.lints.loops import check_loops
from voicebot.flow.lints.paths import check_paths
from voicebot.flow.lints.phrases import check_phrases
from voicebot.flow.lints.recordings import check_recordings
from voicebot.flow.lints.reprompts import check_reprompts
from voicebot.flow.lints.secrets import check_secrets
from voicebot.flow.lints.services import check_services
from voicebot.flow.lints.sounds import check_sounds
from voicebot.flow.lints.subflows import check_subflows
from voicebot.flow.lints.unset import check_unset
from voicebot.flow.lints.unused import check_unused
from voicebot.flow.report import Report

Lint = Callable[[Report], None]

ALWAYS: tuple[Lint, ...] = (
    check_secrets,
    check_services,
    check_subflows,
    check_recordings,
    check_unused,
)
PHRASES_FIRST: tuple[Lint, ...] = (check_keys, check_phrases, check_sounds)
NAMES_FIRST: tuple[Lint, ...] = (
    check_context,
    check_paths,
    check_loops,
    check_reprompts,
    check_unset,
)

_NAMES = frozenset({"missing-node", "missing-slot", "bad-expression", "bad-template"})


def check_all(report: Report) -> None:
    """Every lint that what was found so far lets run."""
    found = {problem.code for problem in report.problems}
    lints = list(ALWAYS)
    if not found & {"bad-phrase", "missing-slot"}:
        lints += PHRASES_FIRST
    if not found & _NAMES:
        lints += NAMES_FIRST
    for lint in lints:
        lint(report)
