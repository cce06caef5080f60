# SPDX-License-Identifier: Apache-2.0
"""The options of this driver in magnum.conf: the section ``[capi_rdma]``.

Defaults of labels have a section of their own, in :mod:`magnum_capi_rdma.label_options`. Where
magnum-capi-helm has an option of the same meaning in its ``[capi_helm]``, that counts too.

Nothing is registered when this module is imported; :func:`group` does it on first use.
"""

import os
from collections.abc import Iterable
from typing import Any

from oslo_config import cfg, types

GROUP = cfg.OptGroup(
    name="capi_rdma",
    title="Kubernetes clusters with RDMA on Cluster API",
    help="Options of the driver k8s_capi_rdma.",
)

PEERS_GROUP = "capi_helm"

MANAGEMENT_CLUSTER_OPTIONS = [
    cfg.StrOpt(
        "kubeconfig_file",
        deprecated_group=PEERS_GROUP,
        help="Kubeconfig of the Cluster API management cluster. Without it the environment variable "
        "KUBECONFIG counts, then ~/.kube/config of the user that the conductor runs as.",
    ),
    cfg.IntOpt(
        "request_timeout",
        default=30,
        min=1,
        help="Seconds that the management cluster has to answer a request.",
    ),
    cfg.StrOpt(
        "namespace_prefix",
        deprecated_group=PEERS_GROUP,
        default="magnum",
        regex="^[a-z]([a-z0-9-]*[a-z0-9])?$",
        max_length=30,
        help="Clusters of a project live in the namespace <prefix>-<project id> of the management cluster. "
        "Two Magnum deployments that share a management cluster need two prefixes. A change leaves existing "
        "clusters behind in their old namespace, where this driver no longer finds them.",
    ),
]

CHART_OPTIONS = [
    cfg.StrOpt(
        "helm_binary",
        default="helm",
        help="Helm 3 or 4: a path, or a name that is looked for in PATH.",
    ),
    cfg.IntOpt(
        "helm_timeout",
        default=300,
        min=1,
        help="Seconds that one run of Helm may take.",
    ),
    cfg.StrOpt(
        "chart",
        default="embedded",
        help="The cluster chart: 'embedded' for the one within this package, which needs no network, or a "
        "path (with a slash in it), an oci:// reference, or the name of a chart in chart_repository. In "
        "production use openstack-cluster of https://azimuth-cloud.github.io/capi-helm-charts at a pinned "
        "chart_version.",
    ),
    cfg.StrOpt("chart_repository", help="URL of the Helm repository that has the chart."),
    cfg.StrOpt(
        "chart_version",
        help="Version of a chart from a repository or registry: one version, no range. The template label "
        "capi_helm_chart_version goes before it.",
    ),
    cfg.ListOpt(
        "chart_digest",
        default=[],
        item_type=types.String(regex="^[0-9a-f]{64}$"),
        help="SHA-256 digests of the chart archives that may be used, as sha256sum prints them; one for each "
        "version in use. Any archive is used without it.",
    ),
    cfg.StrOpt(
        "chart_directory",
        help="Folder in which charts are kept: each is pulled or unpacked once. The conductor must be able "
        "to write there. Without it a folder in the cache of the user that the conductor runs as.",
    ),
]

CLUSTER_OPTIONS = [
    cfg.StrOpt(
        "values_directory",
        help="Folder with this site's own values, laid over those of the driver: files *.yaml for all "
        "clusters, and a folder for each layer that templates ask for by their label values_overrides. "
        "'magnum-capi-rdma overrides check' says whether they can be used.",
    ),
    cfg.IntOpt(
        "minimum_flavor_ram",
        deprecated_group=PEERS_GROUP,
        default=2048,
        min=0,
        help="The least memory of a node's flavor in MiB.",
    ),
    cfg.IntOpt(
        "minimum_flavor_vcpus",
        deprecated_group=PEERS_GROUP,
        default=2,
        min=0,
        help="The least number of virtual CPUs of a node's flavor.",
    ),
    cfg.StrOpt(
        "default_volume_type",
        deprecated_group=PEERS_GROUP,
        deprecated_name="csi_cinder_default_volume_type",
        help="Cinder volume type of the storage class that claims get by default. Without it the default "
        "type of Cinder.",
    ),
    cfg.ListOpt(
        "ignored_labels",
        default=[],
        help="Labels that are to count for nothing, whatever node groups, clusters and templates say, "
        "because templates carry them for another driver. What this file says of them counts.",
    ),
]

OPERATION_OPTIONS = [
    cfg.IntOpt(
        "update_timeout",
        default=60,
        min=0,
        help="Minutes that a change of a cluster may go on without any progress until it counts as failed, "
        "an upgrade, a resize and a rotation among them; 0 for no limit. Progress is what Magnum shows: "
        "counts of machines, stages, reasons. A create has the limit that the cluster or its template "
        "sets (create_timeout), as a whole.",
    ),
    cfg.IntOpt(
        "delete_timeout",
        default=60,
        min=0,
        help="Minutes that a delete may go on without any progress until it counts as failed; 0 for no "
        "limit. Cluster API goes on with it all the same, and if it comes to its end, so does the cluster.",
    ),
]

CREDENTIAL_OPTIONS = [
    cfg.StrOpt(
        "application_credential_interface",
        deprecated_group=PEERS_GROUP,
        deprecated_name="app_cred_interface_type",
        default="public",
        choices=["public", "internal", "admin"],
        help="Which OpenStack endpoints a cluster and its infrastructure provider use.",
    ),
    cfg.ListOpt(
        "application_credential_roles",
        default=["member", "_member_", "load-balancer_member", "creator"],
        help="Roles that a cluster's application credential may have; it gets those of them that the "
        "creating user has in the project. 'member' lets machines, networks and volumes be made, "
        "'load-balancer_member' load balancers where Octavia asks for it, 'creator' secrets in Barbican; "
        "'_member_' is the name of 'member' in old clouds. 'admin' is given only if it is in this list and "
        "the user has no other of the roles.",
    ),
]

OPTIONS = (
    MANAGEMENT_CLUSTER_OPTIONS + CHART_OPTIONS + CLUSTER_OPTIONS + OPERATION_OPTIONS + CREDENTIAL_OPTIONS
)


def group(conf: cfg.ConfigOpts | None = None) -> Any:
    """The section's values, registered if they were not yet."""
    return registered(GROUP, OPTIONS, conf)


def registered(section: cfg.OptGroup, options: Iterable[cfg.Opt], conf: cfg.ConfigOpts | None = None) -> Any:
    """The values of a section. It is registered once: oslo.config forgets then what it has read."""
    conf = conf or cfg.CONF
    try:
        return conf[section.name]
    except cfg.NoSuchOptError:
        conf.register_group(section)
        conf.register_opts(options, group=section)
        return conf[section.name]


def list_opts() -> list[tuple[cfg.OptGroup, list[cfg.Opt]]]:
    """The section's options."""
    return [(GROUP, OPTIONS)]


def chart_directory(configured: str | None) -> str:
    """The folder for charts: as configured, or in the user's cache."""
    if configured:
        return configured
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(cache, "magnum-capi-rdma", "charts")
