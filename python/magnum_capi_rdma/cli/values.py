# SPDX-License-Identifier: Apache-2.0
"""``magnum-capi-rdma values``: the Helm values of a request."""

import argparse
from typing import Any, cast

import yaml

from magnum_capi_rdma import core
from magnum_capi_rdma.cli import documents
from magnum_capi_rdma.documents import ClusterRequest


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "values",
        help="print the Helm values of a cluster",
        description="Print the Helm values that the driver makes of a cluster, or all that is wrong with it.",
    )
    command.add_argument(
        "--request", required=True, metavar="FILE", help="a ClusterRequest as JSON or YAML; - for stdin"
    )
    command.add_argument(
        "--values-directory", metavar="DIR", help="a site's own values, to be laid over the driver's"
    )
    command.add_argument("-o", "--output", choices=("yaml", "json"), default="yaml", help="default: yaml")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> str:
    """The values as text."""
    request = cast(ClusterRequest, documents.read_mapping(options.request))
    values = core.render_values(request, options.values_directory)
    if options.output == "yaml":
        return values
    return documents.written(yaml.safe_load(values), options.output)
