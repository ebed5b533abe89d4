"""What a flow must keep to beyond its shape: every name exists, every text can be read.

What can be told beyond that (ways, keys, phrases, secrets, values) is in `lints/`; all add to the
same report, so that the operator sees every problem at once.
"""

from __future__ import annotations

from voicebot.core.errors import Problem
from voicebot.flow.base import marked
from voicebot.flow.lints import check_all
from voicebot.flow.report import Report
from voicebot.flow.validate.marks import check_mark
from voicebot.flow.validate.names import CALL_FIELDS
from voicebot.flow.validate.nodes import check_node, check_slots
from voicebot.flow.validate.prompts import check_early, check_prompts

__all__ = ["CALL_FIELDS", "validate"]


def validate(report: Report) -> list[Problem]:
    """Every problem of a flow whose shape is right, with those that the report has already."""
    for path, value in marked(report.flow.file):
        check_mark(report, path, value)
    check_prompts(report)
    check_early(report)
    check_slots(report)
    for name, node in report.flow.nodes.items():
        check_node(report, ("nodes", name), node)
    check_all(report)
    return report.problems
