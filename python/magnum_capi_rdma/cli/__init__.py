# SPDX-License-Identifier: Apache-2.0
"""``magnum-capi-rdma``: the pure halves of the flow, for anyone, without a cloud and without Magnum.

Exit status: 0 if it went well, 2 if the input or the command line is at fault, 1 if the program is.
``adopt`` is the one command that needs Magnum and changes something; it has 3 for what it refused.
"""

import argparse
import json
import sys
from collections.abc import Sequence

from magnum_capi_rdma import core
from magnum_capi_rdma.cli import adopt, labels, overrides, problems, status, values
from magnum_capi_rdma.cli.documents import BadInputError
from magnum_capi_rdma.cli.outcome import Outcome
from magnum_capi_rdma.documents import Problem

DONE, UNEXPECTED, BAD_INPUT = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    options = parser().parse_args(arguments)
    try:
        answer: str | Outcome = options.run(options)
        outcome = answer if isinstance(answer, Outcome) else Outcome(answer, DONE)
        print(outcome.text.rstrip("\n"), flush=True)
    except core.InvalidRequest as error:
        return _fail(options, BAD_INPUT, problems.shown(error.problems), error.problems)
    except (BadInputError, TypeError, ValueError) as error:
        return _fail(options, BAD_INPUT, str(error))
    except core.CoreError as error:
        return _fail(options, UNEXPECTED, str(error))
    except BrokenPipeError:
        # Whoever read the output has seen enough. Nothing is left to be flushed at exit.
        sys.stdout = None
        return DONE
    return outcome.status


def parser() -> argparse.ArgumentParser:
    """The command line's parser."""
    top = argparse.ArgumentParser(
        prog="magnum-capi-rdma",
        description="Try what the Magnum driver k8s_capi_rdma makes of a cluster, offline.",
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {core.version()}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (values, status, labels, overrides, adopt):
        command.add_to(commands)
    return top


def _fail(options: argparse.Namespace, status: int, text: str, found: Sequence[Problem] = ()) -> int:
    if options.output == "json":
        print(json.dumps({"error": text, "problems": found}, indent=2), file=sys.stderr)
    else:
        print(f"magnum-capi-rdma: {text}", file=sys.stderr)
    return status
