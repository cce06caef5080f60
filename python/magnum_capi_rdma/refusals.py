# SPDX-License-Identifier: Apache-2.0
"""What is refused although Magnum would let it through, said so that nobody has to guess."""

import contextlib
from collections.abc import Iterator
from typing import Any

from magnum.common import exception

from magnum_capi_rdma import core
from magnum_capi_rdma.documents import Operation

BY_WHOM = "is not supported yet by the driver k8s_capi_rdma"

ROTATE_CERTIFICATES = "Replacing a cluster's certificates"
FEDERATION = "A federation of clusters"

SEE_REASON = "Nothing was changed, and the cluster's status_reason says why"
UNCHANGED = "The cluster stays as it is and keeps working; create another one to have it otherwise."


def refused(what: str) -> exception.NotSupported:
    """The refusal of an operation: what it is, and what can be done.

    This is Magnum's own type for it: where the API still waits for an answer, it gives this one as a bad
    request.
    """
    return exception.NotSupported(message=f"{what} {BY_WHOM} {core.version()}. {UNCHANGED}")


@contextlib.contextmanager
def before_anything() -> Iterator[None]:
    """A request that is not valid changes nothing, not even the cluster's status, and the API says so.

    Clients show what Magnum's API answers up to the first full stop, so that must be worth reading.
    """
    try:
        yield
    except core.InvalidRequest as error:
        raise exception.NotSupported(message=f"{SEE_REASON}. {error}") from error


def check_resize(operation: Operation, node_group: Any) -> None:
    """Refuse to set a count where the autoscaler decides on it: the next moment it would be another."""
    groups = {group["name"]: group for group in operation["node_groups"]}
    if groups[node_group.name]["autoscaled"]:
        raise exception.NotSupported(
            message=f"The autoscaler decides how many nodes group {node_group.name} has. Change its "
            "bounds instead: openstack coe nodegroup update."
        )
