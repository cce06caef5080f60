# SPDX-License-Identifier: Apache-2.0
"""This driver."""

from collections.abc import Callable

import passes

from magnum_capi_rdma import core, gather
from magnum_capi_rdma.driver import Driver


def look(clusters: list[passes.Row]) -> Callable[[], None]:
    """Ask the core about each cluster, with the documents in hand."""
    operations = [gather.operation(cluster) for cluster in clusters]

    def act() -> None:
        for operation in operations:
            core.observe(operation, {})

    return act


if __name__ == "__main__":
    passes.main(Driver, "capi_rdma", look)
