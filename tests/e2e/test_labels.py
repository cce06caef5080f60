# SPDX-License-Identifier: Apache-2.0
"""What labels ask for arrives in Nova and at Cluster API's objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cloud import Cloud, Document

GROUP = "e2e-apart"
# Not container_infra_prefix: CoreDNS in memory comes from elsewhere, and Cluster API fails to change that.
LABELS = {
    "api_server_cert_sans": "api.example.org+192.0.2.7",
    "audit_log_enabled": "true",
    "calico_ipv4pool": "10.100.0.0/16",
    "control_plane_availability_zones": "nova",
    "dns_cluster_domain": "kubernetes.example.org",
    "kubelet_tls_cipher_suites": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256+TLS_AES_256_GCM_SHA384",
    "oidc_client_id": "kubernetes",
    "oidc_issuer_url": "https://login.example.org/realms/research",
    "registry_mirrors": "docker.io=https://mirror.example.org/v2/docker.io",
    "server_group": GROUP,
    "service_cluster_ip_range": "10.254.0.0/16",
    "worker_availability_zone": "nova",
}


@dataclass
class Labelled:
    """A cluster with labels of many subjects, and where its objects are."""

    cluster: Document
    server_group: Document
    namespace: str
    admin: Cloud

    @property
    def release(self) -> str:
        """The Helm release, which is also the Cluster's name."""
        return str(self.cluster["cluster_id"])

    def one(self, kind: str) -> Document:
        """The only object of a kind."""
        selector = f"capi.stackhpc.com/cluster={self.release}"
        items = self.admin.kubectl("get", kind, "--namespace", self.namespace, "--selector", selector)[
            "items"
        ]
        assert len(items) == 1, f"{len(items)} {kind}"
        return dict(items[0])

    def servers(self, part: str) -> list[Document]:
        """Nova's servers of the control plane or of a group, as the client shows them."""
        listed = self.admin.openstack("server", "list", "--all-projects", "--long")
        return [server for server in listed if server["Name"].startswith(f"{self.release}-{part}")]


@pytest.fixture(scope="module")
def labelled(tenant: Cloud, admin: Cloud) -> Iterator[Labelled]:
    """The cluster, complete; it and its server group are deleted at the end of the module."""
    group = tenant.openstack("server", "group", "create", "--policy", "soft-anti-affinity", GROUP)
    uuid = tenant.create_cluster("labelled", tenant.create_template("e2e-plain"), **LABELS)
    cluster, _ = tenant.wait_created(uuid)
    assert cluster["status"] == "CREATE_COMPLETE", cluster["status_reason"]
    yield Labelled(cluster, group, f"magnum-{tenant.api.current_project_id}", admin)
    tenant.delete_cluster(uuid)
    assert tenant.wait_deleted(uuid) == {}
    tenant.run("openstack", "server", "group", "delete", group["id"])


def test_machines_are_where_they_were_asked_for(labelled: Labelled, tenant: Cloud) -> None:
    members = tenant.openstack("server", "group", "show", labelled.server_group["id"])["members"]
    workers, control_plane = labelled.servers("default-worker"), labelled.servers("control-plane")
    assert (len(workers), len(control_plane)) == (1, 1)
    assert workers[0]["ID"] in members
    assert control_plane[0]["ID"] not in members, "the control plane has a label of its own"
    assert workers[0]["Availability Zone"] == control_plane[0]["Availability Zone"] == "nova"
    assert labelled.one("machinedeployment")["spec"]["template"]["spec"]["failureDomain"] == "nova"


def test_the_cluster_has_its_own_ranges(labelled: Labelled) -> None:
    network = labelled.one("cluster.cluster.x-k8s.io")["spec"]["clusterNetwork"]
    assert network["pods"]["cidrBlocks"] == ["10.100.0.0/16"]
    assert network["services"]["cidrBlocks"] == ["10.254.0.0/16"]
    assert network["serviceDomain"] == "kubernetes.example.org"


def test_cluster_api_took_the_settings_of_the_api_server(labelled: Labelled) -> None:
    spec = labelled.one("kubeadmcontrolplane")["spec"]["kubeadmConfigSpec"]
    api_server = spec["clusterConfiguration"]["apiServer"]
    flags = {each["name"]: each.get("value") for each in api_server["extraArgs"]}
    assert api_server["certSANs"] == ["api.example.org", "192.0.2.7"]
    assert flags["oidc-issuer-url"] == "https://login.example.org/realms/research"
    assert flags["audit-policy-file"] in {file["path"] for file in spec["files"]}
    kubelet = {each["name"]: each["value"] for each in
               spec["joinConfiguration"]["nodeRegistration"]["kubeletExtraArgs"]}  # fmt: skip
    assert kubelet["tls-cipher-suites"] == "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384"


def test_workers_have_the_mirror(labelled: Labelled) -> None:
    files = labelled.one("kubeadmconfigtemplate")["spec"]["template"]["spec"]["files"]
    assert "/etc/containerd/certs.d/docker.io/hosts.toml" in {file["path"] for file in files}
