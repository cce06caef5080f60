# SPDX-License-Identifier: Apache-2.0
"""``magnum-capi-rdma labels``: every label that the driver understands."""

import argparse
import textwrap
from typing import Any

from magnum_capi_rdma import core
from magnum_capi_rdma.cli import documents
from magnum_capi_rdma.documents import LabelRow

WIDTH = 100


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "labels",
        help="list the labels that the driver understands",
        description="List the labels that the driver understands on templates, clusters and node groups.",
    )
    command.add_argument("-o", "--output", choices=("table", "json"), default="table", help="default: table")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> str:
    """The label table as text."""
    rows = core.labels()
    if options.output == "json":
        return documents.written(rows, options.output)
    return "\n\n".join(shown(row) for row in rows)


def shown(row: LabelRow) -> str:
    """One label for a person."""
    default = "unset" if row["default"] is None else row["default"]
    indented = textwrap.TextWrapper(WIDTH, initial_indent="    ", subsequent_indent="    ")
    facts = f"Allowed: {row['allowed']}. Default: {default}. Where: {row['scope']}."
    return "\n".join([row["name"], *indented.wrap(row["doc"]), *indented.wrap(facts)])
