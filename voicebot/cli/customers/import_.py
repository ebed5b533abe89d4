"""Keep the customers of a CSV file in the hotline's own table.

    voicebot customers import clients.csv
    voicebot customers import clients.csv --delimiter ";" --column Telefon=numbers

Columns: id, numbers (separated by ;), name, language, vip, tags, notes, agent; every other one is
an attribute. Who is there already is replaced; who is not in the file stays. All or nothing: with
mistakes in the file, nothing is kept and each is told with its line.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from voicebot.cli.customers.doors import opened, region_of
from voicebot.cli.places import add_places
from voicebot.customers.csv_file import read_csv


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV in UTF-8, with a header")
    parser.add_argument("--delimiter", default=",", metavar="C", help="between columns (,)")
    parser.add_argument(
        "--column", action="append", default=[], metavar="NAME=FIELD", help="what a column is"
    )
    add_places(parser, "config", "data")


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    columns = dict(column.partition("=")[::2] for column in args.column)
    rows = read_csv(args.file, region_of(args), columns, args.delimiter)
    with opened(args) as (customers, _):
        customers.put(*rows)
    print(f"{len(rows)} customers kept.")
    return 0
