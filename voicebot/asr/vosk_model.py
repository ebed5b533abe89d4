"""A Vosk model folder: what must be in it, and its words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_ALWAYS = ("am/final.mdl", "conf/model.conf", "conf/mfcc.conf", "graph/words.txt")
_FIXED_GRAPH = "graph/HCLG.fst"
_OPEN_GRAPH = ("graph/HCLr.fst", "graph/Gr.fst")
_NO_WORDS = ("<", "#", "[")


@dataclass(frozen=True)
class VoskModel:
    """A folder that was looked at."""

    path: Path

    @property
    def missing(self) -> list[str]:
        """Files that a model needs and this folder lacks, relative to it."""
        lacking = [name for name in _ALWAYS if not (self.path / name).is_file()]
        if not self.takes_grammars and not (self.path / _FIXED_GRAPH).is_file():
            lacking += [name for name in _OPEN_GRAPH if not (self.path / name).is_file()]
        return lacking

    @property
    def takes_grammars(self) -> bool:
        """Big models have one fixed graph: they take no grammar and hear any speech."""
        return all((self.path / name).is_file() for name in _OPEN_GRAPH)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words of the model. Raises `OSError`."""
        lines = (self.path / "graph" / "words.txt").read_text("utf-8").splitlines()
        words = (line.split(" ", 1)[0] for line in lines)
        return frozenset(word for word in words if word and not word.startswith(_NO_WORDS))
