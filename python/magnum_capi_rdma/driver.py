# SPDX-License-Identifier: Apache-2.0
"""What Magnum loads. Each hook is one story: gather, ask the core, save."""

from typing import Any, NoReturn

from magnum.common import short_id
from magnum.drivers.common import driver

from magnum_capi_rdma import certificates, core, credentials, gather, leftovers, refusals, save
from magnum_capi_rdma.monitor import Monitor
from magnum_capi_rdma.refusals import refused


class Driver(driver.Driver):
    """Kubernetes clusters with RDMA, made by Cluster API.

    Magnum constructs a driver for every call and once more to list it, so a driver is nothing but its hooks.
    """

    @property
    def provides(self) -> list[dict[str, str]]:
        """Virtual machines and bare metal, with the systems whose images the cluster chart can boot."""
        return [
            {"server_type": server_type, "os": operating_system, "coe": "kubernetes"}
            for server_type in ("vm", "bm")
            for operating_system in ("ubuntu", "flatcar")
        ]

    def create_cluster(self, context: Any, cluster: Any, cluster_create_timeout: int | None) -> None:
        """Make the release; nothing is made of a request that is not valid."""
        with save.creating(cluster):
            request = gather.cluster_request(context, cluster)
            core.validate(request)
            save.release(cluster, core.names(request, short_id.generate_id())["release"])
            request["cluster"]["stack_id"] = cluster.stack_id
            core.apply(request, credentials.secrets(context, cluster))

    def update_cluster_status(self, context: Any, cluster: Any, use_admin_ctx: bool = False) -> None:
        """Look how far an operation is. Of a cluster that is gone, the credential goes last."""
        with save.synchronising(cluster):
            operation = gather.operation(cluster)
            report = core.observe(operation, {})
            if report["wanted_server_faults"]:
                report = core.observe(operation, gather.server_faults(report["wanted_server_faults"]))
            if report["gone"]:
                core.forget(operation)
                leftovers.delete(cluster, operation)
                credentials.delete(cluster)
            save.report(cluster, report)

    def delete_cluster(self, context: Any, cluster: Any) -> None:
        """Begin the delete; :meth:`update_cluster_status` sees its end."""
        with save.deleting(cluster):
            core.delete(gather.operation(cluster, "delete"))

    def get_monitor(self, context: Any, cluster: Any) -> Monitor:
        """The source of the cluster's health."""
        return Monitor(context, cluster)

    def get_scale_manager(self, context: Any, osclient: Any, cluster: Any) -> NoReturn:
        """Refuse a resize or an update: Magnum asks for this before it changes anything.

        Refused later, the cluster would be marked as failed.
        """
        refusal = refused(refusals.RESIZE)
        save.refusal(context, cluster, str(refusal))
        raise refusal

    def update_cluster(
        self, context: Any, cluster: Any, scale_manager: Any = None, rollback: bool = False
    ) -> NoReturn:
        """Refuse; Magnum puts the node count back."""
        raise refused(refusals.RESIZE)

    def resize_cluster(
        self,
        context: Any,
        cluster: Any,
        resize_manager: Any,
        node_count: int,
        nodes_to_remove: list[str],
        nodegroup: Any = None,
    ) -> NoReturn:
        """Refuse; Magnum puts the node count back."""
        raise refused(refusals.RESIZE)

    def upgrade_cluster(
        self,
        context: Any,
        cluster: Any,
        cluster_template: Any,
        max_batch_size: int,
        nodegroup: Any,
        scale_manager: Any = None,
        rollback: bool = False,
    ) -> NoReturn:
        """Refuse; Magnum leaves the cluster's status and tells whoever asked."""
        raise refused(refusals.UPGRADE)

    def create_nodegroup(self, context: Any, cluster: Any, nodegroup: Any) -> NoReturn:
        """Refuse; Magnum keeps the node group as failed, and it can be deleted."""
        raise refused(refusals.ADD_NODE_GROUP, refusals.DELETE_THE_GROUP)

    def update_nodegroup(self, context: Any, cluster: Any, nodegroup: Any) -> NoReturn:
        """Refuse, with the group as it was; Magnum would save what was asked for."""
        save.discard_changes(nodegroup)
        raise refused(refusals.CHANGE_NODE_GROUP)

    def delete_nodegroup(self, context: Any, cluster: Any, nodegroup: Any) -> None:
        """Remove a node group that was refused when it was to be made; refuse any other."""
        if not refusals.was_refused(nodegroup):
            raise refused(refusals.DELETE_NODE_GROUP)
        save.remove(nodegroup)

    def rotate_credential(self, context: Any, cluster: Any) -> NoReturn:
        """Refuse; Magnum changes nothing."""
        raise refused(refusals.ROTATE_CREDENTIAL)

    def rotate_ca_certificate(self, context: Any, cluster: Any) -> NoReturn:
        """Refuse, with the cluster's certificates as they were; Magnum has replaced its own already."""
        certificates.keep(context, cluster)
        raise refused(refusals.ROTATE_CERTIFICATES)

    def create_federation(self, context: Any, federation: Any) -> NoReturn:
        """Refuse; Magnum itself has no federations."""
        raise refused(refusals.FEDERATION)

    def update_federation(self, context: Any, federation: Any) -> NoReturn:
        """Refuse; Magnum itself has no federations."""
        raise refused(refusals.FEDERATION)

    def delete_federation(self, context: Any, federation: Any) -> NoReturn:
        """Refuse; Magnum itself has no federations."""
        raise refused(refusals.FEDERATION)
