# SPDX-License-Identifier: Apache-2.0
"""Each option by itself: where it arrives when it is set, and that nothing is there when it is not."""

from typing import Any

import pytest
import yaml
from rendering import HERE, Helm, Object, at, find

CLUSTER = ("Cluster",)
INFRASTRUCTURE = ("OpenStackCluster",)
CONTROL_PLANE = ("KubeadmControlPlane", "control-plane")
DEPLOYMENT = ("MachineDeployment", "worker", "default-worker")
MACHINE = ("OpenStackMachineTemplate", "worker", "default-worker")
KUBEADM = ("KubeadmConfigTemplate", "worker", "default-worker")

NODE = "spec.template.spec.joinConfiguration.nodeRegistration"

OPTIONS = yaml.safe_load((HERE / "options.yaml").read_text())


def nested(path: str, value: Any) -> Object:
    """Values with one value at a dotted path."""
    for key in reversed(path.split(".")):
        value = {key: value}
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize(
    "option", OPTIONS, ids=[f"{row['set']}-{index}" for index, row in enumerate(OPTIONS)]
)
def test_option_arrives(any_helm: Helm, minimal: list[Object], option: Object) -> None:
    which = option["in"].split()
    assert at(find(minimal, *which), option["at"]) != option["gives"], "the option would change nothing"
    objects = any_helm.template(HERE / "values" / "minimal.yaml", nested(option["set"], option["to"]))
    assert at(find(objects, *which), option["at"]) == option["gives"]


def test_failure_domains_of_the_control_plane(any_helm: Helm) -> None:
    objects = any_helm.template(
        HERE / "values" / "minimal.yaml",
        {"controlPlane": {"omitFailureDomain": False, "failureDomains": ["az-1", "az-2"]}},
    )
    assert at(find(objects, *INFRASTRUCTURE), "spec.controlPlaneAvailabilityZones") == ["az-1", "az-2"]


@pytest.mark.parametrize("part", ["controlPlane", "nodeGroupDefaults"])
def test_health_check_can_be_off(any_helm: Helm, part: str) -> None:
    objects = any_helm.template(HERE / "values" / "minimal.yaml", {part: {"healthCheck": {"enabled": False}}})
    remaining = [item["metadata"]["name"] for item in objects if item["kind"] == "MachineHealthCheck"]
    assert remaining == [
        {"controlPlane": "demo-default-worker", "nodeGroupDefaults": "demo-control-plane"}[part]
    ]


def group_of(any_helm: Helm, defaults: Object, group: Object) -> list[Object]:
    """A cluster with one node group."""
    return any_helm.template(
        HERE / "values" / "minimal.yaml",
        {
            "nodeGroupDefaults": defaults,
            "nodeGroups": [{"name": "default-worker", "machineFlavor": "f", "machineCount": 1} | group],
        },
    )


def test_a_group_overrides_its_defaults_also_with_false_and_zero(any_helm: Helm) -> None:
    defaults: Object = {
        "autoscale": True,
        "machineCountMin": 1,
        "machineCountMax": 2,
        "machineConfigDrive": True,
    }
    objects = group_of(
        any_helm,
        defaults,
        {
            "autoscale": False,
            "machineCount": 0,
            "machineConfigDrive": False,
            "healthCheck": {"enabled": False},
        },
    )
    assert at(find(objects, *DEPLOYMENT), "spec.replicas") == 0
    assert at(find(objects, *MACHINE), "spec.template.spec.configDrive") is None
    assert not [item for item in objects if item["kind"] == "Deployment"]
    assert [at(item, "metadata.name") for item in objects if item["kind"] == "MachineHealthCheck"] == [
        "demo-control-plane"
    ]


def test_null_in_a_group_drops_the_default(any_helm: Helm) -> None:
    defaults: Object = {"failureDomain": "az-1", "machineNetworking": {"ports": [{}, {"vnicType": "direct"}]}}
    objects = group_of(any_helm, defaults, {"failureDomain": None, "machineNetworking": None})
    assert at(find(objects, *DEPLOYMENT), "spec.template.spec.failureDomain") is None
    assert at(find(objects, *MACHINE), "spec.template.spec.ports") is None


def test_null_drops_a_default_of_the_chart(helm: Helm) -> None:
    objects = helm.template(
        HERE / "values" / "minimal.yaml",
        {
            "kubeNetwork": None,
            "controlPlane": {
                "kubeadmConfigSpec": {"kubeProxyConfiguration": None},
                "remediationStrategy": None,
            },
            "etcd": {"extraArgs": {"election-timeout": None}},
            "nodeGroupDefaults": {"rolloutStrategy": None, "kubeadmConfigSpec": None},
        },
    )
    assert at(find(objects, *CLUSTER), "spec.clusterNetwork") is None
    control_plane = find(objects, *CONTROL_PLANE)
    assert at(control_plane, "spec.kubeadmConfigSpec.files") is None
    assert at(control_plane, "spec.remediation") is None
    names = [
        item["name"]
        for item in at(control_plane, "spec.kubeadmConfigSpec.clusterConfiguration.etcd.local.extraArgs")
    ]
    assert "election-timeout" not in names
    assert "heartbeat-interval" in names
    assert at(find(objects, *DEPLOYMENT), "spec.rollout") is None
    assert at(find(objects, *KUBEADM), NODE) == {
        "kubeletExtraArgs": [{"name": "node-labels", "value": "capi.stackhpc.com/node-group=default-worker"}]
    }


def test_lists_of_a_group_replace_those_of_the_defaults(any_helm: Helm) -> None:
    objects = group_of(
        any_helm,
        {"kubeadmConfigSpec": {"preKubeadmCommands": ["default"]}},
        {"kubeadmConfigSpec": {"preKubeadmCommands": ["own"]}},
    )
    assert at(find(objects, *KUBEADM), "spec.template.spec.preKubeadmCommands") == ["own"]


def test_autoscaled_group_has_bounds_and_no_replicas(helm: Helm) -> None:
    deployment = find(
        helm.template(HERE / "values" / "autoscaled.yaml"), "MachineDeployment", "worker", "elastic"
    )
    prefix = "cluster.x-k8s.io/cluster-api-autoscaler-node-group"
    assert deployment["metadata"]["annotations"] == {f"{prefix}-min-size": "0", f"{prefix}-max-size": "10"}
    assert "replicas" not in deployment["spec"]


def test_no_node_group_at_all(helm: Helm) -> None:
    objects = helm.template(HERE / "values" / "minimal.yaml", {"nodeGroups": []})
    assert not [item for item in objects if item["kind"] == "MachineDeployment"]
    assert find(objects, *CONTROL_PLANE)


def test_only_what_cluster_api_removes_survives_an_uninstall(helm: Helm) -> None:
    objects = helm.template(HERE / "values" / "autoscaled.yaml")
    kept = {
        item["kind"]
        for item in objects
        if at(item, "metadata.annotations") and item["metadata"]["annotations"].get("helm.sh/resource-policy")
    }
    assert kept == {
        "KubeadmConfigTemplate",
        "KubeadmControlPlane",
        "OpenStackCluster",
        "OpenStackMachineTemplate",
        "Secret",
    }
