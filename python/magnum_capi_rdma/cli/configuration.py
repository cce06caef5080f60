# SPDX-License-Identifier: Apache-2.0
"""magnum.conf on the command line, found and read as Magnum's own services do it."""

import argparse

from oslo_config import cfg

from magnum_capi_rdma.cli.documents import BadInputError


def add_to(command: argparse.ArgumentParser) -> None:
    """Add the options that say where magnum.conf is."""
    command.add_argument(
        "--config-file",
        action="append",
        metavar="FILE",
        help="magnum.conf, where it is not in one of the usual places; may be given several times",
    )


def read(options: argparse.Namespace) -> None:
    """Read magnum.conf. Magnum must be installed: its options are part of the file."""
    try:
        import magnum.conf  # noqa: F401, PLC0415 - registers Magnum's options; the other commands do without
    except ImportError as error:
        raise BadInputError(
            "Magnum is not installed here. Run this on a host of magnum-conductor."
        ) from error
    arguments = [f"--config-file={name}" for name in options.config_file or []]
    try:
        cfg.CONF(arguments, project="magnum")
    except cfg.Error as error:
        raise BadInputError(f"magnum.conf cannot be used: {error}.") from error
