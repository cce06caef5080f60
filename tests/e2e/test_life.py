# SPDX-License-Identifier: Apache-2.0
"""A cluster with RDMA from `openstack coe cluster create` to its end, checked in every service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from cloud import Cloud, Document, left_over

WORKERS = 2


@dataclass
class Life:
    """The cluster while it lives, and what there was before it."""

    cluster: Document
    reasons: list[str]
    before: dict[str, set[str]]
    namespace: str

    @property
    def uuid(self) -> str:
        """The cluster's identifier in Magnum."""
        return str(self.cluster["uuid"])

    @property
    def release(self) -> str:
        """The Helm release, which is also the Cluster's name."""
        return str(self.cluster["cluster_id"])


@pytest.fixture(scope="module")
def life(tenant: Cloud, admin: Cloud, template: str) -> Iterator[Life]:
    """The cluster, complete; deleted at the end of the module if a test has not done it."""
    before = admin.belongings()
    uuid = tenant.create_cluster("life", template, workers=WORKERS)
    cluster, reasons = tenant.wait_created(uuid)
    project = tenant.api.current_project_id
    yield Life(cluster, reasons, before, f"magnum-{project}")
    if tenant.cluster(uuid):
        tenant.delete_cluster(uuid)
        tenant.wait_deleted(uuid)


def test_magnum_says_complete(life: Life, tenant: Cloud) -> None:
    assert life.cluster["status"] == "CREATE_COMPLETE", life.cluster["status_reason"]
    assert life.cluster["status_reason"] is None
    assert life.cluster["api_address"].startswith("https://127.0.0.1:")
    assert life.cluster["coe_version"] == "v1.36.3"
    assert len(life.cluster["master_addresses"]) == 1
    assert len(life.cluster["node_addresses"]) == WORKERS
    for group in tenant.node_groups(life.uuid).values():
        assert (group["status"], group["status_reason"]) == ("CREATE_COMPLETE", None)


def test_the_reason_told_the_stages(life: Life) -> None:
    stages = " ".join(life.reasons)
    assert "control plane 0/1" in stages
    assert "workers 0/2" in stages


def test_workers_have_a_virtual_function_on_the_rdma_network(life: Life, admin: Cloud, tenant: Cloud) -> None:
    network = admin.api.network.find_network("rdma", ignore_missing=False)
    ports = [
        port for port in admin.api.network.ports(network_id=network.id) if port.name.startswith(life.release)
    ]
    assert len(ports) == WORKERS
    for port in ports:
        assert port.binding_vnic_type == "direct"
        assert port.is_port_security_enabled is False
        assert port.security_group_ids == []
        assert port.project_id == tenant.api.current_project_id
        assert port.device_owner.startswith("compute:")
        assert "default-worker" in port.name


def test_every_machine_is_a_server_of_the_tenant_on_the_clusters_network(life: Life, tenant: Cloud) -> None:
    servers = [server for server in tenant.api.compute.servers() if server.name.startswith(life.release)]
    assert len(servers) == WORKERS + 1
    assert {server.status for server in servers} == {"ACTIVE"}
    own = f"k8s-clusterapi-cluster-{life.namespace}-{life.release}"
    for server in servers:
        assert own in server.addresses
        assert ("rdma" in server.addresses) == ("default-worker" in server.name)


def test_cluster_api_has_the_cluster(life: Life, admin: Cloud) -> None:
    cluster = admin.kubectl("get", "cluster", life.release, "-n", life.namespace)
    conditions = {condition["type"]: condition["status"] for condition in cluster["status"]["conditions"]}
    assert conditions["Available"] == "True"
    machines = admin.kubectl("get", "machines", "-n", life.namespace)["items"]
    assert sorted(machine["status"]["phase"] for machine in machines) == ["Running"] * (WORKERS + 1)


def test_the_release_has_the_values_of_the_request(life: Life, admin: Cloud) -> None:
    values = json.loads(admin.run("helm", "get", "values", life.release, "-n", life.namespace, "-o", "json"))
    network = admin.api.network.find_network("rdma", ignore_missing=False)
    (group,) = values["nodeGroups"]
    assert group["machineNetworking"]["ports"] == [
        {},
        {"network": {"id": network.id}, "vnicType": "direct", "disablePortSecurity": True},
    ]
    assert values["kubernetesVersion"] == "1.36.3"
    assert values["addons"]["custom"]["rdma"]["kind"] == "Manifests"


def test_the_workload_cluster_receives_the_addon(life: Life, admin: Cloud) -> None:
    """What Cluster API delivers, a real API server takes whole."""
    sets = admin.kubectl("get", "clusterresourcesets", "-n", life.namespace)["items"]
    names = [resource["name"] for found in sets for resource in found["spec"]["resources"]]
    delivered = []
    for name in names:
        secret = admin.run(
            "kubectl",
            "get",
            "secret",
            name,
            "-n",
            life.namespace,
            "-o",
            "go-template={{range .data}}{{. | base64decode}}\n---\n{{end}}",
        )
        delivered += [document for document in yaml.safe_load_all(secret) if document]
    kinds = {document["kind"] for document in delivered}
    assert {"DaemonSet", "ConfigMap", "CustomResourceDefinition", "NetworkAttachmentDefinition"} <= kinds
    workload = Cloud({**admin.environment, "KUBECONFIG": admin.environment["WORKLOAD_KUBECONFIG"]})
    definitions = [
        document for document in delivered if document["kind"] in ("CustomResourceDefinition", "Namespace")
    ]
    others = [document for document in delivered if document not in definitions]
    workload.run("kubectl", "apply", "--validate=strict", "-f", "-", text=yaml.safe_dump_all(definitions))
    workload.run("kubectl", "wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
    workload.run("kubectl", "apply", "--validate=strict", "-f", "-", text=yaml.safe_dump_all(others))
    attachment = workload.kubectl("get", "network-attachment-definition", "rdma", "-n", "rdma-system")
    configuration = json.loads(attachment["spec"]["config"])
    assert (configuration["type"], configuration["master"]) == ("macvlan", "rdma0")
    assert configuration["ipam"]["range"].startswith("10.40.")


def test_magnums_kubeconfig_works(life: Life, tenant: Cloud, tmp_path: Path) -> None:
    assert life.cluster["status"] == "CREATE_COMPLETE"
    tenant.run("openstack", "coe", "cluster", "config", life.uuid, "--dir", str(tmp_path))
    inside = Cloud({**tenant.environment, "KUBECONFIG": str(tmp_path / "config")})
    nodes = inside.kubectl("get", "nodes")["items"]
    assert len(nodes) == WORKERS + 1


def test_the_credential_is_restricted(life: Life, admin: Cloud) -> None:
    prefix = f"magnum-{life.uuid}-"
    (credential,) = [
        found for name, found in admin.application_credentials().items() if name.startswith(prefix)
    ]
    assert credential["unrestricted"] is False
    assert "admin" not in {role["name"] for role in credential["roles"]}


def test_secrets_of_the_cluster_are_in_no_log(life: Life, admin: Cloud) -> None:
    secret = f"{life.release}-cloud-credentials"
    clouds = admin.run(
        "kubectl",
        "get",
        "secret",
        secret,
        "-n",
        life.namespace,
        "-o",
        'go-template={{index .data "clouds.yaml" | base64decode}}',
    )
    word = yaml.safe_load(clouds)["clouds"]["openstack"]["auth"]["application_credential_secret"]
    logs = list(Path(admin.environment["STACK_LOGS"]).glob("magnum-*.log"))
    assert logs
    for log in logs:
        assert word not in log.read_text(errors="replace"), f"{log} holds a secret"


def test_nothing_is_left_after_delete(life: Life, tenant: Cloud, admin: Cloud) -> None:
    tenant.delete_cluster(life.uuid)
    assert tenant.wait_deleted(life.uuid) == {}
    assert left_over(life.before, admin.belongings()) == {}
    releases = json.loads(admin.run("helm", "list", "--all-namespaces", "-o", "json"))
    assert life.release not in {release["name"] for release in releases}
