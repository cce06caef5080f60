# SPDX-License-Identifier: Apache-2.0
"""A cluster's health for Magnum, read from what the core's watch knows already.

Magnum's periodic task for statuses looks only at clusters to which something is done; that for health looks
at all. So it is here that a cluster which has recovered comes back, and that the autoscaler's counts reach
Magnum.
"""

from typing import Any

from magnum.conductor import monitors
from magnum.objects.fields import ClusterHealthStatus

from magnum_capi_rdma import core, gather, save


class Monitor(monitors.MonitorBase):
    """Magnum asks it for each cluster once a minute. There are no metrics."""

    def __init__(self, context: Any, cluster: Any) -> None:
        super().__init__(context, cluster)
        self.data: dict[str, Any] = {}

    @property
    def metrics_spec(self) -> dict[str, Any]:
        """No metrics: Magnum would have to reach into the cluster for them."""
        return {}

    def pull_data(self) -> None:
        """Nothing to pull, since there are no metrics."""

    def poll_health_status(self) -> None:
        """Leave the health in ``data``, where Magnum picks it up. What cannot be found out is unknown."""
        try:
            operation = gather.operation(self.cluster)
            health = core.health(operation)
            self.data["health_status"] = health["health_status"]
            self.data["health_status_reason"] = health["health_status_reason"]
            save.node_counts(self.cluster, health["node_counts"])
            recovered = core.recovery(operation) if save.has_failed(self.cluster) else None
            if recovered:
                save.recovery(self.context, self.cluster, recovered)
        except core.CoreError as error:
            self.data["health_status"] = ClusterHealthStatus.UNKNOWN
            self.data["health_status_reason"] = {"management_cluster": str(error)}
