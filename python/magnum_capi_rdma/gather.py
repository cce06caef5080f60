# SPDX-License-Identifier: Apache-2.0
"""Magnum's objects, and what OpenStack says about them, as the documents that the core reads.

Values are handed on as they are. What they mean, and whether they are any good, the core decides.
"""

import datetime
from collections.abc import Iterable
from typing import Any

from openstack.connection import Connection
from oslo_config import cfg
from oslo_log import log as logging

from magnum_capi_rdma import cloud, conf, core, label_options, lookups
from magnum_capi_rdma.documents import ClusterRequest, Operation, OperationKind

LOG = logging.getLogger(__name__)

CLUSTER_FIELDS = (
    "uuid",
    "name",
    "project_id",
    "user_id",
    "stack_id",
    "keypair",
    "fixed_network",
    "fixed_subnet",
    "floating_ip_enabled",
    "master_lb_enabled",
    "create_timeout",
)
TEMPLATE_FIELDS = (
    "uuid",
    "name",
    "image_id",
    "external_network_id",
    "dns_nameserver",
    "network_driver",
    "server_type",
    "apiserver_port",
)
NODE_GROUP_FIELDS = (
    "name",
    "role",
    "node_count",
    "min_node_count",
    "max_node_count",
    "flavor_id",
    "image_id",
    "is_default",
)


def cluster_request(
    context: Any, cluster: Any, template: Any = None, node_groups: Iterable[Any] | None = None
) -> ClusterRequest:
    """A cluster with OpenStack's answers, asked as whoever the context stands for.

    A template and node groups are given where they are not yet what Magnum has saved for the cluster.
    """
    request = request_without_answers(cluster, template, node_groups)
    return answered(request, cloud.connection(context))


def answered(request: ClusterRequest, connection: Connection) -> ClusterRequest:
    """The request with what OpenStack answers on a connection."""
    interface = conf.group().application_credential_interface
    request["openstack"] = {
        "answers": lookups.answers(connection, core.lookups(request)),
        "auth_url": cloud.identity_url(connection, interface),
    }
    return request


def request_without_answers(
    cluster: Any, template: Any = None, node_groups: Iterable[Any] | None = None
) -> ClusterRequest:
    """A cluster as Magnum has it, or as it is to become."""
    template = template or cluster.cluster_template
    groups = cluster.nodegroups if node_groups is None else node_groups
    return {
        "cluster": {**_fields(cluster, CLUSTER_FIELDS), "labels": _labels(cluster)},
        "template": {**_fields(template, TEMPLATE_FIELDS), "labels": _labels(template)},
        "node_groups": [node_group(group) for group in groups],
        "openstack": {"answers": [], "auth_url": None},
        "settings": operator_settings(cfg.CONF),
    }


def groups_with(cluster: Any, changed: Any) -> list[Any]:
    """The cluster's node groups with one as it is to become, whether Magnum has saved that or not."""
    groups = list(cluster.nodegroups)
    others = [group for group in groups if group.uuid != changed.uuid]
    position = next((index for index, group in enumerate(groups) if group.uuid == changed.uuid), len(groups))
    return [*others[:position], changed, *others[position:]]


def groups_without(cluster: Any, leaving: Any) -> list[Any]:
    """The cluster's node groups but for one."""
    return [group for group in cluster.nodegroups if group.uuid != leaving.uuid]


def upgraded_groups(cluster: Any, template: Any, node_group: Any) -> list[Any]:
    """The cluster's node groups with the images that they are to have after an upgrade.

    Magnum names the default workers where the user names no group: that moves the control plane and every
    group that runs the image of the cluster's template. Any other group, and the control plane, moves alone.
    """
    image = cluster.cluster_template.image_id
    alone = node_group.role == "master" or not node_group.is_default
    groups = list(cluster.nodegroups)
    for group in groups:
        group.image_id = group.image_id or image
        if group.uuid == node_group.uuid or (not alone and group.image_id == image):
            group.image_id = template.image_id
    return groups


def node_group(group: Any) -> dict[str, Any]:
    """A node group as Magnum has it; before Magnum 23 there were neither node labels nor taints."""
    return {
        **_fields(group, NODE_GROUP_FIELDS),
        "labels": _labels(group),
        "node_labels": dict(getattr(group, "node_labels", None) or {}),
        "node_taints": [dict(taint) for taint in getattr(group, "node_taints", None) or []],
    }


def operator_settings(configuration: Any) -> dict[str, Any]:
    """The options that shape a cluster, this driver's and Magnum's own."""
    options = conf.group(configuration)
    return {
        "namespace_prefix": options.namespace_prefix,
        "minimum_flavor_ram": options.minimum_flavor_ram,
        "minimum_flavor_vcpus": options.minimum_flavor_vcpus,
        "default_volume_type": options.default_volume_type or None,
        "default_boot_volume_type": configuration.cinder.default_boot_volume_type or None,
        "default_boot_volume_size": configuration.cinder.default_boot_volume_size,
        "label_defaults": label_options.defaults(configuration),
        "ignored_labels": list(options.ignored_labels),
    }


def operation(cluster: Any, kind: OperationKind | None = None) -> Operation:
    """What Magnum is waiting for, by the cluster's status unless it is said."""
    groups = cluster.nodegroups
    request = request_without_answers(cluster, node_groups=groups)
    kind = kind or kind_of(cluster.status)
    return {
        "kind": kind,
        "uuid": cluster.uuid,
        "release": cluster.stack_id,
        "namespace": core.names(request, "")["namespace"],
        "started_at": started_at(cluster, kind),
        "timeout_minutes": timeout_minutes(cluster, kind),
        "node_groups": [
            {**expected, "operation": kind_of(group.status) if group.status else None}
            for expected, group in zip(core.expected(request), groups, strict=True)
        ],
    }


def kind_of(status: str | None) -> OperationKind:
    """The kind of operation behind one of Magnum's statuses; a rollback is an update too."""
    match (status or "").split("_")[0]:
        case "CREATE":
            return "create"
        case "DELETE":
            return "delete"
        case _:
            return "update"


def started_at(cluster: Any, kind: OperationKind) -> str:
    """When the operation began. Magnum does not keep it; if it is no create, the last progress counts."""
    moment = cluster.created_at if kind == "create" else cluster.updated_at or cluster.created_at
    moment = moment or datetime.datetime.now(datetime.timezone.utc)
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)).isoformat()


def timeout_minutes(cluster: Any, kind: OperationKind) -> int | None:
    """How long a create may take, as the cluster says, or another operation go on without progress."""
    options = conf.group()
    limits = {
        "create": cluster.create_timeout,
        "update": options.update_timeout,
        "delete": options.delete_timeout,
    }
    return limits[kind] or None


def server_faults(server_ids: Iterable[str]) -> dict[str, str]:
    """Why servers failed: only Nova knows, and it tells every detail to an administrator only."""
    try:
        return lookups.server_faults(cloud.admin_connection(), server_ids)
    except cloud.OpenStackError as error:
        LOG.warning("The reason of failed servers stays unknown for now: %s", error)
        return {}


def _fields(source: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(source, name) for name in names}


def _labels(source: Any) -> dict[str, str]:
    return dict(source.labels or {})
