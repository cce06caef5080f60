# SPDX-License-Identifier: Apache-2.0
"""What is left to do in OpenStack when an operation has come to its end."""

from typing import Any

from oslo_log import log as logging

from magnum_capi_rdma import cloud, core, credentials, leftovers
from magnum_capi_rdma.documents import Operation, Report

LOG = logging.getLogger(__name__)


def settle(cluster: Any, operation: Operation, report: Report) -> None:
    """Clear away what nothing uses any more. Of a cluster that is gone, the credential goes last."""
    if report["gone"]:
        core.forget(operation)
        leftovers.delete(cluster, operation)
        credentials.delete(cluster)
    elif report["status"] == "UPDATE_COMPLETE":
        _delete_stale_credentials(cluster, operation)


def _delete_stale_credentials(cluster: Any, operation: Operation) -> None:
    """Those that a rotation replaced. One that cannot be deleted now is deleted after the next change."""
    current = core.credential(operation)
    if current is None:
        return
    try:
        credentials.delete_others(cluster, current)
    except cloud.OpenStackError as error:
        LOG.warning("Replaced credentials of cluster %s are left for now: %s", cluster.uuid, error)
