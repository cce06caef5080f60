# SPDX-License-Identifier: Apache-2.0
"""The same values through capi-helm-charts' openstack-cluster come out as the same objects.

UPSTREAM_CHART names the folder of that chart, with cluster-addons beside it.
"""

import os
import pathlib
import shutil
from typing import Any

import pytest
from rendering import DRIVERS, HERE, Helm, Object

VALUES = [*sorted((HERE / "values").glob("*.yaml")), DRIVERS / "labels-of-every-subject.yaml"]

# The upstream chart fails on any such rule.
WITHOUT_RULES: dict[str, Any] = {"clusterNetworking": {"controlPlaneNodesSecurityGroupRules": []}}

# A node group's "off" does not prevail over its default's "on" there.
ONLY_UPSTREAM = {"autoscaled": {("MachineHealthCheck", "demo-fixed")}}

# Objects of the infrastructure that differ: the upstream chart overlooks allowedCidrs and names its OVN rules
# otherwise (magnum-capi-helm); it gives a local disk a volume, hands one group's metadata to those after it,
# and sees nothing in a group's null (everything).
DIFFERENT = {
    "magnum-capi-helm": {("OpenStackCluster", "demo")},
    "everything": {
        ("OpenStackMachineTemplate", "demo-control-plane"),
        ("OpenStackMachineTemplate", "demo-worker-2"),
    },
}


@pytest.fixture(scope="session")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A copy of the upstream chart with its dependency in place."""
    source = os.environ.get("UPSTREAM_CHART")
    if not source:
        pytest.skip("UPSTREAM_CHART names no folder with capi-helm-charts' openstack-cluster")
    charts = tmp_path_factory.mktemp("upstream") / "charts"
    shutil.copytree(pathlib.Path(source).parent, charts)
    chart = charts / pathlib.Path(source).name
    dependency = chart / "charts" / "cluster-addons"
    shutil.rmtree(dependency, ignore_errors=True)
    shutil.copytree(charts / "cluster-addons", dependency)
    return chart


def by_identity(objects: list[Object]) -> dict[tuple[str, str], Object]:
    """The objects that make the cluster, by kind and name (a template's without its hash)."""
    wanted: dict[tuple[str, str], Object] = {}
    for item in objects:
        group, _, _ = item["apiVersion"].partition("/")
        if group.endswith("cluster.x-k8s.io") and not group.startswith("addons"):
            kind, name = item["kind"], item["metadata"]["name"]
            wanted[kind, name.rpartition("-")[0] if kind.endswith("Template") else name] = item
    return wanted


def labels(item: Object) -> dict[str, Any]:
    """The labels that selectors may rely on."""
    return {key: value for key, value in item["metadata"]["labels"].items() if key != "helm.sh/chart"}


@pytest.mark.parametrize("values", VALUES, ids=lambda file: file.stem)
def test_same_objects_as_upstream(any_helm: Helm, upstream: pathlib.Path, values: pathlib.Path) -> None:
    ours = by_identity(any_helm.template(values, WITHOUT_RULES))
    theirs = by_identity(any_helm.template(values, WITHOUT_RULES, chart=upstream))
    assert set(theirs) - set(ours) == ONLY_UPSTREAM.get(values.stem, set())
    assert set(ours) <= set(theirs)
    assert {key: labels(item) for key, item in ours.items()} == {key: labels(theirs[key]) for key in ours}
    different = {
        key
        for key, item in ours.items()
        if item["apiVersion"].startswith("infrastructure") and item["spec"] != theirs[key]["spec"]
    }
    assert different == DIFFERENT.get(values.stem, set())
