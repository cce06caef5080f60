# SPDX-License-Identifier: Apache-2.0
"""What OpenStack refuses later reaches the tenant in words that help."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from cloud import IMAGE, Cloud, Document, left_over
from conftest import VIRTUAL_FUNCTIONS

Ended = tuple[Document, list[str]]


@pytest.fixture
def create(tenant: Cloud, admin: Cloud, template: str) -> Iterator[Callable[[], Ended]]:
    """Creates a cluster and waits; the cluster is deleted afterwards and leaves nothing."""
    before, asked = admin.belongings(), []

    def create_one() -> Ended:
        asked.append(tenant.create_cluster("failing", template, workers=1))
        return tenant.wait_created(asked[-1])

    yield create_one
    for uuid in asked:
        tenant.delete_cluster(uuid)
    assert [tenant.wait_deleted(uuid) for uuid in asked] == [{}] * len(asked)
    assert left_over(before, admin.belongings()) == {}


@pytest.fixture
def one_server(tenant: Cloud, admin: Cloud) -> Iterator[None]:
    """The project may have no more than one server."""
    project = tenant.api.current_project_id
    answer = admin.api.compute.put(f"/os-quota-sets/{project}", json={"quota_set": {"instances": 1}})
    assert answer.ok, answer.text
    yield
    admin.api.compute.delete(f"/os-quota-sets/{project}")


@pytest.mark.usefixtures("one_server")
def test_a_quota_that_is_too_small_until_it_is_raised(
    create: Callable[[], Ended], tenant: Cloud, admin: Cloud
) -> None:
    cluster, reasons = create()
    assert cluster["status"] == "CREATE_FAILED"
    assert (
        "The project's quota is too small for the cluster: instances (1 of 1 used" in cluster["status_reason"]
    )
    assert any("quota" in reason for reason in reasons[:-1]), (
        "before it failed, the quota was told as a warning"
    )
    workers = tenant.node_groups(cluster["uuid"])["default-worker"]
    assert workers["status"] == "CREATE_FAILED"
    assert "quota" in workers["status_reason"]

    admin.api.compute.delete(f"/os-quota-sets/{tenant.api.current_project_id}")
    recovered, _ = tenant.wait_until(cluster["uuid"], lambda now: now["status"] == "CREATE_COMPLETE")
    assert "had failed: The project's quota is too small" in recovered["status_reason"]
    groups = tenant.node_groups(cluster["uuid"]).values()
    assert {group["status"] for group in groups} == {"CREATE_COMPLETE"}


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
def test_no_virtual_function_is_left(create: Callable[[], Ended]) -> None:
    """Cluster API's provider says only that a server is in error; the reason is Nova's."""
    cluster, _ = create()
    assert cluster["status"] == "CREATE_FAILED"
    assert "Nova found no host with room" in cluster["status_reason"]
    assert "virtual function" in cluster["status_reason"]
