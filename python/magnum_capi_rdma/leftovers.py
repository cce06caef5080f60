# SPDX-License-Identifier: Apache-2.0
"""What the infrastructure provider leaves in OpenStack when a cluster is gone.

Cluster API Provider OpenStack does not give back the floating IP of a control plane without a load balancer.
"""

from typing import Any

from oslo_log import log as logging

from magnum_capi_rdma import cloud
from magnum_capi_rdma.documents import Operation

LOG = logging.getLogger(__name__)

NOT_FOUND = 404


def description(namespace: str, release: str) -> str:
    """How the provider describes what it makes for a cluster (``GetDescription`` in ``pkg/utils/names``)."""
    return f"Created by cluster-api-provider-openstack cluster {namespace}-{release}"


def delete(cluster: Any, operation: Operation) -> None:
    """Give back the cluster's floating IPs that nothing uses any more. It is fine if there are none."""
    if not operation["release"]:
        return
    network = cloud.admin_connection().network
    wanted = {
        "project_id": cluster.project_id,
        "description": description(operation["namespace"], operation["release"]),
    }
    with cloud.asking("Neutron", "the floating IPs of the cluster to be deleted"):
        for address in cloud.json_of(network.get("/floatingips", params=wanted))["floatingips"]:
            if address["port_id"] is not None:
                continue
            response = network.delete(f"/floatingips/{address['id']}")
            if response.status_code != NOT_FOUND:
                cloud.raise_for(response)
            LOG.info("Floating IP %s is given back.", address["floating_ip_address"])
