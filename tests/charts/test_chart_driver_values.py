# SPDX-License-Identifier: Apache-2.0
"""The chart takes all that the driver writes, and what labels ask for arrives at the objects."""

from typing import Any

import pytest
from rendering import DRIVERS, Helm, Object, at, find

EVERY_SUBJECT = DRIVERS / "labels-of-every-subject.yaml"

CLUSTER = ("Cluster",)
INFRASTRUCTURE = ("OpenStackCluster",)
CONTROL_PLANE = ("KubeadmControlPlane", "control-plane")
CONTROL_PLANE_MACHINE = ("OpenStackMachineTemplate", "control-plane")
API_SERVER = "spec.kubeadmConfigSpec.clusterConfiguration.apiServer"
MACHINE = "spec.template.spec"


def of_group(kind: str, group: str = "default-worker") -> tuple[str, str, str]:
    return kind, "worker", group


ARRIVES: list[tuple[tuple[str, ...], str, Any]] = [
    (CLUSTER, "spec.clusterNetwork.pods.cidrBlocks", ["10.100.0.0/16"]),
    (CLUSTER, "spec.clusterNetwork.services.cidrBlocks", ["10.254.0.0/16"]),
    (CLUSTER, "spec.clusterNetwork.serviceDomain", "kubernetes.example.org"),
    (INFRASTRUCTURE, "spec.apiServerFloatingIP", "203.0.113.17"),
    (INFRASTRUCTURE, "spec.controlPlaneAvailabilityZones", ["az-1", "az-2"]),
    (CONTROL_PLANE, f"{API_SERVER}.certSANs", ["api.example.org", "192.0.2.7"]),
    (
        CONTROL_PLANE,
        "spec.kubeadmConfigSpec.clusterConfiguration.imageRepository",
        "registry.example.org/kubernetes",
    ),
    (CONTROL_PLANE_MACHINE, f"{MACHINE}.serverGroup.id", "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"),
    (
        CONTROL_PLANE_MACHINE,
        f"{MACHINE}.rootVolume",
        {"sizeGiB": 40, "availabilityZone": {"from": "Name", "name": "az-1"}},
    ),
    (of_group("MachineDeployment"), f"{MACHINE}.failureDomain", "az-1"),
    (of_group("MachineDeployment", "plain"), f"{MACHINE}.failureDomain", "az-2"),
    (of_group("OpenStackMachineTemplate"), f"{MACHINE}.rootVolume.sizeGiB", 40),
    (of_group("OpenStackMachineTemplate"), f"{MACHINE}.serverGroup", None),
    (of_group("OpenStackMachineTemplate"), f"{MACHINE}.ports.1.network", {"filter": {"name": "storage"}}),
    (of_group("OpenStackMachineTemplate", "plain"), f"{MACHINE}.rootVolume", None),
    (
        of_group("OpenStackMachineTemplate", "plain"),
        f"{MACHINE}.serverGroup.id",
        "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0",
    ),
]

FLAGS = {
    "audit-log-maxage": "30",
    "audit-log-path": "/var/log/kubernetes/audit/audit.log",
    "audit-policy-file": "/etc/kubernetes/audit/policy.yaml",
    "oidc-client-id": "kubernetes",
    "oidc-issuer-url": "https://login.example.org",
    "oidc-username-claim": "sub",
    "oidc-username-prefix": "oidc:",
    "tls-cipher-suites": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384",
}


@pytest.fixture(scope="module")
def objects(any_helm: Helm) -> list[Object]:
    return any_helm.template(EVERY_SUBJECT)


def arguments(item: Object, path: str) -> dict[str, str]:
    return {each["name"]: each["value"] for each in at(item, path)}


@pytest.mark.parametrize("values", sorted(DRIVERS.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_chart_takes_what_the_driver_writes(any_helm: Helm, values: Any) -> None:
    assert find(any_helm.template(values), *CONTROL_PLANE)


@pytest.mark.parametrize(("which", "path", "value"), ARRIVES, ids=lambda part: str(part)[:60])
def test_a_label_arrives(objects: list[Object], which: tuple[str, ...], path: str, value: Any) -> None:
    assert at(find(objects, *which), path) == value


def test_flags_of_the_api_server(objects: list[Object]) -> None:
    flags = arguments(find(objects, *CONTROL_PLANE), f"{API_SERVER}.extraArgs")
    assert FLAGS.items() <= flags.items()
    assert flags["oidc-groups-prefix"] == "", "nothing is put before the names of groups"


def test_the_policy_of_the_audit_log_is_where_the_api_server_looks(objects: list[Object]) -> None:
    control_plane = find(objects, *CONTROL_PLANE)
    files = {file["path"]: file for file in at(control_plane, "spec.kubeadmConfigSpec.files")}
    mounted = {volume["mountPath"]: volume for volume in at(control_plane, f"{API_SERVER}.extraVolumes")}
    assert "kind: Policy" in files[FLAGS["audit-policy-file"]]["content"]
    assert mounted["/etc/kubernetes/audit"]["readOnly"] is True
    assert not mounted["/var/log/kubernetes/audit"].get("readOnly")


def test_flags_of_every_kubelet(objects: list[Object]) -> None:
    control_plane = find(objects, *CONTROL_PLANE)
    machines = [
        (control_plane, "spec.kubeadmConfigSpec.initConfiguration"),
        (control_plane, "spec.kubeadmConfigSpec.joinConfiguration"),
        (find(objects, *of_group("KubeadmConfigTemplate")), f"{MACHINE}.joinConfiguration"),
        (find(objects, *of_group("KubeadmConfigTemplate", "plain")), f"{MACHINE}.joinConfiguration"),
    ]
    for item, path in machines:
        flags = arguments(item, f"{path}.nodeRegistration.kubeletExtraArgs")
        assert flags["tls-cipher-suites"] == "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
        assert flags["cloud-provider"] == "external", "the chart's own flags stay"


def test_mirrors_are_on_every_machine(objects: list[Object]) -> None:
    path = "/etc/containerd/certs.d/docker.io/hosts.toml"
    for which, files in (
        (CONTROL_PLANE, "spec.kubeadmConfigSpec.files"),
        (of_group("KubeadmConfigTemplate"), f"{MACHINE}.files"),
        (of_group("KubeadmConfigTemplate", "plain"), f"{MACHINE}.files"),
    ):
        found = next(file for file in at(find(objects, *which), files) if file["path"] == path)
        assert "https://mirror.example.org/v2/docker.io" in found["content"]
