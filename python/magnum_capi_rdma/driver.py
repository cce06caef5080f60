# SPDX-License-Identifier: Apache-2.0
"""What Magnum loads. Each hook is one story: gather, ask the core, save."""

from typing import Any, NoReturn

from magnum.common import short_id
from magnum.drivers.common import driver

from magnum_capi_rdma import certificates, core, credentials, endings, gather, refusals, save
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
            endings.settle(cluster, operation, report)
            save.report(cluster, report)

    def update_cluster(
        self, context: Any, cluster: Any, scale_manager: Any = None, rollback: bool = False
    ) -> None:
        """Bring the default workers to the count that Magnum has saved for them."""
        self.resize_cluster(context, cluster, scale_manager, 0, [], cluster.default_ng_worker)

    def resize_cluster(
        self,
        context: Any,
        cluster: Any,
        resize_manager: Any,
        node_count: int,
        nodes_to_remove: list[str],
        nodegroup: Any = None,
    ) -> None:
        """Bring a node group to the count that Magnum has saved for it; the machines named go first."""
        with save.changing(context, cluster, nodegroup):
            operation = gather.operation(cluster, "update")
            refusals.check_resize(operation, nodegroup)
            request = gather.cluster_request(context, cluster)
            core.validate(request)
            core.choose_machines(operation, nodegroup.name, nodes_to_remove)
            core.apply(request, None)

    def upgrade_cluster(
        self,
        context: Any,
        cluster: Any,
        cluster_template: Any,
        max_batch_size: int,
        nodegroup: Any,
        scale_manager: Any = None,
        rollback: bool = False,
    ) -> None:
        """Move to the software of a template: control plane first, then the groups; or one group alone."""
        with refusals.before_anything(), save.changing(context, cluster):
            groups = gather.upgraded_groups(cluster, cluster_template, nodegroup)
            core.apply(gather.cluster_request(context, cluster, cluster_template, groups), None)
            save.upgrade(cluster, cluster_template, groups)

    def create_nodegroup(self, context: Any, cluster: Any, nodegroup: Any) -> None:
        """Add a node group; :meth:`update_cluster_status` sees its machines come."""
        self.update_nodegroup(context, cluster, nodegroup)

    def update_nodegroup(self, context: Any, cluster: Any, nodegroup: Any) -> None:
        """Bring a node group to what Magnum is about to save for it."""
        with save.changing(context, cluster, nodegroup):
            groups = gather.groups_with(cluster, nodegroup)
            core.apply(gather.cluster_request(context, cluster, node_groups=groups), None)

    def delete_nodegroup(self, context: Any, cluster: Any, nodegroup: Any) -> None:
        """Begin to remove a node group; :meth:`update_cluster_status` sees its end, and removes its row."""
        with save.changing(context, cluster, nodegroup):
            groups = gather.groups_without(cluster, nodegroup)
            core.apply(gather.cluster_request(context, cluster, node_groups=groups), None)

    def delete_cluster(self, context: Any, cluster: Any) -> None:
        """Begin the delete; :meth:`update_cluster_status` sees its end."""
        with save.deleting(cluster):
            core.delete(gather.operation(cluster, "delete"))

    def rotate_credential(self, context: Any, cluster: Any) -> None:
        """Give the cluster a new credential, of whoever asks. Old ones go once the cluster has settled."""
        with save.changing(context, cluster):
            request = gather.cluster_request(context, cluster)
            core.validate(request)
            request["cluster"]["user_id"] = context.user_id
            core.apply(request, credentials.secrets(context, cluster))
            save.owner(cluster, context.user_id)

    def rotate_ca_certificate(self, context: Any, cluster: Any) -> NoReturn:
        """Refuse, with the cluster's certificates as they were; Magnum has replaced its own already."""
        certificates.keep(context, cluster)
        raise refused(refusals.ROTATE_CERTIFICATES)

    def validate_master_resize(self, node_count: int) -> None:
        """Say no, while the API can still answer, to a number of control plane machines without a quorum."""
        self.validate_master_size(node_count)

    def get_monitor(self, context: Any, cluster: Any) -> Monitor:
        """The source of the cluster's health."""
        return Monitor(context, cluster)

    def get_scale_manager(self, context: Any, osclient: Any, cluster: Any) -> None:
        """None: Cluster API chooses which machines go, where the tenant does not."""

    def create_federation(self, context: Any, federation: Any) -> NoReturn:
        """Refuse; Magnum itself has no federations."""
        raise refused(refusals.FEDERATION)

    def update_federation(self, context: Any, federation: Any) -> NoReturn:
        """Refuse; Magnum itself has no federations."""
        raise refused(refusals.FEDERATION)

    def delete_federation(self, context: Any, federation: Any) -> NoReturn:
        """Refuse; Magnum itself has no federations."""
        raise refused(refusals.FEDERATION)
