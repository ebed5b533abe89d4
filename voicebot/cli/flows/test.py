"""Run scenarios: whole calls, typed, in virtual time, held to the transcripts that they became.

    voicebot flows test                                   the scenarios of ivr_flows/tests/
    voicebot flows test ivr_flows/bank_en.yaml --coverage
    voicebot flows test ivr_flows/tests/en_lost_card.txt --accept
    voicebot flows test ivr_flows --min-coverage 100 --junit report.xml

Everything of a call is real but for the line, the engines and the back end. A new scenario needs
only what the caller does, without times; --accept writes down what came of it:

    # A lost card is blocked.
    flow    bank_en
    http    POST /cards/4321/block → 201 {"reference": "4001"}

    ring    +4917055501 → bank_en
    caller  "i lost my card"
    keys    4321
    hangup  caller

Exit codes: 0 all passed, 1 some failed or too little was walked, 2 there is no scenario, or a flow
does not check.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from voicebot.cli.flows.around import CONFIG
from voicebot.config.surroundings import hotline_in
from voicebot.scenario.report import as_json, as_junit, lines_of
from voicebot.scenario.run import accept
from voicebot.scenario.suite import run_suite


def configure(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        default=[Path("ivr_flows")],
        metavar="PATH",
        help="scenarios, flow files, or folders of them (ivr_flows)",
    )
    parser.add_argument(
        "--coverage", action="store_true", help="list what of the flows was never walked"
    )
    parser.add_argument(
        "--min-coverage",
        type=float,
        default=0.0,
        metavar="PERCENT",
        help="fail where less of a flow's transitions was walked",
    )
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit's XML, too")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--accept", action="store_true", help="rewrite the scenarios to what came of them"
    )
    parser.add_argument(
        "--config", type=Path, default=CONFIG, metavar="DIR",
        help=f"whose hotline.toml says how is understood, trained models included ({CONFIG})",
    )  # fmt: skip
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="processes (one a core)")


def run(args: argparse.Namespace) -> int:
    """Run them, print, and tell by the exit code."""
    understanding = hotline_in(args.config).understanding
    outcome = run_suite(args.paths, jobs=args.jobs, understanding=understanding)
    if args.accept:
        count = accept(outcome.results)
        print(f"{count} scenario{'' if count == 1 else 's'} rewritten")
        if count:
            outcome = run_suite(args.paths, jobs=args.jobs, understanding=understanding)
    too_little = outcome.percent < args.min_coverage
    if args.junit:
        args.junit.write_text(as_junit(outcome), "utf-8")
    if args.json:
        print(json.dumps(as_json(outcome), ensure_ascii=False, indent=1))
    else:
        for line in lines_of(outcome, coverage=args.coverage or too_little):
            print(line)
        if too_little:
            print(f"less than {args.min_coverage:g} % of the transitions were walked")
    return int(outcome.failed > 0 or too_little)
