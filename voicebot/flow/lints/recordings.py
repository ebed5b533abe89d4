"""Recorded prompts against the flow's: only the checks that know the recordings run here."""

from __future__ import annotations

from voicebot.flow.report import Report
from voicebot.flow.templates import TemplateError


def check_recordings(report: Report) -> None:
    """Recordings that are never played, and prompts that break out of a recorded voice."""
    flow = report.flow
    if report.around.recordings is None:
        return
    recorded = set(report.around.recordings.get(flow.language, ()))
    if not recorded.intersection(flow.file.prompts):
        return  # Nothing of this flow is recorded: it speaks with one voice.
    for name in flow.file.prompts:
        try:
            is_static = flow.texts.static_prompt(name) is not None
        except TemplateError:
            continue  # Reported where the prompt stands.
        if not is_static and name in recorded:
            message = f"the recording of {name} is never played: the prompt holds values"
            hint = "split the prompt, or remove the recording"
            report.add(("prompts", name), "recording-not-played", message, hint, is_warning=True)
        elif is_static and name not in recorded:
            message = f"there is no recording of {name}, but of other prompts: the voice changes"
            hint = f"record prompts/{flow.language}/{name}.wav"
            report.add(("prompts", name), "missing-recording", message, hint, is_warning=True)
