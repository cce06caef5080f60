# SPDX-License-Identifier: Apache-2.0
"""The only place that changes Magnum's objects. A row is written only if something of it changed.

Each of the three context managers stands around one hook and writes down how it failed.
"""

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

from magnum.common import exception
from magnum.objects import Cluster
from magnum.objects.fields import ClusterStatus
from oslo_log import log as logging

from magnum_capi_rdma import cloud, core
from magnum_capi_rdma.documents import NodeGroupReport, Report

LOG = logging.getLogger(__name__)

# Errors that say all there is to say; any other is logged with its traceback.
EXPECTED = (core.CoreError, cloud.OpenStackError, exception.MagnumException)


def release(cluster: Any, name: str) -> None:
    """Keep the release's name before anything is made under it, so that a delete finds whatever was made."""
    _write(cluster, stack_id=name)


def report(cluster: Any, seen: Report) -> None:
    """What was seen of a cluster. Node groups go first: a complete cluster has no unfinished ones.

    A deleted cluster is not written: Magnum removes its rows right after, and finds a cluster whose
    conductor stops in between only while it is still being deleted.
    """
    if seen["gone"]:
        cluster.status, cluster.status_reason = ClusterStatus.DELETE_COMPLETE, None
        return
    by_name = {group["name"]: group for group in seen["node_groups"]}
    for node_group in cluster.nodegroups:
        if node_group.name in by_name:
            _of_node_group(node_group, by_name[node_group.name])
    known = {name: seen[name] for name in ("api_address", "coe_version") if seen[name]}
    _write(cluster, status=seen["status"], status_reason=seen["status_reason"], **known)


def refusal(context: Any, cluster: Any, text: str) -> None:
    """Show why something was refused, where Magnum would leave no trace. The status stays as it is.

    A fresh copy is written, since what was refused may already stand in the object that Magnum handed over.
    """
    _write(Cluster.get_by_uuid(context, cluster.uuid), status_reason=text)


def upgrade(cluster: Any, template: Any, node_groups: Iterable[Any]) -> None:
    """The cluster has another template, and its groups may have other images."""
    for node_group in node_groups:
        node_group.status, node_group.status_reason = ClusterStatus.UPDATE_IN_PROGRESS, None
        node_group.save()
    _write(cluster, cluster_template_id=template.uuid)


def node_counts(cluster: Any, counts: dict[str, int]) -> None:
    """How many nodes groups have where the autoscaler decides."""
    if not counts:
        return
    for node_group in cluster.nodegroups:
        if node_group.name in counts:
            _write(node_group, node_count=counts[node_group.name])


def has_failed(cluster: Any) -> bool:
    """Whether the cluster's last operation failed, so that Magnum's periodic task looks at it no more."""
    return bool((cluster.status or "").endswith("_FAILED"))


def recovery(context: Any, cluster: Any, seen: Report) -> None:
    """An operation that failed has come to its end after all. What was wrong can still be read.

    A fresh copy is written: meanwhile somebody may have begun another operation, which goes before this.
    """
    fresh = Cluster.get_by_uuid(context, cluster.uuid)
    if has_failed(fresh):
        told = f"The cluster is as it should be. Its last operation had failed: {fresh.status_reason}"
        report(fresh, {**seen, "status_reason": seen["status_reason"] or told})


def owner(cluster: Any, user_id: str) -> None:
    """Another user's credential is the cluster's now."""
    _write(cluster, user_id=user_id)


@contextlib.contextmanager
def creating(cluster: Any) -> Iterator[None]:
    """If the create fails, so did its node groups. Magnum itself marks the cluster."""
    try:
        yield
    except Exception as error:
        _write_node_groups(cluster, status=ClusterStatus.CREATE_FAILED, status_reason=str(error))
        raise


@contextlib.contextmanager
def changing(context: Any, cluster: Any, node_group: Any = None) -> Iterator[None]:
    """The change has begun, or nothing of it has. Magnum itself marks what failed, without a reason at times.

    The periodic task may have looked at the cluster before there was anything to see, and have called it
    complete, so what is under way is said once more, the node group first.
    """
    if node_group is not None and node_group.status == ClusterStatus.DELETE_IN_PROGRESS:
        node_group.save()
    try:
        yield
    except Exception as error:
        if node_group is not None:
            node_group.refresh()
        refusal(context, cluster, str(error))
        cluster.status_reason = str(error)
        raise
    if node_group is not None:
        node_group.save()
    _write(
        Cluster.get_by_uuid(context, cluster.uuid),
        status=ClusterStatus.UPDATE_IN_PROGRESS,
        status_reason=None,
    )


@contextlib.contextmanager
def deleting(cluster: Any) -> Iterator[None]:
    """The node groups go with the cluster, or fail with it. Magnum itself marks the cluster."""
    _write_node_groups(cluster, status=ClusterStatus.DELETE_IN_PROGRESS, status_reason=None)
    try:
        yield
    except Exception as error:
        _write_node_groups(cluster, status=ClusterStatus.DELETE_FAILED, status_reason=str(error))
        raise


@contextlib.contextmanager
def synchronising(cluster: Any) -> Iterator[None]:
    """If the status cannot be found out, say why and leave it: Magnum's periodic task comes again."""
    try:
        yield
    except exception.ClusterNotFound:
        LOG.info("Cluster %s was removed while its status was looked at.", cluster.uuid)
    except EXPECTED as error:
        LOG.warning("The status of cluster %s could not be found out: %s", cluster.uuid, error)
        _write(cluster, status_reason=f"The status could not be found out and is tried again: {error}")
    except Exception as error:
        LOG.exception("The status of cluster %s could not be found out.", cluster.uuid)
        text = f"{type(error).__name__}: {error}"
        _write(cluster, status_reason=f"The status could not be found out and is tried again: {text}")


def _of_node_group(node_group: Any, seen: NodeGroupReport) -> None:
    if seen["gone"]:
        node_group.destroy()
        return
    values: dict[str, Any] = {name: seen[name] for name in ("status", "status_reason", "node_addresses")}
    if seen["node_count"] is not None:
        values["node_count"] = seen["node_count"]
    _write(node_group, **values)


def _write_node_groups(cluster: Any, **values: Any) -> None:
    for node_group in cluster.nodegroups:
        _write(node_group, **values)


def _write(target: Any, **values: Any) -> None:
    changed = {name: value for name, value in values.items() if getattr(target, name) != value}
    for name, value in changed.items():
        setattr(target, name, value)
    if changed:
        target.save()
