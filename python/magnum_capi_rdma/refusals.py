# SPDX-License-Identifier: Apache-2.0
"""What this version cannot do yet, said so that nobody has to guess."""

from typing import Any

from magnum.common import exception

from magnum_capi_rdma import core

BY_WHOM = "is not supported yet by the driver k8s_capi_rdma"

RESIZE = "Changing the number of nodes of a cluster"
UPGRADE = "Upgrading a cluster"
ADD_NODE_GROUP = "Adding a node group"
CHANGE_NODE_GROUP = "Changing a node group"
DELETE_NODE_GROUP = "Deleting a node group"
ROTATE_CREDENTIAL = "Replacing a cluster's application credential"
ROTATE_CERTIFICATES = "Replacing a cluster's certificates"
FEDERATION = "A federation of clusters"

UNCHANGED = "The cluster stays as it is and keeps working; create another one to have it otherwise."
DELETE_THE_GROUP = f"{UNCHANGED} Delete the node group, of which nothing was made, to clear the failure."


def refused(what: str, instead: str = UNCHANGED) -> exception.NotSupported:
    """The refusal of an operation: what it is, and what can be done.

    This is Magnum's own type for it: an upgrade then leaves the cluster's status alone, and where the API
    still waits for an answer, it gives this one as a bad request.
    """
    return exception.NotSupported(message=f"{what} {BY_WHOM} {core.version()}. {instead}")


def was_refused(node_group: Any) -> bool:
    """Whether nothing was ever made of a node group, since it was refused."""
    return (node_group.status_reason or "").startswith(f"{ADD_NODE_GROUP} {BY_WHOM}")
