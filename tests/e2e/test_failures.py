# SPDX-License-Identifier: Apache-2.0
"""What OpenStack refuses later reaches the tenant in words that help."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cloud import IMAGE, Cloud, left_over
from conftest import VIRTUAL_FUNCTIONS

pytestmark = pytest.mark.usefixtures("clean")


@pytest.fixture
def clean(tenant: Cloud, admin: Cloud) -> Iterator[None]:
    """The cluster `failing` is deleted afterwards and leaves nothing."""
    before = admin.belongings()
    yield
    tenant.delete_cluster("failing")
    gone, _ = tenant.wait("failing")
    assert gone == {}
    assert left_over(before, admin.belongings()) == {}


@pytest.fixture
def one_server(tenant: Cloud, admin: Cloud) -> Iterator[None]:
    """The project may have no more than one server."""
    project = tenant.api.current_project_id
    admin.api.compute.put(f"/os-quota-sets/{project}", json={"quota_set": {"instances": 1}})
    yield
    admin.api.compute.delete(f"/os-quota-sets/{project}")


@pytest.mark.usefixtures("one_server")
def test_a_quota_that_is_too_small(tenant: Cloud, template: str) -> None:
    tenant.create_cluster("failing", template, workers=1)
    cluster, reasons = tenant.wait("failing")
    assert cluster["status"] == "CREATE_FAILED"
    assert (
        "The project's quota is too small for the cluster: instances (1 of 1 used" in cluster["status_reason"]
    )
    assert any("quota" in reason for reason in reasons[:-1]), (
        "before it failed, the quota was told as a warning"
    )
    workers = tenant.node_groups("failing")["default-worker"]
    assert workers["status"] == "CREATE_FAILED"
    assert "quota" in workers["status_reason"]


@pytest.fixture
def no_virtual_function(tenant: Cloud) -> Iterator[None]:
    """Servers of somebody in the project hold every virtual function of the only host."""
    api = tenant.api
    network = api.network.find_network("rdma", ignore_missing=False)
    image = api.image.find_image(IMAGE, ignore_missing=False)
    flavor = api.compute.find_flavor("tiny", ignore_missing=False)
    made = []
    for number in range(VIRTUAL_FUNCTIONS):
        name = f"holder-{number}"
        port = api.network.create_port(network_id=network.id, name=name, binding_vnic_type="direct")
        server = api.compute.create_server(
            name=name, image_id=image.id, flavor_id=flavor.id, networks=[{"port": port.id}]
        )
        made.append((api.compute.wait_for_server(server, wait=300), port))
    yield
    for server, _ in made:
        api.compute.delete_server(server)
    for server, port in made:
        api.compute.wait_for_delete(server, wait=300)
        api.network.delete_port(port)


@pytest.mark.usefixtures("no_virtual_function")
def test_no_virtual_function_is_left(tenant: Cloud, template: str) -> None:
    """Cluster API's provider says only that a server is in error; the reason is Nova's."""
    tenant.create_cluster("failing", template, workers=1)
    cluster, _ = tenant.wait("failing")
    assert cluster["status"] == "CREATE_FAILED"
    assert "Nova found no host with room" in cluster["status_reason"]
    assert "virtual function" in cluster["status_reason"]
