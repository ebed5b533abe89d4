"""Recorded prompts: WAV files of the operator, by language and prompt id.

    ivr_flows/prompts/en/greeting.wav         id "greeting" in English
    ivr_flows/prompts/zh/bank/greeting.wav    id "bank/greeting" in Chinese

All of it is read once, at start, and every file is checked then, never in a call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from voicebot.audio.wav import WavError, parse_wav
from voicebot.core.errors import Problem, Severity
from voicebot.core.prompt import Prompt
from voicebot.prompts.wording import primary_tag

MIN_RATE = 8_000
_OTHER_SOUND = frozenset({".mp3", ".ogg", ".opus", ".flac", ".m4a", ".aac", ".gsm", ".ulaw"})
_CONVERT = "convert it to WAV, e.g. `sox in.mp3 -b 16 -r 16000 -c 1 out.wav`"


@dataclass(frozen=True, slots=True)
class RecordedPrompt:
    """One recording."""

    language: str
    """Primary tag, the folder's name."""
    id: str
    path: Path
    duration_ms: float
    rate: int
    """Sampling rate of the file, in Hz."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The operator's recordings and what is wrong with them."""

    recordings: Mapping[tuple[str, str], RecordedPrompt] = field(default_factory=dict)
    """By primary language tag and prompt id; only files that can be played."""
    problems: tuple[Problem, ...] = ()

    @classmethod
    def load(cls, folder: Path) -> Catalogue:
        """Read the folder; one that is missing holds no recordings. Never raises: what is wrong
        with single files is in `problems`."""
        recordings: dict[tuple[str, str], RecordedPrompt] = {}
        problems: list[Problem] = []
        for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
            found = _examine(folder, path)
            if isinstance(found, Problem):
                problems.append(found)
            elif found is not None:
                recordings[found.language, found.id] = found
        return cls(recordings, tuple(problems))

    def recording(self, prompt: Prompt) -> Path | None:
        """The file to play for a prompt; None where it must be synthesized: there is none, or
        the prompt holds values that no recording can know."""
        if not prompt.id or not prompt.is_static:
            return None
        found = self.recordings.get((primary_tag(prompt.language), prompt.id))
        return found.path if found else None

    def __iter__(self) -> Iterator[RecordedPrompt]:
        return iter(self.recordings.values())

    def __len__(self) -> int:
        return len(self.recordings)


def _examine(folder: Path, path: Path) -> RecordedPrompt | Problem | None:
    relative = path.relative_to(folder)
    if path.suffix.lower() in _OTHER_SOUND:
        message = "this kind of sound file is not played"
        return _problem(path, "not-a-wav", message, _CONVERT, Severity.WARNING)
    if path.suffix.lower() != ".wav" or not path.is_file():
        return None
    if len(relative.parts) < 2:
        hint = "move it into the folder of its language, e.g. en/"
        return _problem(path, "no-language", "the recording's language is not known", hint)
    name = Path(*relative.parts[1:]).with_suffix("").as_posix()
    return _read(path, primary_tag(relative.parts[0]), name)


def _read(path: Path, language: str, name: str) -> RecordedPrompt | Problem:
    try:
        sound = parse_wav(path.read_bytes(), name="it")
    except WavError as error:
        return _problem(path, "unreadable-wav", f"cannot be read: {error}", _CONVERT)
    except OSError as error:
        return _problem(path, "unreadable-wav", f"cannot be opened: {error.strerror}", "")
    count = sound.channels.shape[1]
    if not count:
        return _problem(path, "empty-wav", "holds no sound", "record it again or remove it")
    if sound.rate < MIN_RATE:
        message = f"has a sampling rate of {sound.rate} Hz; {MIN_RATE} Hz is the least"
        return _problem(path, "low-rate-wav", message, "record it at 8000 Hz or more")
    return RecordedPrompt(language, name, path, count * 1000 / sound.rate, sound.rate)


def _problem(
    path: Path, code: str, message: str, hint: str, severity: Severity = Severity.ERROR
) -> Problem:
    return Problem(str(path), 0, 0, code, message, hint, severity=severity)
