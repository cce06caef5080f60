# SPDX-License-Identifier: Apache-2.0
"""Values that make no cluster are refused, and the refusal names the place in the values."""

import re
from typing import Any

import pytest
from rendering import HERE, Helm, Refused


def worker(**settings: Any) -> dict[str, Any]:
    """Values with one node group."""
    return {"nodeGroups": [{"name": "default-worker", "machineFlavor": "f", "machineCount": 1} | settings]}


def manifests(text: str) -> dict[str, Any]:
    """Values with one addon of one file."""
    return {"addons": {"custom": {"extra": {"kind": "Manifests", "spec": {"manifests": {"a.yaml": text}}}}}}


SCHEMA: list[tuple[dict[str, Any], str]] = [
    (worker(name="ab"), "/nodeGroups/0/name': minLength"),
    (worker(name="Workers"), "/nodeGroups/0/name': 'Workers' does not match"),
    (worker(name="a" * 64), "/nodeGroups/0/name': maxLength"),
    ({"nodeGroups": [{"machineCount": 1}]}, "/nodeGroups/0': missing property 'name'"),
    (worker(machineFlavour="f"), "/nodeGroups/0': additional properties 'machineFlavour'"),
    (worker(machineCount=-1), "/nodeGroups/0/machineCount': minimum"),
    (worker(machineCount="two"), "/nodeGroups/0/machineCount': got string"),
    (
        worker(machineNetworking={"ports": [{"vnictype": "direct"}]}),
        "/nodeGroups/0/machineNetworking/ports/0': additional properties 'vnictype'",
    ),
    (
        worker(machineNetworking={"ports": [{"profile": {"trusted": True}}]}),
        "/nodeGroups/0/machineNetworking/ports/0/profile': additional properties 'trusted'",
    ),
    (
        worker(additionalBlockDevices={"scratch": {}}),
        "/nodeGroups/0/additionalBlockDevices/scratch': missing property 'size'",
    ),
    (
        worker(kubeadmConfigSpec={"preKubeadmCommand": []}),
        "/nodeGroups/0/kubeadmConfigSpec': additional properties 'preKubeadmCommand'",
    ),
    (worker(nodeLabels={"not valid": "a"}), "/nodeGroups/0/nodeLabels': additional properties 'not valid'"),
    ({"nodeGroupDefaults": {"name": "abc"}}, "/nodeGroupDefaults/name': false schema"),
    ({"nodeGroupDefaults": {"nodeDrainTimeout": 300}}, "/nodeGroupDefaults/nodeDrainTimeout': got number"),
    (
        {"nodeGroupDefaults": {"nodeDrainTimeout": "5 minutes"}},
        "/nodeGroupDefaults/nodeDrainTimeout': '5 minutes' does not",
    ),
    ({"controlPlane": {"machineCount": 0}}, "/controlPlane/machineCount': minimum"),
    ({"controlPlane": {"replicas": 1}}, "/controlPlane': additional properties 'replicas'"),
    ({"controlPlane": {"certificatesExpiryDays": 3}}, "/controlPlane/certificatesExpiryDays': minimum"),
    ({"kubernetesVersion": 1.36}, "/kubernetesVersion': got number"),
    ({"kubernetesVersion": "1.36"}, "/kubernetesVersion': '1.36' does not match"),
    ({"apiServer": {"enableLoadbalancer": True}}, "/apiServer': additional properties 'enableLoadbalancer'"),
    ({"apiServer": {"port": 70000}}, "/apiServer/port': maximum"),
    (
        {"clusterNetworking": {"internalNetwork": {"nodeCidr": "10.0.0.0"}}},
        "/clusterNetworking/internalNetwork/nodeCidr': '10.0.0.0' does not match",
    ),
    (
        {"etcd": {"blockDevice": {"size": 5, "type": "Floppy"}}},
        "/etcd/blockDevice/type': value must be one of",
    ),
    ({"authWebhook": "other"}, "/authWebhook': value must be one of"),
    ({"addons": {"custom": {"Extra": {}}}}, "/addons/custom': additional properties 'Extra'"),
    (
        {"addons": {"custom": {"extra": {"kind": "Job", "spec": {}}}}},
        "/addons/custom/extra/kind': value must be one of",
    ),
    (
        {"addons": {"custom": {"extra": {"kind": "Manifests", "spec": {}}}}},
        "/addons/custom/extra/spec': missing property 'manifests'",
    ),
    (
        {
            "addons": {
                "custom": {
                    "extra": {"kind": "HelmRelease", "spec": {"namespace": "a", "chart": {"name": "b"}}}
                }
            }
        },
        "/addons/custom/extra/spec/chart': missing properties",
    ),
]

CHECKS: list[tuple[dict[str, Any], str]] = [
    ({"cloudCredentialsSecretName": None}, "cloudCredentialsSecretName: is not set"),
    (
        {"cloudCredentialsSecretName": None, "clouds": {"a": {}, "b": {}}},
        'clouds: has no cloud "openstack".*: a, b',
    ),
    ({"kubernetesVersion": None}, r"controlPlane\.kubernetesVersion: is not set"),
    ({"kubernetesVersion": None}, r"nodeGroups\[0\]\.kubernetesVersion: is not set"),
    ({"machineImageId": None}, r"controlPlane\.machineImageId: is not set"),
    ({"machineImageId": None}, r"nodeGroups\[0\]\.machineImageId: is not set"),
    ({"controlPlane": {"machineFlavor": None}}, r"controlPlane\.machineFlavor: is not set"),
    (worker(machineFlavor=None), r"nodeGroups\[0\]\.machineFlavor: is not set"),
    (worker(machineCount=None), r"nodeGroups\[0\]\.machineCount: is not set"),
    (worker(autoscale=True), r"nodeGroups\[0\]\.autoscale: needs machineCountMin and machineCountMax"),
    (
        worker(autoscale="true", machineCountMin=3, machineCountMax=2),
        r"nodeGroups\[0\]\.machineCountMax: 2 is less than machineCountMin \(3\)",
    ),
    (
        worker(name="control-plane"),
        r"nodeGroups\[0\]\.name: control-plane gives the object name demo-control-plane",
    ),
    (
        {"nodeGroups": [{"name": "abc", "machineFlavor": "f", "machineCount": 1}] * 2},
        r"nodeGroups\[1\]\.name: abc gives the object name demo-abc, which nodeGroups\[0\] has already",
    ),
    (
        {
            "nodeGroups": [
                {"name": "a" * 60 + end, "machineFlavor": "f", "machineCount": 1} for end in ("b", "c")
            ]
        },
        r"nodeGroups\[1\]\.name: .* which nodeGroups\[0\] has already",
    ),
    (
        worker(nodeLabels={"node-role.kubernetes.io/worker": ""}),
        r"nodeGroups\[0\]\.nodeLabels: the kubelet refuses to start with node-role\.kubernetes\.io/worker",
    ),
    ({"controlPlane": {"machineCount": 2}}, r"controlPlane\.machineCount: is 2; etcd needs an odd number"),
    (
        {"controlPlane": {"machineCount": 1, "rolloutStrategy": {"rollingUpdate": {"maxSurge": 0}}}},
        r"controlPlane\.rolloutStrategy\.rollingUpdate\.maxSurge: is 0",
    ),
    (
        {"apiServer": {"enableLoadBalancer": False, "associateFloatingIP": False}},
        "apiServer: gives the API server no address",
    ),
    ({"oidc": {"issuerUrl": "https://a"}}, r"oidc\.clientId: is not set"),
    ({"authWebhook": "azimuth-authorization-webhook"}, r"azimuthAuthorizationWebhook\.server: is not set"),
    ({"authWebhook": "azimuth-authorization-webhook"}, r"azimuthAuthorizationWebhook\.tls\.cert: is not set"),
    ({"etcd": {"encryption": {"enabled": True}}}, r"etcd\.encryption: no key; create a Secret demo-etcd-key"),
    (
        {"osDistro": "flatcar", "additionalPackages": ["a"]},
        "additionalPackages: Flatcar installs no packages",
    ),
    (manifests("a: [b"), r"addons\.custom\.extra\.spec\.manifests\[a\.yaml\]: is not the YAML"),
    (manifests("- a\n- b"), r"addons\.custom\.extra\.spec\.manifests\[a\.yaml\]: is not the YAML"),
    (
        manifests("kind: ConfigMap\nmetadata: {name: a}"),
        r"addons\.custom\.extra\.spec\.manifests\[a\.yaml\]: an object lacks apiVersion",
    ),
    (
        {
            "addons": {
                "custom": {
                    "extra": {
                        "kind": "HelmRelease",
                        "spec": {
                            "namespace": "a",
                            "chart": {"name": "b", "repo": "https://c", "version": "1.0.0"},
                        },
                    }
                }
            }
        },
        r"addons\.custom\.extra: is a HelmRelease, but .* install cluster-api-addon-provider",
    ),
]


@pytest.mark.parametrize(("values", "message"), SCHEMA, ids=[row[1] for row in SCHEMA])
def test_schema_refuses(any_helm: Helm, values: dict[str, Any], message: str) -> None:
    with pytest.raises(Refused, match=re.escape(message)):
        any_helm.template(HERE / "values" / "minimal.yaml", values)


@pytest.mark.parametrize(("values", "message"), CHECKS, ids=[row[1] for row in CHECKS])
def test_check_refuses(any_helm: Helm, values: dict[str, Any], message: str) -> None:
    with pytest.raises(Refused, match=message):
        any_helm.template(HERE / "values" / "minimal.yaml", values)


def test_both_versions_name_path_and_every_problem(helm: Helm) -> None:
    with pytest.raises(Refused) as schema:
        helm.template(HERE / "values" / "minimal.yaml", worker(name="ab", machineFlavour="f"))
    assert "/nodeGroups/0/name" in str(schema.value)
    assert "machineFlavour" in str(schema.value)
    with pytest.raises(Refused) as checks:
        helm.template({"cloudCredentialsSecretName": "a"})
    for problem in (
        "controlPlane.machineFlavor:",
        "controlPlane.kubernetesVersion:",
        "nodeGroups[0].machineFlavor:",
    ):
        assert f"\n  - {problem} " in str(checks.value)


@pytest.mark.parametrize(
    "label",
    [
        "example.org/a",
        "plain",
        "node.kubernetes.io/special",
        "topology.kubernetes.io/zone",
        "mykubernetes.io/a",
    ],
)
def test_labels_that_a_kubelet_may_set_pass(any_helm: Helm, label: str) -> None:
    assert any_helm.template(HERE / "values" / "minimal.yaml", worker(nodeLabels={label: "a"}))


def test_unknown_values_at_the_top_pass(any_helm: Helm, minimal: list[dict[str, Any]]) -> None:
    assert any_helm.template(HERE / "values" / "minimal.yaml", {"global": {}, "siteNotes": "ours"}) == minimal
