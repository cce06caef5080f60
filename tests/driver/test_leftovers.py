# SPDX-License-Identifier: Apache-2.0
"""What the infrastructure provider leaves in OpenStack is given back, and nothing else."""

from typing import Any

from cloud_server import Cloud

from magnum_capi_rdma import leftovers
from magnum_capi_rdma.documents import Operation

RELEASE = "training-q7w3kz5m2x9a"


def operation(release: str | None = RELEASE) -> Operation:
    return {
        "kind": "delete",
        "uuid": "5c1e3e0e-7a0f-4a3a-9a53-6c1b8f1d2a10",
        "release": release,
        "namespace": "magnum-p1",
        "started_at": "2026-01-01T00:00:00Z",
        "timeout_minutes": None,
        "node_groups": [],
    }


def floating_ip(identifier: str, project: str, description: str, port: str | None = None) -> dict[str, Any]:
    address = f"203.0.113.{ord(identifier)}"
    return {
        "id": identifier,
        "project_id": project,
        "description": description,
        "port_id": port,
        "floating_ip_address": address,
    }


def test_only_unused_floating_ips_of_the_cluster_are_given_back(cloud: Cloud, cluster: Any) -> None:
    ours = leftovers.description("magnum-p1", RELEASE)
    cloud.floating_ips = [
        floating_ip("a", cluster.project_id, ours),
        floating_ip("b", cluster.project_id, ours, port="somebody-uses-it"),
        floating_ip("c", "another-project", ours),
        floating_ip("d", cluster.project_id, leftovers.description("magnum-p1", "training-other")),
        floating_ip("e", cluster.project_id, "a web server"),
    ]

    leftovers.delete(cluster, operation())
    leftovers.delete(cluster, operation())

    assert [address["id"] for address in cloud.floating_ips] == ["b", "c", "d", "e"]


def test_of_a_cluster_without_a_release_nothing_is_asked(cloud: Cloud, cluster: Any) -> None:
    leftovers.delete(cluster, operation(release=None))

    assert cloud.requests == []
