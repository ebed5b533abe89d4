"""What flows name of the configuration beside queues: secrets, and a server for mail."""

from __future__ import annotations

from voicebot.core.secret_marks import secret_names
from voicebot.flow.base import HeaderTemplate, PromptRef, SecretName, Template, marked
from voicebot.flow.kinds.notify import NotifyNode
from voicebot.flow.problems import did_you_mean
from voicebot.flow.report import Report


def check_services(report: Report) -> None:
    """Every secret exists and stands in headers alone; mail has a server."""
    for path, value in marked(report.flow.file):
        if isinstance(value, SecretName):
            _check_known(report, path, value)
        elif isinstance(value, HeaderTemplate):
            for name in secret_names(value):
                _check_known(report, path, name)
        elif isinstance(value, Template | PromptRef):
            _check_place(report, path, value)
    for name, node in report.flow.nodes.items():
        if isinstance(node, NotifyNode):
            _check_notify(report, name, node)


def _check_known(report: Report, path: tuple[str | int, ...], name: str) -> None:
    known = report.around.secrets
    if known is not None and name not in known:
        hint = did_you_mean(name, known) or "add it under [secrets] in hotline.toml"
        report.add(path, "missing-secret", f"there is no secret {name}", hint)


def _check_place(report: Report, path: tuple[str | int, ...], value: str) -> None:
    text = report.flow.texts.text(value)[1]
    for name in secret_names(text):
        hint = "a secret may stand in the headers of a back end, an http or a notify node"
        message = f"the secret {name} would be kept or heard here"
        offset = text.find("{secret:") if text == value else None
        report.add(path, "secret-misplaced", message, hint, offset=offset)


def _check_notify(report: Report, name: str, node: NotifyNode) -> None:
    if node.mail is not None and report.around.mail is False:
        hint = "add [mail] to hotline.toml"
        report.add(("nodes", name, "mail"), "no-mail", "no mail server is configured", hint)
    if node.webhook is None:
        return
    path = ("nodes", name, "webhook")
    if not report.flow.backends:
        report.add(path, "missing-back-end", "the flow has no back end", "add `backends:`")
    elif node.webhook.backend is None and len(report.flow.backends) > 1:
        report.add(path, "missing-back-end", "say which back end", "add `backend:`")
