# SPDX-License-Identifier: Apache-2.0
"""Everything that can be done to a cluster between its create and its delete, one after the other."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import yaml
from cloud import Cloud, Document, left_over

BEFORE, AFTER = "1.35.6", "1.36.3"
AUTOSCALER = "cluster.x-k8s.io/cluster-api-autoscaler-node-group"
IMAGES = {version: f"ubuntu-2404-kube-v{version}" for version in ("1.34.9", BEFORE, AFTER)}


@dataclass
class Story:
    """The cluster, and what there was before it."""

    uuid: str
    release: str
    namespace: str
    before: dict[str, set[str]]
    tenant: Cloud
    admin: Cloud
    templates: dict[str, str] = field(default_factory=dict)

    def change(self, *command: str) -> Document:
        """A change that must come to its good end."""
        cluster, _ = self.tenant.change(self.uuid, *command)
        assert (cluster["status"], cluster["status_reason"]) == ("UPDATE_COMPLETE", None)
        return cluster

    def resize(self, count: int, *options: str) -> Document:
        """A resize that must come to its good end."""
        return self.change("cluster", "resize", self.uuid, str(count), *options)

    def objects(self, kind: str) -> list[Document]:
        """The cluster's objects of a kind in the management cluster."""
        selector = f"cluster.x-k8s.io/cluster-name={self.release}"
        return list(self.admin.kubectl("get", kind, "-n", self.namespace, "-l", selector)["items"])

    def machines(self, group: str) -> dict[str, str]:
        """The machines of a group: name and Kubernetes' own identifier."""
        found = {item["metadata"]["name"]: item["metadata"]["uid"] for item in self.objects("machines")}
        return {name: uid for name, uid in found.items() if name.startswith(f"{self.release}-{group}")}

    def servers(self, group: str) -> dict[str, str]:
        """Nova's servers of a group: id and name."""
        prefix = f"{self.release}-{group}"
        return {
            server.id: server.name
            for server in self.tenant.api.compute.servers()
            if server.name.startswith(prefix)
        }

    def values(self) -> Document:
        """The values of the Helm release."""
        return dict(
            json.loads(
                self.admin.run("helm", "get", "values", self.release, "-n", self.namespace, "-o", "json")
            )
        )


@pytest.fixture(scope="module")
def story(tenant: Cloud, admin: Cloud) -> Iterator[Story]:
    """A cluster with a load balancer, so that its control plane can grow."""
    before = admin.belongings()
    templates = {
        version: tenant.create_template(f"e2e-{version}", image=image, api_load_balancer_enabled="true")
        for version, image in IMAGES.items()
    }
    uuid = tenant.create_cluster("story", templates[BEFORE], workers=1)
    cluster, _ = tenant.wait_created(uuid)
    assert cluster["status"] == "CREATE_COMPLETE", cluster["status_reason"]
    namespace = f"magnum-{tenant.api.current_project_id}"
    yield Story(uuid, cluster["cluster_id"], namespace, before, tenant, admin, templates)
    if tenant.cluster(uuid):
        tenant.delete_cluster(uuid)
        tenant.wait_deleted(uuid)


def test_workers_are_added(story: Story) -> None:
    old = story.machines("default-worker")
    cluster = story.resize(2)
    assert cluster["node_count"] == 2
    assert len(cluster["node_addresses"]) == 2
    assert old.items() < story.machines("default-worker").items()
    assert len(story.servers("default-worker")) == 2


def test_the_worker_that_is_named_goes(story: Story) -> None:
    servers = story.servers("default-worker")
    named = min(servers)
    story.resize(1, "--nodes-to-remove", named)
    assert story.servers("default-worker") == {key: servers[key] for key in servers if key != named}


def test_a_worker_of_nobody_is_refused_and_the_cluster_goes_on(story: Story) -> None:
    nobody = "11111111-2222-4333-8444-555555555555"
    cluster, _ = story.tenant.change(
        story.uuid, "cluster", "resize", story.uuid, "0", "--nodes-to-remove", nobody
    )
    assert cluster["status"] == "UPDATE_FAILED"
    assert f"node group default-worker has no server {nobody}" in cluster["status_reason"]
    assert cluster["node_count"] == 1
    story.tenant.run("openstack", "coe", "cluster", "resize", story.uuid, "1")
    cluster, _ = story.tenant.wait_until(story.uuid, lambda found: found["status"] == "UPDATE_COMPLETE")
    assert len(story.servers("default-worker")) == 1


def test_a_node_group_is_added(story: Story) -> None:
    others = story.machines("default-worker") | story.machines("control-plane")
    cluster = story.change(
        "nodegroup",
        "create",
        story.uuid,
        "fabric",
        "--node-count",
        "1",
        "--flavor",
        "k8s.rdma",
        "--labels",
        "rdma_network=rdma",
        "--node-labels",
        "example.org/rack=r1",
        "--node-taints",
        "example.org/rdma=only:NoSchedule",
    )
    assert cluster["node_count"] == 2
    group = story.tenant.node_groups(story.uuid)["fabric"]
    assert (group["status"], group["status_reason"]) == ("CREATE_COMPLETE", None)
    assert len(group["node_addresses"]) == 1
    network = story.admin.api.network.find_network("rdma", ignore_missing=False)
    ports = story.admin.api.network.ports(network_id=network.id)
    (port,) = [port for port in ports if port.name.startswith(f"{story.release}-fabric")]
    assert port.binding_vnic_type == "direct"
    assert others == story.machines("default-worker") | story.machines("control-plane")
    configuration = story.values()["nodeGroups"][1]
    assert configuration["nodeLabels"]["example.org/rack"] == "r1"
    (taint,) = configuration["kubeadmConfigSpec"]["joinConfiguration"]["nodeRegistration"]["taints"]
    assert taint == {"key": "example.org/rdma", "value": "only", "effect": "NoSchedule"}


def test_a_bad_node_group_fails_alone_and_can_be_deleted(story: Story) -> None:
    arguments = ("nodegroup", "create", story.uuid, "bad", "--labels", "rdma_network=no-such-network")
    cluster, _ = story.tenant.change(story.uuid, *arguments)
    assert cluster["status"] == "UPDATE_FAILED"
    assert "there is no network no-such-network" in cluster["status_reason"]
    groups = story.tenant.node_groups(story.uuid)
    assert groups["bad"]["status"] == "CREATE_FAILED"
    assert groups["fabric"]["status"] == "CREATE_COMPLETE"
    story.tenant.run("openstack", "coe", "nodegroup", "delete", story.uuid, "bad")
    cluster, _ = story.tenant.wait_until(story.uuid, lambda found: found["status"] == "UPDATE_COMPLETE")
    assert set(story.tenant.node_groups(story.uuid)) == {"default-master", "default-worker", "fabric"}


def test_a_node_group_is_changed(story: Story) -> None:
    old = story.machines("fabric")
    story.change("nodegroup", "update", story.uuid, "fabric", "--node-labels", "example.org/rack=r2")
    assert story.tenant.node_groups(story.uuid)["fabric"]["node_labels"] == {"example.org/rack": "r2"}
    assert story.values()["nodeGroups"][1]["nodeLabels"]["example.org/rack"] == "r2"
    new = story.machines("fabric")
    assert len(new) == 1
    assert not new.items() & old.items(), "labels are set when a node joins, so its machine is replaced"


def test_an_upgrade_that_goes_back_is_answered_and_changes_nothing(story: Story) -> None:
    said = story.tenant.refused(
        "openstack", "coe", "cluster", "upgrade", story.uuid, story.templates["1.34.9"]
    )
    assert "status_reason says why" in said
    cluster = story.tenant.cluster(story.uuid)
    assert cluster["status"] == "UPDATE_COMPLETE"
    assert f"cannot go from Kubernetes {BEFORE} to 1.34.9" in cluster["status_reason"]
    assert story.values()["kubernetesVersion"] == BEFORE


class Witness(threading.Thread):
    """Looks, while a cluster is upgraded, which versions stand beside each other."""

    def __init__(self, story: Story) -> None:
        super().__init__(daemon=True)
        self.story, self.over, self.seen = story, threading.Event(), set[tuple[bool, str]]()

    def run(self) -> None:
        """Note whether the control plane is wholly upgraded, and what workers are to be."""
        while not self.over.wait(0.5):
            # In this order, so that workers are never noted as later than they were.
            deployments = self.story.objects("machinedeployments")
            (control_plane,) = self.story.objects("kubeadmcontrolplanes")
            is_upgraded = control_plane["status"].get("version") == f"v{AFTER}"
            for deployment in deployments:
                self.seen.add((is_upgraded, deployment["spec"]["template"]["spec"]["version"]))


def test_the_control_plane_is_upgraded_before_the_workers(story: Story) -> None:
    witness = Witness(story)
    witness.start()
    cluster = story.change("cluster", "upgrade", story.uuid, story.templates[AFTER])
    witness.over.set()
    witness.join()
    assert (False, f"v{BEFORE}") in witness.seen
    assert (True, f"v{BEFORE}") in witness.seen, "the workers follow once the control plane is there"
    assert (False, f"v{AFTER}") not in witness.seen
    assert cluster["coe_version"] == f"v{AFTER}"
    assert {item["spec"]["version"] for item in story.objects("machines")} == {f"v{AFTER}"}
    template = story.tenant.magnum(f"/clustertemplates/{story.templates[AFTER]}")
    assert cluster["cluster_template_id"] == (template or {})["uuid"]
    image = story.tenant.api.image.find_image(IMAGES[AFTER], ignore_missing=False)
    for server in story.servers("default-worker") | story.servers("fabric"):
        assert story.tenant.api.compute.get_server(server).image.id == image.id
    groups = story.tenant.node_groups(story.uuid).values()
    assert {group["image_id"] for group in groups} == {IMAGES[AFTER]}
    assert not [name for name in story.admin.belongings()["Secret"] if name.endswith("-waiting-values")]


def test_a_node_group_is_deleted(story: Story) -> None:
    others = story.machines("default-worker") | story.machines("control-plane")
    story.change("nodegroup", "delete", story.uuid, "fabric")
    assert set(story.tenant.node_groups(story.uuid)) == {"default-master", "default-worker"}
    assert story.servers("fabric") == {}
    network = story.admin.api.network.find_network("rdma", ignore_missing=False)
    ports = story.admin.api.network.ports(network_id=network.id)
    assert not [port for port in ports if port.name.startswith(story.release)]
    assert others == story.machines("default-worker") | story.machines("control-plane")


def test_the_autoscalers_count_reaches_magnum_and_stays(story: Story) -> None:
    """Somebody changes the count of a machine deployment, which is all that the autoscaler does."""
    group = ("--node-count", "1", "--min-nodes", "1", "--max-nodes", "3")
    story.change("nodegroup", "create", story.uuid, "auto", *group, "--labels", "auto_scaling_enabled=true")
    deployment = f"{story.release}-auto"
    story.admin.run(
        "kubectl", "scale", "machinedeployment", deployment, "--replicas=2", "-n", story.namespace
    )

    def has_arrived(_: Document) -> bool:
        return bool(story.tenant.node_groups(story.uuid)["auto"]["node_count"] == 2)

    story.tenant.wait_until(story.uuid, has_arrived)
    story.change("nodegroup", "update", story.uuid, "auto", "--max-nodes", "4")
    (found,) = [
        item for item in story.objects("machinedeployments") if item["metadata"]["name"] == deployment
    ]
    assert found["spec"]["replicas"] == 2
    assert found["metadata"]["annotations"][f"{AUTOSCALER}-max-size"] == "4"
    assert story.tenant.node_groups(story.uuid)["auto"]["node_count"] == 2
    cluster, _ = story.tenant.change(story.uuid, "cluster", "resize", story.uuid, "3", "--nodegroup", "auto")
    assert "The autoscaler decides how many nodes group auto has" in cluster["status_reason"]
    story.change("nodegroup", "delete", story.uuid, "auto")


def test_the_credential_is_replaced_and_the_old_one_deleted(story: Story) -> None:
    def credentials() -> dict[str, Document]:
        prefix = f"magnum-{story.uuid}-"
        found = story.admin.application_credentials()
        return {name: each for name, each in found.items() if name.startswith(prefix)}

    old = credentials()
    machines = story.machines("")
    # The client waits for the answer, and the cluster may have settled again before anybody looks.
    story.tenant.run("openstack", "coe", "credential", "rotate", story.uuid)
    story.tenant.wait_until(story.uuid, lambda cluster: cluster["status"] == "UPDATE_COMPLETE")
    (new,) = credentials().values()
    assert new["id"] not in {each["id"] for each in old.values()}
    secret = story.admin.run(
        "kubectl",
        "get",
        "secret",
        f"{story.release}-cloud-credentials",
        "-n",
        story.namespace,
        "-o",
        'go-template={{index .data "clouds.yaml" | base64decode}}',
    )
    auth = yaml.safe_load(secret)["clouds"]["openstack"]["auth"]
    assert auth["application_credential_id"] == new["id"]
    assert machines == story.machines(""), "no machine is replaced"
    story.resize(2)


def test_the_control_plane_grows_through_odd_counts(story: Story) -> None:
    master = ("--nodegroup", "default-master")
    said = story.tenant.refused("openstack", "coe", "cluster", "resize", story.uuid, "2", *master)
    assert "even number" in said
    cluster = story.resize(3, *master)
    assert cluster["master_count"] == 3
    assert len(cluster["master_addresses"]) == 3
    assert len(story.servers("control-plane")) == 3


def test_nothing_is_left(story: Story) -> None:
    story.tenant.delete_cluster(story.uuid)
    assert story.tenant.wait_deleted(story.uuid) == {}
    assert left_over(story.before, story.admin.belongings()) == {}
