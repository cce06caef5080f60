# SPDX-License-Identifier: Apache-2.0
"""Bad input ends at once, with everything that is wrong in the reason, and leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cloud import Cloud, Document, left_over


@dataclass
class Refused:
    """The clusters that were refused, by name, and what there was before them."""

    clusters: dict[str, Document]
    before: dict[str, set[str]]

    def reason(self, name: str) -> str:
        """Why a cluster was refused."""
        cluster = self.clusters[name]
        assert cluster["status"] == "CREATE_FAILED", cluster
        return str(cluster["status_reason"])


@pytest.fixture(scope="module")
def refused(tenant: Cloud, admin: Cloud, template: str) -> Iterator[Refused]:
    """Every bad create at once, each under a name of its own."""
    no_version = tenant.create_template(
        "e2e-no-version", image="ubuntu-2404-no-kube-version", rdma_network="rdma"
    )
    wishes: dict[str, tuple[str, dict[str, str]]] = {
        "many-problems": (
            template,
            {
                "rdma_netwrok": "rdma",
                "rdma_mtu": "90000",
                "auto_healing_enabled": "perhaps",
                "fixed_subnet_cidr": "10.0.0.0",
            },
        ),
        "no-network": (template, {"rdma_network": "no-such-network"}),
        "foreign-network": (template, {"rdma_network": "rdma-shared"}),
        "no-version": (no_version, {}),
        "no-place": (template, {"worker_availability_zone": "moon", "server_group": "no-such-group"}),
    }
    before = admin.belongings()
    asked = {name: tenant.create_cluster(name, of, **labels) for name, (of, labels) in wishes.items()}
    yield Refused({name: tenant.wait_created(uuid)[0] for name, uuid in asked.items()}, before)
    for uuid in asked.values():
        if tenant.cluster(uuid):
            tenant.delete_cluster(uuid)


def test_all_problems_of_labels_are_told_at_once(refused: Refused) -> None:
    reason = refused.reason("many-problems")
    assert reason.startswith("4 problems:")
    for told in ("Did you mean rdma_network?", "rdma_mtu", "1280 to 9216", "true or false", "10.0.0.0/24"):
        assert told in reason


def test_a_network_that_is_not_there(refused: Refused) -> None:
    reason = refused.reason("no-network")
    assert "there is no network no-such-network" in reason
    assert "[not-found]" in reason


def test_a_network_of_another_project(refused: Refused) -> None:
    reason = refused.reason("foreign-network")
    assert "rdma-shared belongs to project" in reason
    assert "[network-owner]" in reason


def test_a_zone_and_a_server_group_that_are_not_there(refused: Refused) -> None:
    reason = refused.reason("no-place")
    assert "Nova has no availability zone moon (allowed: nova)" in reason
    assert "there is no server group no-such-group" in reason


def test_an_image_without_a_version(refused: Refused) -> None:
    reason = refused.reason("no-version")
    assert "has no property kube_version" in reason
    assert "openstack image set --property kube_version" in reason


def test_the_node_groups_say_so_too(refused: Refused, tenant: Cloud) -> None:
    for cluster in refused.clusters.values():
        groups = tenant.node_groups(cluster["uuid"])
        assert {group["status"] for group in groups.values()} == {"CREATE_FAILED"}


def test_nothing_was_made_and_all_can_be_deleted(refused: Refused, tenant: Cloud, admin: Cloud) -> None:
    assert left_over(refused.before, admin.belongings()) == {}
    identifiers = [cluster["uuid"] for cluster in refused.clusters.values()]
    for uuid in identifiers:
        tenant.delete_cluster(uuid)
    assert [tenant.wait_deleted(uuid) for uuid in identifiers] == [{}] * len(identifiers)
