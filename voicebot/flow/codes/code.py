"""What a code tells of a mistake, and its example as a whole flow."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FRAME = {
    "flow": "flow: example\n",
    "start": "start: first\n",
    "on_error": "on_error: trouble\n",
    "slots": """\
slots:
  account: {type: digits, length: 6}
  pin: {type: digits, length: 4, secret: true}
  amount: {type: money}
""",
    "backends": 'backends: {bank: "http://127.0.0.1:8091"}\n',
    "globals": "globals:\n  operator: {key: 0, to: person}\n",
}
_FRAME_NODES = {
    "first": '  first: {kind: say, prompt: "Welcome.", to: person}\n',
    "trouble": '  trouble: {kind: say, prompt: "Something went wrong.", to: person}\n',
    "person": """\
  person:
    kind: queue
    queue: service
    outcomes: {served: bye, timeout: bye, full: bye, nobody: bye}
""",
    "bye": '  bye: {kind: hangup, prompt: "Goodbye."}\n',
}
"""What examples leave out, because it is the same in all of them."""
MARK = "▸"


@dataclass(frozen=True, slots=True)
class Code:
    """One thing that can be wrong."""

    meaning: str
    remedy: str
    example: str = ""
    """Top-level keys of a flow file, a mark before the place; empty where the file itself is what
    is wrong."""
    is_warning: bool = False

    @property
    def text(self) -> str:
        """The example without its mark."""
        return self.example.replace(MARK, "")

    @property
    def place(self) -> tuple[int, int]:
        """Line and column of the mark, from 1."""
        before = self.example[: self.example.index(MARK)]
        return before.count("\n") + 1, len(before) - before.rfind("\n")

    @property
    def flow(self) -> str:
        """The example as a whole flow; its lines come first, so that line numbers stay."""
        text = self.text
        keys = set(re.findall(r"^(\w+):", text, re.MULTILINE))
        if "nodes" not in keys:
            text += "nodes:\n"
        for name, node in _FRAME_NODES.items():
            if not re.search(rf"^  {name}:", text, re.MULTILINE):
                text += node
        return text + "".join(frame for key, frame in _FRAME.items() if key not in keys)


def error(meaning: str, remedy: str, example: str = "") -> Code:
    """The flow cannot serve."""
    return Code(meaning, remedy, example)


def warning(meaning: str, remedy: str, example: str = "") -> Code:
    """It can, but hardly as it was meant."""
    return Code(meaning, remedy, example, is_warning=True)
