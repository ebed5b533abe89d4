"""How often callers hear the answer to their own question, and how often another one.

    python -m bench.knowledge zh                 the sample's Chinese base, own paraphrases
    python -m bench.knowledge en                 200 entries of BANKING77 and CLINC150
    python -m bench.knowledge en --by-words --errors 0 0.1

English: of each intent five phrases are an entry (`train_5.tsv`), five of `valid.tsv` its
paraphrases; the entries of 30 intents are left out, and what is said for them has no answer, as
have CLINC150's out-of-scope texts. The table is written as a CSV of 200 rows and imported, as an
operator would. Data: `../shared/data/nlu` (or VOICEBOT_SHARED). Per row: the best entry is the
right one; spoken without a question: right, wrong; asked back with the right one among the two;
without an answer although there is one; of texts without an answer, answered, and asked back
(near: of the left-out entries; far: out of scope). Times are CPU time of one search, one thread.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from voicebot.core.knowledge import AnswerLevels, Knowledge, KnowledgeScope, Verdict
from voicebot.core.speech import Hypothesis
from voicebot.flow.knowledge.reading import knowledge_of, read_knowledge
from voicebot.flow.knowledge.spreadsheet import read_table
from voicebot.nlu.embedding.find import MODEL, shared_encoder
from voicebot.nlu.knowledge.retriever import Retriever
from voicebot.nlu.noise import Noise, stock

ROOT = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("VOICEBOT_SHARED", ROOT.parent.parent / "shared"))
LEFT_OUT = 30
EACH = 5
ROWS = 200
_BANKING = ("account", "bill", "card", "credit", "pay", "balance", "transfer", "rate", "routing")
"""CLINC150's intents with such names are near BANKING77's: left out, an entry has one place."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A text and the entry that answers it; empty where none does."""

    text: str
    entry: str
    kind: str
    """`own`, `near` or `far`."""


def rows_of(file: Path) -> list[tuple[str, str]]:
    """(text, label) of a TSV."""
    lines = (line.split("\t") for line in file.read_text("utf-8").splitlines())
    return [(cells[0], cells[1]) for cells in lines if len(cells) == 2]


def english(folder: Path) -> tuple[Knowledge, list[Asked]]:
    """Two hundred rows, imported, and what is asked."""
    chance = random.Random(4)
    few, valid = _both(folder, "train_5.tsv"), _both(folder, "valid.tsv")
    names = sorted({label for _, label in few})
    chance.shuffle(names)
    out, kept = set(names[:LEFT_OUT]), names[LEFT_OUT : LEFT_OUT + ROWS]
    base = _imported({name: [t for t, label in few if label == name] for name in kept})
    chance.shuffle(valid)
    asked: list[Asked] = []
    count: dict[str, int] = {}
    for text, label in valid:
        count[label] = count.get(label, 0) + 1
        if label == "oos":
            asked.append(Asked(text, "", "far"))
        elif count[label] <= EACH and label in out:
            asked.append(Asked(text, "", "near"))
        elif count[label] <= EACH and label in base.entries:
            asked.append(Asked(text, label, "own"))
    return base, asked


def _both(folder: Path, file: str) -> list[tuple[str, str]]:
    clinc = [
        (text, f"clinc_{label}" if label != "oos" else label)
        for text, label in rows_of(folder / "clinc150" / file)
        if not any(word in label for word in _BANKING)
    ]
    return [*rows_of(folder / "banking77" / file), *clinc]


def _imported(questions: dict[str, list[str]]) -> Knowledge:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "rows.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            table = csv.writer(file, delimiter=";")
            table.writerow(["id", "question", "similar", "answer"])
            seen: set[str] = set()
            for name, texts in questions.items():
                own = [t for t in dict.fromkeys(texts) if t not in seen]
                seen.update(own)
                table.writerow([name, own[0], "|".join(own[1:]), f"The answer to {name}."])
        read = knowledge_of(read_table(path, "rows", "en"))
    if not read.is_fit or read.knowledge is None:
        raise SystemExit("\n".join(map(str, read.problems)))
    # A name is made fit for a file; the labels are compared as they are.
    return read.knowledge


def chinese() -> tuple[Knowledge, list[Asked]]:
    """The sample's base and paraphrases of our own, three an entry."""
    read = read_knowledge(ROOT.parent / "ivr_flows" / "knowledge" / "bank_faq_zh.yaml")
    assert read.knowledge is not None
    rows = rows_of(ROOT / "data" / "knowledge" / "bank_faq_zh.tsv")
    asked = [
        Asked(text, "" if label == "oos" else label, "far" if label == "oos" else "own")
        for text, label in rows
    ]
    return read.knowledge, asked


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares."""

    top: float
    answered: float
    wrong: float
    clarified: float
    missed: float
    near: tuple[float, float]
    far: tuple[float, float]
    times_ms: np.ndarray


def measured(
    retriever: Retriever, scope: KnowledgeScope, asked: Sequence[Asked], language: str
) -> Figures:
    """Ask all of it."""
    verdicts, best, times = [], [], []
    for one in asked:
        began = time.thread_time()
        found = retriever.search((Hypothesis(one.text, 1.0),), scope, language, None)
        times.append((time.thread_time() - began) * 1000)
        verdicts.append(scope.verdict(found))
        best.append([finding.entry for finding in found])
    own = [(v, b, a.entry) for v, b, a in zip(verdicts, best, asked, strict=True) if a.entry]
    answers = [b[0] == e for v, b, e in own if v is Verdict.ANSWER]
    return Figures(
        top=_share(b[:1] == [e] for _, b, e in own),
        answered=sum(answers) / len(own),
        wrong=(len(answers) - sum(answers)) / len(own),
        clarified=_share(v is Verdict.CLARIFY and e in b[:2] for v, b, e in own),
        missed=_share(v is Verdict.NOTHING for v, _, e in own),
        near=_spoken(verdicts, asked, "near"),
        far=_spoken(verdicts, asked, "far"),
        times_ms=np.array(times),
    )


def _spoken(verdicts: Sequence[Verdict], asked: Sequence[Asked], kind: str) -> tuple[float, float]:
    of_kind = [v for v, a in zip(verdicts, asked, strict=True) if a.kind == kind]
    return (
        _share(v is Verdict.ANSWER for v in of_kind),
        _share(v is Verdict.CLARIFY for v in of_kind),
    )


def _share(hits: object) -> float:
    found = list(hits)  # type: ignore[call-overload]
    return sum(found) / len(found) if found else float("nan")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", choices=("en", "zh"))
    parser.add_argument("--errors", nargs="+", type=float, default=[0, 0.1, 0.2])
    parser.add_argument("--encoder", type=Path, default=MODEL)
    parser.add_argument("--by-words", action="store_true")
    parser.add_argument("--answer", type=float, default=AnswerLevels().answer)
    parser.add_argument("--margin", type=float, default=AnswerLevels().margin)
    parser.add_argument("--clarify", type=float, default=AnswerLevels().clarify)
    args = parser.parse_args()
    base, asked = english(SHARED / "data" / "nlu") if args.language == "en" else chinese()
    encoder = None if args.by_words else shared_encoder(args.encoder)
    retriever = Retriever(lambda: encoder)
    scope = KnowledgeScope((base,), levels=AnswerLevels(args.answer, args.margin, args.clarify))
    began = time.process_time()
    retriever.prepare(scope, args.language)
    took = time.process_time() - began
    words = stock(
        [t for e in base.entries.values() for t in e.questions[args.language]], args.language
    )
    table = Table(
        *("errors", "top-1", "answered right", "wrong", "asked, right in it", "no answer"),
        *("near: answered, asked", "far: answered, asked", "ms p50 / p99"),
    )
    for rate in args.errors:
        noise = Noise(words, rate)
        said = [Asked(noise(a.text), a.entry, a.kind) for a in asked] if rate else asked
        _row(table, rate, measured(retriever, scope, said, args.language))
    kind = "words and sense" if encoder and args.language == "en" else "words"
    own = sum(bool(a.entry) for a in asked)
    print(f"{len(base.entries)} entries, {own} paraphrases, {kind}; ready in {took:.1f} s of CPU")
    Console(width=150).print(table)


def _row(table: Table, rate: float, found: Figures) -> None:
    shares = (found.top, found.answered, found.wrong, found.clarified, found.missed)
    p50, p99 = np.percentile(found.times_ms, [50, 99])
    pairs = (f"{100 * a:.1f}, {100 * b:.1f}" for a, b in (found.near, found.far))
    cells = (f"{100 * share:.1f}" for share in shares)
    table.add_row(f"{rate:.0%}", *cells, *pairs, f"{p50:.1f} / {p99:.1f}")


if __name__ == "__main__":
    main()
