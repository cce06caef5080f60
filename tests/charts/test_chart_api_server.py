# SPDX-License-Identifier: Apache-2.0
"""A real kube-apiserver with the definitions of Cluster API, and its webhooks if they run, takes all goldens.

KUBECONFIG names the cluster to ask, KUBECTL the program (kubectl). Nothing is created: each request is a dry
run with strict field validation, so that a field that nobody knows is an error.
"""

import os
import pathlib
import shutil
import subprocess

import pytest
import yaml
from rendering import HERE, cache

GOLDENS = sorted((HERE / "golden").glob("*.yaml"))


@pytest.fixture(scope="session")
def kubectl() -> str:
    """The kubectl program."""
    if not os.environ.get("KUBECONFIG"):
        pytest.skip("KUBECONFIG names no cluster with the definitions of Cluster API")
    search = os.pathsep.join([os.environ.get("PATH", ""), str(cache() / "bin")])
    program = shutil.which(os.environ.get("KUBECTL", "kubectl"), path=search)
    if not program:
        pytest.fail("no kubectl found: name one in $KUBECTL, or put it into PATH")
    return program


def dry_run(kubectl: str, file: pathlib.Path) -> subprocess.CompletedProcess[str]:
    """What the API server says about the objects in a file."""
    command = [kubectl, "apply", "--dry-run=server", "--validate=strict", "--namespace=default", "--filename"]
    return subprocess.run([*command, file], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda file: file.stem)
def test_api_server_takes_the_golden(kubectl: str, golden: pathlib.Path) -> None:
    result = dry_run(kubectl, golden)
    if "KubeadmBootstrapFormatIgnition feature gate" in result.stderr:
        pytest.skip(
            "the managers run without the feature gate KubeadmBootstrapFormatIgnition, which Flatcar needs"
        )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("kind", ["KubeadmControlPlane", "MachineDeployment", "OpenStackMachineTemplate"])
def test_api_server_refuses_an_unknown_field(kubectl: str, tmp_path: pathlib.Path, kind: str) -> None:
    objects = yaml.safe_load_all((HERE / "golden" / "minimal.yaml").read_text())
    changed = next(item for item in objects if item["kind"] == kind)
    changed["spec"]["template" if "template" in changed["spec"] else "rollout"]["unknown"] = 1
    file = tmp_path / "changed.yaml"
    file.write_text(yaml.safe_dump(changed))
    result = dry_run(kubectl, file)
    assert result.returncode != 0
    assert "unknown" in result.stderr
