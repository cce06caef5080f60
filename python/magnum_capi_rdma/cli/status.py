# SPDX-License-Identifier: Apache-2.0
"""``magnum-capi-rdma status``: what Magnum would show for objects of a management cluster in a file."""

import argparse
import datetime
from typing import Any, cast

from magnum_capi_rdma import core
from magnum_capi_rdma.cli import documents, observed
from magnum_capi_rdma.documents import Operation

KINDS = ("create", "update", "delete")

RESOURCES = (
    "clusters.cluster.x-k8s.io",
    "kubeadmcontrolplanes",
    "machinedeployments",
    "machinehealthchecks",
    "machines.cluster.x-k8s.io",
    "openstackclusters",
    "openstackmachines",
    "openstackservers",
    "clusterresourcesets",
)

DESCRIPTION = f"""\
Print what Magnum would show for a cluster whose objects are in a file. Get the objects with

  kubectl get -n NAMESPACE -o yaml {",".join(RESOURCES)}

With upstream's chart add helmreleases.addons.stackhpc.com and manifests.addons.stackhpc.com.
The file may instead be a mapping of 'objects' (a list of them), 'server_faults' (Nova's fault of servers in
error, by id) and 'operation' (what Magnum waits for, where --operation does not say it)."""


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "status",
        help="print the status of a cluster whose objects are in a file",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--observed", required=True, metavar="FILE", help="the objects as JSON or YAML; - for standard input"
    )
    command.add_argument(
        "--operation",
        metavar="NAME|FILE",
        help="what Magnum waits for: create, update or delete, with the node groups that the objects show, "
        "or a file with an operation in full; default: the observed file's own, or else create",
    )
    command.add_argument(
        "--release",
        metavar="NAME",
        help="the Cluster's name, if the objects of several are in the file",
    )
    command.add_argument("--now", metavar="TIME", help="the time to judge at, RFC 3339; default: now")
    command.add_argument("-o", "--output", choices=("yaml", "json"), default="yaml", help="default: yaml")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> str:
    """The report as text."""
    seen = observed.Observed.of_document(documents.read_mapping(options.observed))
    now = options.now or datetime.datetime.now(datetime.timezone.utc).isoformat()
    operation = _operation(options, seen)
    report = core.report(seen.objects, operation, seen.server_faults, now)
    return documents.written(report, options.output)


def _operation(options: argparse.Namespace, seen: observed.Observed) -> Operation:
    if options.operation is None and seen.operation is not None:
        return seen.operation
    if options.operation is None or options.operation in KINDS:
        return observed.operation(seen.objects, options.operation or "create", options.release)
    return cast(Operation, documents.read_mapping(options.operation))
