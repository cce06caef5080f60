# SPDX-License-Identifier: Apache-2.0
"""This driver: what it gathers about a cluster, and the values that the core makes of it."""

from typing import Any

import world
import yaml

from magnum_capi_rdma import core, gather


def render(context: Any, cluster: Any) -> dict[str, Any]:
    """What Helm gets for a cluster, or every problem of its request."""
    request = gather.cluster_request(context, cluster)
    try:
        values = core.render_values(request)
    except core.InvalidRequest as error:
        return {"problems": error.problems}
    return {"values": yaml.safe_load(values), **core.names(request, "")}


def options(site: dict[str, Any]) -> dict[str, Any]:
    """The sections of magnum.conf that it reads."""
    driver_options = {"namespace_prefix": site["namespace_prefix"]}
    if site["default_volume_type"]:
        driver_options["default_volume_type"] = site["default_volume_type"]
    return {
        "capi_rdma": driver_options,
        # An operator who comes from the peer leaves its section where it is.
        site["label_section"]: site["label_defaults"],
        "cinder": site["cinder"],
    }


if __name__ == "__main__":
    world.main(options, render)
