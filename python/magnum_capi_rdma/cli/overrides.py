# SPDX-License-Identifier: Apache-2.0
"""``magnum-capi-rdma overrides check``: whether a site's own values can be used."""

import argparse
import json
from typing import Any

from magnum_capi_rdma import core
from magnum_capi_rdma.cli import configuration
from magnum_capi_rdma.cli.outcome import Outcome
from magnum_capi_rdma.documents import OverrideDefect

UNUSABLE = 2

DESCRIPTION = """\
Try a site's own values on clusters of every shape that the driver knows, and print everything that is
wrong with them, with file and line. Without --directory, values_directory of [capi_rdma] in magnum.conf is
checked. Exit status: 0 if they can be used, 2 if not."""


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "overrides", help="check a site's own values", description="Look after a site's own values."
    )
    acts = command.add_subparsers(title="acts", metavar="ACT", required=True)
    check = acts.add_parser("check", help="say whether they can be used", description=DESCRIPTION)
    check.add_argument("--directory", metavar="DIR", help="the folder to check")
    configuration.add_to(check)
    check.add_argument("-o", "--output", choices=("text", "json"), default="text", help="default: text")
    check.set_defaults(run=run)


def run(options: argparse.Namespace) -> str | Outcome:
    """Say that the values can be used, or all that is wrong with them."""
    directory = options.directory or _configured(options)
    if directory is None:
        return "No values_directory is set in [capi_rdma] of magnum.conf: there is nothing to check."
    defects = core.override_defects(directory)
    if options.output == "json":
        text = json.dumps({"directory": directory, "defects": defects}, indent=2)
    elif defects:
        count = "1 defect" if len(defects) == 1 else f"{len(defects)} defects"
        text = "\n".join([f"{count} in {directory}:", *map(shown, defects)])
    else:
        text = f"The values in {directory} can be used."
    return Outcome(text, UNUSABLE if defects else 0)


def shown(defect: OverrideDefect) -> str:
    """One defect with its place."""
    place = defect["file"] if defect["line"] is None else f"{defect['file']}:{defect['line']}"
    return f"  {place}: {defect['message']}"


def _configured(options: argparse.Namespace) -> str | None:
    configuration.read(options)
    return core.settings()["values_directory"]
