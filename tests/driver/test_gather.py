# SPDX-License-Identifier: Apache-2.0
"""Magnum's objects become documents, value by value."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from conftest import MagnumConf

from magnum_capi_rdma import gather


def test_a_cluster_is_handed_on_as_it_is(cluster: Any) -> None:
    request = gather.request_without_answers(cluster)

    assert request["cluster"] == {
        "uuid": cluster.uuid,
        "name": "research",
        "project_id": cluster.project_id,
        "user_id": cluster.user_id,
        "stack_id": None,
        "keypair": "demo",
        "fixed_network": None,
        "fixed_subnet": None,
        "floating_ip_enabled": True,
        "master_lb_enabled": False,
        "create_timeout": 60,
        "labels": {"rdma_network": "fabric"},
    }
    assert request["template"] == {
        "uuid": cluster.cluster_template_id,
        "name": "kubernetes",
        "image_id": "ubuntu",
        "external_network_id": "public",
        "dns_nameserver": None,
        "network_driver": "calico",
        "server_type": "vm",
        "apiserver_port": None,
        "labels": {"rdma_network": "fabric"},
    }
    assert [(group["name"], group["role"], group["flavor_id"]) for group in request["node_groups"]] == [
        ("default-master", "master", "k8s.control"),
        ("default-worker", "worker", "k8s.rdma"),
    ]
    assert request["openstack"] == {"answers": [], "auth_url": None}


def test_labels_may_be_missing_everywhere(make_cluster: Callable[..., Any]) -> None:
    request = gather.request_without_answers(make_cluster(template={"labels": None}, labels=None))

    assert request["cluster"]["labels"] == request["template"]["labels"] == {}
    assert all(group["labels"] == {} for group in request["node_groups"])


def test_node_labels_and_taints_of_magnum_23(cluster: Any) -> None:
    worker = cluster.default_ng_worker
    worker.node_labels = {"rack": "r1"}
    worker.node_taints = [{"key": "rdma", "value": "only", "effect": "NoSchedule"}]

    document = gather.node_group(worker)

    assert document["node_labels"] == {"rack": "r1"}
    assert document["node_taints"] == [{"key": "rdma", "value": "only", "effect": "NoSchedule"}]


def test_a_node_group_of_magnum_20_has_neither(cluster: Any) -> None:
    class OlderNodeGroup:
        def __init__(self, node_group: Any) -> None:
            for name in (*gather.NODE_GROUP_FIELDS, "labels"):
                setattr(self, name, getattr(node_group, name))

    document = gather.node_group(OlderNodeGroup(cluster.default_ng_worker))

    assert (document["node_labels"], document["node_taints"]) == ({}, [])


def test_options_of_the_operator(magnum_conf: MagnumConf) -> None:
    magnum_conf.add(
        {
            "capi_rdma": {
                "namespace_prefix": "east",
                "minimum_flavor_ram": 4096,
            },
            "capi_rdma_cluster_labels": {"octavia_provider": "ovn", "rdma_mtu": "9000"},
            "cinder": {"default_boot_volume_type": "fast", "default_boot_volume_size": 20},
        }
    )

    assert gather.operator_settings(gather.cfg.CONF) == {
        "namespace_prefix": "east",
        "minimum_flavor_ram": 4096,
        "minimum_flavor_vcpus": 2,
        "default_volume_type": None,
        "default_boot_volume_type": "fast",
        "default_boot_volume_size": 20,
        "label_defaults": {"octavia_provider": "ovn", "rdma_mtu": "9000"},
        "ignored_labels": [],
    }


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("CREATE_IN_PROGRESS", "create"),
        ("CREATE_COMPLETE", "create"),
        ("UPDATE_IN_PROGRESS", "update"),
        ("ROLLBACK_IN_PROGRESS", "update"),
        ("DELETE_IN_PROGRESS", "delete"),
        (None, "update"),
    ],
)
def test_the_status_says_which_operation_it_is(status: str | None, kind: str) -> None:
    assert gather.kind_of(status) == kind


def test_the_operation_of_a_create(cluster: Any) -> None:
    operation = gather.operation(cluster)

    assert operation == {
        "kind": "create",
        "uuid": cluster.uuid,
        "release": None,
        "namespace": "magnum-0123456789abcdef0123456789abcdef",
        "started_at": cluster.created_at.isoformat(),
        "timeout_minutes": 60,
        "node_groups": [
            {
                "name": f"default-{role}",
                "role": role,
                "node_count": 1,
                "autoscaled": False,
                "follows_control_plane": role == "worker",
                "operation": "create",
            }
            for role in ("master", "worker")
        ],
    }
    assert datetime.datetime.fromisoformat(operation["started_at"]).tzinfo is not None


def test_a_delete_and_an_update_may_be_without_progress_for_a_while(
    make_cluster: Callable[..., Any], magnum_conf: MagnumConf
) -> None:
    magnum_conf.add({"capi_rdma": {"delete_timeout": 7, "update_timeout": 0}})
    cluster = make_cluster(stack_id="research-abcdefghijkl")

    delete, update = gather.operation(cluster, "delete"), gather.operation(cluster, "update")

    assert (delete["kind"], delete["release"], delete["timeout_minutes"]) == (
        "delete",
        "research-abcdefghijkl",
        7,
    )
    assert (update["kind"], update["timeout_minutes"]) == ("update", None)


def test_a_create_without_a_limit(make_cluster: Callable[..., Any]) -> None:
    assert gather.operation(make_cluster(create_timeout=0))["timeout_minutes"] is None


def test_only_workers_are_autoscaled(make_cluster: Callable[..., Any]) -> None:
    cluster = make_cluster(labels={"auto_scaling_enabled": "True"})

    groups = gather.operation(cluster)["node_groups"]

    assert [(group["role"], group["autoscaled"]) for group in groups] == [("master", False), ("worker", True)]
