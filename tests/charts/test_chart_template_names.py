# SPDX-License-Identifier: Apache-2.0
"""A template's name changes exactly when its content does, for a new name replaces machines."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from rendering import CHART, HERE, Helm, Object, at, find

DEPLOYMENT = ("MachineDeployment", "worker", "default-worker")
TEMPLATES = {
    "control-machine": (
        "KubeadmControlPlane",
        "control-plane",
        "spec.machineTemplate.spec.infrastructureRef.name",
    ),
    "machine": (*DEPLOYMENT, "spec.template.spec.infrastructureRef.name"),
    "kubeadm": (*DEPLOYMENT, "spec.template.spec.bootstrap.configRef.name"),
}


def references(objects: list[Object]) -> dict[str, str]:
    """The names of the templates that control plane and node group refer to."""
    return {key: at(find(objects, *which[:-1]), which[-1]) for key, which in TEMPLATES.items()}


@pytest.mark.parametrize(
    ("values", "changed"),
    [
        (
            {"nodeGroups": [{"name": "default-worker", "machineFlavor": "k8s.worker", "machineCount": 9}]},
            set(),
        ),
        ({"kubernetesVersion": "1.36.4"}, set()),
        ({"apiServer": {"allowedCIDRs": ["10.0.0.0/8"]}}, set()),
        ({"nodeGroupDefaults": {"nodeDrainTimeout": "1h"}}, set()),
        ({"nodeGroupDefaults": {"failureDomain": "az-1"}}, set()),
        ({"nodeGroupDefaults": {"healthCheck": {"enabled": False}}}, set()),
        ({"nodeGroupDefaults": {"nodeLabels": {"a": "b"}}}, {"kubeadm"}),
        ({"nodeGroupDefaults": {"machineNetworking": {"ports": [{}, {"vnicType": "direct"}]}}}, {"machine"}),
        ({"nodeGroupDefaults": {"machineMetadata": {"a": "b"}}}, {"machine"}),
        ({"etcd": {"blockDevice": {"size": 5}}}, {"control-machine"}),
        ({"machineImageId": "another"}, {"control-machine", "machine"}),
        ({"trustedCAs": {"a": "PEM"}}, {"kubeadm"}),
    ],
    ids=str,
)
def test_names_change_with_the_content(
    any_helm: Helm, minimal: list[Object], values: dict[str, Any], changed: set[str]
) -> None:
    before = references(minimal)
    after = references(any_helm.template(HERE / "values" / "minimal.yaml", values))
    assert {key for key in before if before[key] != after[key]} == changed


def test_references_lead_to_templates(helm: Helm) -> None:
    objects = helm.template(HERE / "values" / "minimal.yaml")
    names = {item["metadata"]["name"] for item in objects if item["kind"].endswith("Template")}
    assert set(references(objects).values()) == names


def test_another_chart_version_replaces_no_machine(
    any_helm: Helm, minimal: list[Object], tmp_path: Path
) -> None:
    chart = tmp_path / "openstack-cluster"
    shutil.copytree(CHART, chart)
    metadata = chart / "Chart.yaml"
    metadata.write_text(metadata.read_text().replace("version: 0.1.0", "version: 9.9.9"))
    objects = any_helm.template(HERE / "values" / "minimal.yaml", chart=chart)
    assert find(objects, "Cluster")["metadata"]["labels"]["helm.sh/chart"] == "openstack-cluster-9.9.9"
    assert references(objects) == references(minimal)
