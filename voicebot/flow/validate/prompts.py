"""Prompts: those that are named exist, each can be said, and each is said somewhere."""

from __future__ import annotations

from voicebot.core.markup import mistakes
from voicebot.flow.base import Path, PromptRef, marked
from voicebot.flow.problems import did_you_mean
from voicebot.flow.report import Report
from voicebot.flow.templates import TemplateError
from voicebot.flow.validate.texts import check_template
from voicebot.flow.wording import built_in


def check_prompt_ref(report: Report, path: Path, ref: str) -> None:
    prompts = report.flow.texts.prompts
    if ref in prompts:
        return
    if ref.isascii() and ref.replace("_", "").replace(".", "").isalnum() and ref == ref.lower():
        hint = did_you_mean(ref, prompts) or "write the text itself, or add it under `prompts`"
        report.add(path, "missing-prompt", f"there is no prompt {ref}", hint)
        return
    check_template(report, path, ref)
    _check_markup(report, path, ref)


def _check_markup(report: Report, path: Path, text: str) -> None:
    for offset, message in mistakes(text):
        hint = "only the markup that docs/flow-language.md names is said"
        report.add(path, "bad-markup", message, hint, offset=offset)


def check_prompts(report: Report) -> None:
    used = {str(v) for _, v in marked(report.flow.file) if isinstance(v, PromptRef)}
    used |= set(built_in(report.flow.language))
    for name, wordings in report.flow.file.prompts.items():
        path: Path = ("prompts", name)
        for index, text in enumerate(wordings):
            check_template(report, (*path, index), text)
            _check_markup(report, (*path, index), text)
        if name not in used:
            report.add(path, "unused-prompt", f"nothing says {name}", is_warning=True)


def check_early(report: Report) -> None:
    """Nothing is known of a call that is not answered yet."""
    for i, ref in enumerate(report.flow.file.before_answer.early):
        try:
            known = report.flow.texts.static_prompt(str(ref)) is not None
        except TemplateError:
            continue  # Reported where the prompt stands.
        if not known:
            path: Path = ("before_answer", "early", i)
            message = "a prompt before the answer cannot hold values"
            report.add(path, "early-value", message, "leave the {values} out")
