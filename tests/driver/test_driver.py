# SPDX-License-Identifier: Apache-2.0
"""What Magnum sees of the driver: its hooks, called by Magnum's own conductor."""

import ast
import re
import subprocess
import sys
import threading
import uuid
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloud_server
import pytest
from conftest import MagnumConf, tenant_of
from magnum.common import exception
from magnum.conductor.handlers import ca_conductor, cluster_conductor, nodegroup_conductor
from magnum.conductor.handlers.common import cert_manager
from magnum.conductor.monitors import create_monitor
from magnum.drivers.common import driver as magnum_driver
from magnum.objects import Cluster, NodeGroup
from magnum.objects.fields import ClusterStatus
from magnum.service import periodic
from oslo_service import loopingcall

import magnum_capi_rdma
from magnum_capi_rdma import cloud as openstack
from magnum_capi_rdma import core, gather, refusals
from magnum_capi_rdma.driver import Driver

NOT_YET = r"is not supported yet by the driver k8s_capi_rdma \d+\.\d+\.\d+\. The cluster stays as it is"


@pytest.fixture
def complete(make_cluster: Callable[..., Any], rpc_ready: None) -> Any:
    """A cluster that is up, as far as Magnum knows."""
    return make_cluster(status=ClusterStatus.CREATE_COMPLETE, stack_id="research-abcdefghijkl")


def stored(cluster: Any) -> Any:
    return Cluster.get_by_uuid(cluster._context, cluster.uuid)


def test_magnum_finds_the_driver_by_its_name(magnum_conf: MagnumConf) -> None:
    found = magnum_driver.Driver.get_driver("vm", "ubuntu", "kubernetes", "k8s_capi_rdma")

    assert type(found) is Driver


@pytest.mark.parametrize("server_type", ["vm", "bm"])
@pytest.mark.parametrize("operating_system", ["ubuntu", "flatcar"])
def test_magnum_finds_the_driver_by_what_it_provides(
    magnum_conf: MagnumConf,
    server_type: str,
    operating_system: str,
) -> None:
    assert type(magnum_driver.Driver.get_driver(server_type, operating_system, "kubernetes")) is Driver


def test_nothing_happens_when_the_driver_is_loaded_and_constructed() -> None:
    script = """
import os, threading
before = set(os.listdir("/proc/self/fd"))
from magnum_capi_rdma.driver import Driver
for _ in range(3):
    Driver().provides
threads = os.listdir("/proc/self/task")
from oslo_config import cfg
print(len(threads), threading.active_count(), "capi_rdma" in cfg.CONF)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["1", "1", "False"]


def test_every_hook_is_a_story_of_at_most_ten_lines() -> None:
    lines = Path(magnum_capi_rdma.__path__[0], "driver.py").read_text(encoding="utf-8")
    hooks = [node for node in ast.walk(ast.parse(lines)) if isinstance(node, ast.FunctionDef)]

    for hook in hooks:
        assert (hook.end_lineno or 0) - hook.body[0].lineno <= 10, hook.name


def test_create_with_bad_labels_makes_nothing(
    cloud: cloud_server.Cloud,
    rpc_ready: None,
    make_cluster: Callable[..., Any],
) -> None:
    cluster = make_cluster(labels={"rdma_netwrok": "fabric", "rdma_mtu": "huge"})
    tenant = tenant_of(cloud, "member")

    with pytest.raises(core.InvalidRequest) as caught:
        Driver().create_cluster(tenant, cluster, 60)

    text = str(caught.value)
    assert "cluster.labels.rdma_netwrok" in text
    assert "cluster.labels.rdma_mtu" in text
    assert "there is no image ubuntu" in text
    assert [group.status_reason for group in stored(cluster).nodegroups] == [text, text]
    assert stored(cluster).stack_id is None
    assert cloud.credentials == []


@pytest.fixture
def stocked(cloud: cloud_server.Cloud) -> cloud_server.Cloud:
    """A cloud that has all that the cluster asks for."""
    image, network, subnet = (f"{number}1111111-1111-4111-8111-111111111111" for number in range(3))
    cloud.images = [
        {"id": image, "name": "ubuntu", "status": "active", "kube_version": "v1.36.3", "os_distro": "ubuntu"}
    ]
    cloud.flavors = [
        {"id": str(number), "name": name, "ram": 8192, "vcpus": 4, "disk": 20, "extra_specs": {}}
        for number, name in enumerate(("k8s.control", "k8s.rdma"))
    ]
    cloud.networks = [
        {
            "id": network,
            "name": "fabric",
            "project_id": cloud_server.PROJECT,
            "mtu": 9000,
            "subnets": [subnet],
        },
        {"id": image, "name": "public", "router:external": True, "subnets": []},
    ]
    pools = [{"start": "10.40.0.10", "end": "10.40.31.254"}]
    cloud.subnets = [
        {
            "id": subnet,
            "network_id": network,
            "cidr": "10.40.0.0/16",
            "gateway_ip": None,
            "allocation_pools": pools,
        }
    ]
    return cloud


def test_create_without_management_cluster_leaves_what_delete_needs(
    stocked: cloud_server.Cloud, make_cluster: Callable[..., Any], tmp_path: Path
) -> None:
    tenant, cluster = tenant_of(stocked, "member"), make_cluster()
    cert_manager.generate_certificates_to_cluster(cluster, context=tenant)

    with pytest.raises(core.ManagementClusterError, match=str(tmp_path / "no-such-kubeconfig")):
        Driver().create_cluster(tenant, cluster, 60)

    after = stored(cluster)
    assert re.fullmatch(r"research-[a-z2-7]{12}", after.stack_id)
    assert after.ca_cert_ref == cluster.ca_cert_ref
    assert {group.status for group in after.nodegroups} == {ClusterStatus.CREATE_FAILED}
    assert [credential["name"][:43] for credential in stocked.credentials] == [f"magnum-{cluster.uuid}"]


def test_create_without_openstack_says_so(
    cloud: cloud_server.Cloud,
    cluster: Any,
    rpc_ready: None,
) -> None:
    cloud.failing["/compute/v2.1/flavors"] = (500, {"message": "Nova is ill"})

    with pytest.raises(openstack.OpenStackError, match=r"^Nova could not be asked for flavor k8s"):
        Driver().create_cluster(tenant_of(cloud, "member"), cluster, 60)

    assert {group.status for group in stored(cluster).nodegroups} == {ClusterStatus.CREATE_FAILED}


def test_a_resize_that_fails_leaves_the_count_and_says_why(
    stocked: cloud_server.Cloud, complete: Any
) -> None:
    tenant, group = tenant_of(stocked, "member"), complete.default_ng_worker

    with pytest.raises(core.ManagementClusterError, match="no-such-kubeconfig"):
        cluster_conductor.Handler().cluster_resize(tenant, complete, 3, [], group)

    after = stored(complete)
    assert after.status == after.default_ng_worker.status == ClusterStatus.UPDATE_FAILED
    assert after.default_ng_worker.node_count == 1
    assert "no-such-kubeconfig" in after.status_reason


def test_an_update_that_fails_leaves_the_count(stocked: cloud_server.Cloud, complete: Any) -> None:
    with pytest.raises(core.ManagementClusterError):
        cluster_conductor.Handler().cluster_update(tenant_of(stocked, "member"), complete, 3, None, None)

    after = stored(complete)
    assert (after.status, after.default_ng_worker.node_count) == (ClusterStatus.UPDATE_FAILED, 1)


def test_a_count_is_not_set_where_the_autoscaler_decides(
    stocked: cloud_server.Cloud, make_cluster: Callable[..., Any], rpc_ready: None
) -> None:
    labels = {"auto_scaling_enabled": "true", "min_node_count": "1", "max_node_count": "5"}
    cluster = make_cluster(
        status=ClusterStatus.CREATE_COMPLETE, stack_id="research-abcdefghijkl", labels=labels
    )

    with pytest.raises(exception.NotSupported, match="The autoscaler decides how many nodes group"):
        cluster_conductor.Handler().cluster_resize(
            tenant_of(stocked, "member"), cluster, 3, [], cluster.default_ng_worker
        )

    assert stored(cluster).default_ng_worker.node_count == 1


def test_an_upgrade_that_is_not_valid_changes_nothing_and_is_answered(
    cloud: cloud_server.Cloud, complete: Any
) -> None:
    """Magnum leaves the status alone for this type of error, and its API answers with the text."""
    with pytest.raises(exception.NotSupported, match="there is no image ubuntu") as caught:
        cluster_conductor.Handler().cluster_upgrade(
            tenant_of(cloud, "member"), complete, complete.cluster_template, 1, complete.default_ng_worker
        )

    after = stored(complete)
    assert str(caught.value) == f"{refusals.SEE_REASON}. {after.status_reason}"
    assert after.status == ClusterStatus.CREATE_COMPLETE
    assert {group.status for group in after.nodegroups} == {ClusterStatus.CREATE_COMPLETE}


@pytest.mark.parametrize(
    ("named", "moved"),
    [
        ("default-worker", {"default-master", "default-worker", "like-template"}),
        ("default-master", {"default-master"}),
        ("own-image", {"own-image"}),
        ("like-template", {"like-template"}),
    ],
)
def test_an_upgrade_moves_the_groups_it_is_meant_for(
    complete: Any, admin: Any, named: str, moved: set[str]
) -> None:
    for name, image in (("own-image", "other"), ("like-template", "ubuntu")):
        group = extra_node_group(admin, complete, name)
        group.image_id = image
        group.create()
    template = Namespace(image_id="newer")
    chosen = next(group for group in complete.nodegroups if group.name == named)

    groups = gather.upgraded_groups(complete, template, chosen)

    assert {group.name for group in groups if group.image_id == "newer"} == moved
    images = {group.name: group.image_id for group in groups if group.name not in moved}
    assert images == {name: "other" if name == "own-image" else "ubuntu" for name in images}
    assert all(group.image_id != "newer" for group in stored(complete).nodegroups), "nothing is saved yet"


def test_the_control_plane_keeps_a_quorum_at_every_size() -> None:
    Driver().validate_master_resize(3)
    for count in (0, 2, 4):
        with pytest.raises(exception.MasterNGSizeInvalid):
            Driver().validate_master_resize(count)


def extra_node_group(admin: Any, cluster: Any, name: str = "gpu") -> Any:
    return NodeGroup(
        admin,
        uuid=str(uuid.uuid4()),
        name=name,
        cluster_id=cluster.uuid,
        project_id=cluster.project_id,
        role="worker",
        node_count=2,
        node_addresses=[],
    )


def test_a_bad_node_group_fails_alone_with_its_reason(stocked: cloud_server.Cloud, complete: Any) -> None:
    tenant = tenant_of(stocked, "member")
    group = extra_node_group(tenant, complete, "x")

    with pytest.raises(core.InvalidRequest):
        nodegroup_conductor.Handler().nodegroup_create(tenant, complete, group)

    made = NodeGroup.get_by_name(tenant, complete.uuid, "x")
    assert made.status == ClusterStatus.CREATE_FAILED
    assert "node_groups[2].name" in made.status_reason
    assert "node_groups[2].flavor_id" in made.status_reason
    assert stored(complete).status_reason == made.status_reason
    assert {group.status for group in complete.nodegroups if group.name != "x"} == {
        ClusterStatus.CREATE_COMPLETE
    }


def test_what_failed_of_a_node_group_is_not_saved(stocked: cloud_server.Cloud, complete: Any) -> None:
    group = complete.default_ng_worker
    group.max_node_count = 9

    with pytest.raises(core.ManagementClusterError):
        nodegroup_conductor.Handler().nodegroup_update(tenant_of(stocked, "member"), complete, group)

    after = stored(complete)
    assert after.default_ng_worker.max_node_count is None
    assert "no-such-kubeconfig" in after.status_reason


def test_a_request_has_a_group_as_it_is_to_become(complete: Any, admin: Any) -> None:
    group = complete.default_ng_worker
    group.max_node_count = 9

    changed = gather.groups_with(complete, group)
    assert [found.name for found in changed] == ["default-master", "default-worker"]
    assert changed[1].max_node_count == 9
    assert [found.name for found in gather.groups_with(complete, extra_node_group(admin, complete))] == [
        "default-master",
        "default-worker",
        "gpu",
    ]
    assert [found.name for found in gather.groups_without(complete, group)] == ["default-master"]


def test_a_credential_is_made_only_for_a_valid_request(cloud: cloud_server.Cloud, complete: Any) -> None:
    credential_conductor = pytest.importorskip("magnum.conductor.handlers.credential_conductor")
    with pytest.raises(core.InvalidRequest):
        credential_conductor.Handler().credential_rotate(tenant_of(cloud, "member"), complete)

    after = stored(complete)
    assert after.status == ClusterStatus.CREATE_COMPLETE
    assert "there is no image ubuntu" in after.status_reason
    assert cloud.credentials == []


def test_a_refused_rotation_keeps_the_certificates(complete: Any, admin: Any) -> None:
    cert_manager.generate_certificates_to_cluster(complete, context=admin)
    complete.save()
    before = complete.ca_cert_ref

    with pytest.raises(exception.NotSupported, match=NOT_YET):
        ca_conductor.Handler().rotate_ca_certificate(admin, complete)

    assert stored(complete).ca_cert_ref == before


def test_federations_are_refused() -> None:
    for hook in ("create_federation", "update_federation", "delete_federation"):
        with pytest.raises(exception.NotSupported, match=NOT_YET):
            getattr(Driver(), hook)(None, None)


def test_a_sync_without_management_cluster_keeps_the_status(
    make_cluster: Callable[..., Any], admin: Any, tmp_path: Path
) -> None:
    cluster = make_cluster(stack_id="research-abcdefghijkl")

    with pytest.raises(loopingcall.LoopingCallDone):
        periodic.ClusterUpdateJob(admin, cluster).update_status()

    after = stored(cluster)
    assert after.status == ClusterStatus.CREATE_IN_PROGRESS
    assert after.status_reason.startswith("The status could not be found out and is tried again: ")
    assert str(tmp_path / "no-such-kubeconfig") in after.status_reason


def test_a_delete_without_management_cluster_fails_with_its_reason(
    make_cluster: Callable[..., Any],
    admin: Any,
    rpc_ready: None,
) -> None:
    cluster = make_cluster(status=ClusterStatus.CREATE_COMPLETE, stack_id="research-abcdefghijkl")

    with pytest.raises(core.ManagementClusterError):
        cluster_conductor.Handler().cluster_delete(admin, cluster.uuid)

    after = stored(cluster)
    assert after.status == ClusterStatus.DELETE_FAILED
    assert after.status_reason == after.default_ng_worker.status_reason
    assert "no-such-kubeconfig" in after.status_reason


def test_the_health_without_management_cluster_is_unknown(complete: Any, admin: Any) -> None:
    monitor = create_monitor(admin, complete)

    monitor.poll_health_status()

    assert monitor.data["health_status"] == "UNKNOWN"
    assert "no-such-kubeconfig" in monitor.data["health_status_reason"]["management_cluster"]
    assert list(monitor.get_metric_names()) == []


def test_no_thread_is_left_by_look_ups(cloud: cloud_server.Cloud, cluster: Any) -> None:
    gather.cluster_request(tenant_of(cloud, "member"), cluster)

    names = [thread.name for thread in threading.enumerate()]
    assert not [name for name in names if name.startswith("capi-rdma-lookup")]
