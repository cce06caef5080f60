# SPDX-License-Identifier: Apache-2.0
"""The command line of `stack`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from onehost import commands
from onehost.errors import TAIL_LINES, StackError
from onehost.settings import DEFAULT_NAME, valid_name


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit status is 0 only if it did what it says."""
    chosen = _parser().parse_args(arguments)
    try:
        return _dispatch(chosen)
    except StackError as error:
        print(f"stack: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stack: interrupted; what has started goes on running until `stack down`.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 141


def _dispatch(chosen: argparse.Namespace) -> int:
    if chosen.command == "build":
        return commands.build()
    name = valid_name(chosen.name)
    if chosen.command == "up":
        drivers = commands.Drivers(chosen.driver, chosen.beside)
        return commands.up(name, chosen.ports, chosen.virtual_functions, chosen.magnum_conf, drivers)
    if chosen.command == "down":
        return commands.down(name, chosen.wipe)
    if chosen.command == "status":
        return commands.status(name)
    if chosen.command == "logs":
        return commands.logs(name, chosen.service, chosen.follow, chosen.lines)
    return commands.env(name, chosen.account)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="stack",
        description="The real services of an OpenStack cloud with Magnum, and a Cluster API management "
        "cluster, as plain processes on this machine's loopback interface.",
    )
    named = argparse.ArgumentParser(add_help=False)
    named.add_argument(
        "--name", default=DEFAULT_NAME, help="which stack, when there are several (default: %(default)s)"
    )
    subcommands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    subcommands.add_parser("build", help="install and build everything, start nothing")

    up = subcommands.add_parser(
        "up", parents=[named], help="start what does not run yet and wait until all is ready"
    )
    up.add_argument(
        "--ports",
        type=int,
        metavar="BASE",
        help="first port of the stack (default: 15000 or the next that no stack has)",
    )
    up.add_argument("--driver", type=Path, metavar="WHEEL", help="the wheel with Magnum's driver")
    up.add_argument(
        "--beside", metavar="REQUIREMENT", help="another driver from PyPI, to be installed beside"
    )
    up.add_argument("--magnum-conf", type=Path, metavar="FILE", help="sections to append to magnum.conf")
    up.add_argument(
        "--virtual-functions",
        type=int,
        metavar="N",
        help="how many virtual functions the simulated host has (default: 8)",
    )

    down = subcommands.add_parser("down", parents=[named], help="stop everything that `up` has started")
    down.add_argument(
        "--wipe", action="store_true", help="remove the stack's databases, logs and settings too"
    )

    subcommands.add_parser("status", parents=[named], help="show each service; fails unless all are ready")

    logs = subcommands.add_parser("logs", parents=[named], help="list the logs, or show one")
    logs.add_argument("service", nargs="?", help="whose log")
    logs.add_argument("-f", "--follow", action="store_true", help="go on as it grows")
    logs.add_argument(
        "-n", "--lines", type=int, default=TAIL_LINES, help="how many lines (default: %(default)s)"
    )

    env = subcommands.add_parser(
        "env", parents=[named], help="print shell exports for the openstack, kubectl and helm clients"
    )
    env.add_argument(
        "--as",
        dest="account",
        choices=sorted(commands.USERS),
        default="tenant",
        help="whose credentials (default: %(default)s)",
    )
    return parser
