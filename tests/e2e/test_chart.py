# SPDX-License-Identifier: Apache-2.0
"""Cluster API's own definitions and webhooks take all that the embedded chart renders, and no unknown field.

Nothing is created: each request is a dry run with strict field validation.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml
from cloud import Cloud
from conftest import ROOT

RENDERED = ROOT / "tests" / "charts" / "golden"
GOLDENS = sorted(RENDERED.glob("*.yaml"))
CHANGED = {
    "KubeadmControlPlane": "rollout",
    "MachineDeployment": "template",
    "OpenStackMachineTemplate": "template",
}


def dry_run(admin: Cloud, file: Path) -> subprocess.CompletedProcess[str]:
    """What the API server says about the objects in a file."""
    how = ("--dry-run=server", "--validate=strict", "--namespace=default")
    command = ["kubectl", "apply", *how, "--filename", str(file)]
    return subprocess.run(command, env=admin.environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda file: file.stem)
def test_the_api_server_takes_what_the_chart_renders(admin: Cloud, golden: Path) -> None:
    result = dry_run(admin, golden)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("kind", CHANGED)
def test_the_api_server_refuses_an_unknown_field(admin: Cloud, tmp_path: Path, kind: str) -> None:
    objects = yaml.safe_load_all((RENDERED / "minimal.yaml").read_text())
    changed = next(item for item in objects if item["kind"] == kind)
    changed["spec"].setdefault(CHANGED[kind], {})["unknown"] = 1
    file = tmp_path / "changed.yaml"
    file.write_text(yaml.safe_dump(changed))
    result = dry_run(admin, file)
    assert result.returncode != 0
    assert "unknown" in result.stderr
