# SPDX-License-Identifier: Apache-2.0
"""A driver that lacks something says what, the conductor stays up, and nothing half-made is left."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from cloud import Cloud, Document, Stack, left_over


def unreachable(admin: Cloud, folder: Path) -> str:
    """A kubeconfig whose server is not there."""
    document = yaml.safe_load(Path(admin.environment["KUBECONFIG"]).read_text())
    for cluster in document["clusters"]:
        cluster["cluster"]["server"] = "https://127.0.0.1:9"
    return write(folder / "unreachable", yaml.safe_dump(document))


def powerless(admin: Cloud, folder: Path) -> str:
    """A kubeconfig of an account that may do nothing."""
    admin.run(
        "bash",
        "-c",
        "kubectl create serviceaccount powerless -n default --dry-run=client -o yaml | kubectl apply -f -",
    )
    token = admin.run("kubectl", "create", "token", "powerless", "-n", "default").strip()
    document = yaml.safe_load(Path(admin.environment["KUBECONFIG"]).read_text())
    for user in document["users"]:
        user["user"] = {"token": token}
    return write(folder / "powerless", yaml.safe_dump(document))


def broken_chart(folder: Path) -> str:
    """A chart that does not render."""
    chart = folder / "broken"
    (chart / "templates").mkdir(parents=True)
    write(chart / "Chart.yaml", "apiVersion: v2\nname: broken\nversion: 0.0.1\n")
    write(chart / "templates" / "all.yaml", '{{ fail "this chart is broken" }}\n')
    return str(chart)


def write(path: Path, text: str) -> str:
    """A file that only its owner reads."""
    path.write_text(text)
    os.chmod(path, 0o600)
    return str(path)


CASES = {
    "no-kubeconfig": (
        "kubeconfig_file",
        lambda _admin, _folder: "/nonexistent",
        "The kubeconfig of the management cluster cannot be used",
    ),
    "unreachable": ("kubeconfig_file", unreachable, "The management cluster cannot be reached"),
    "powerless": ("kubeconfig_file", powerless, "The management cluster refuses the driver"),
    "no-helm": (
        "helm_binary",
        lambda _admin, _folder: "/nonexistent",
        "Helm cannot be started as /nonexistent",
    ),
    "broken-chart": ("chart", lambda _admin, folder: broken_chart(folder), "this chart is broken"),
}


@dataclass
class Unlucky:
    """The clusters that came to nothing, by case, and what there was before them."""

    clusters: dict[str, Document]
    before: dict[str, set[str]]


@pytest.fixture(scope="module")
def unlucky(
    stack: Stack, tenant: Cloud, admin: Cloud, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Unlucky:
    """A create under each bad configuration. The driver's own configuration comes back before the tests."""
    folder = tmp_path_factory.mktemp("configurations")
    before, clusters = admin.belongings(), {}
    try:
        for case, (option, value, _) in CASES.items():
            line = f"[capi_rdma]\n{option} = {value(admin, folder)}\n"
            stack.up("--magnum-conf", write(folder / f"{case}.conf", line))
            clusters[case] = tenant.wait_created(tenant.create_cluster(case, template))[0]
    finally:
        # A stack keeps the configuration it was given last, so it is given an empty one.
        stack.up("--magnum-conf", write(folder / "nothing.conf", ""))
    return Unlucky(clusters, before)


@pytest.mark.parametrize("case", CASES)
def test_the_reason_is_clear(case: str, unlucky: Unlucky) -> None:
    cluster = unlucky.clusters[case]
    assert cluster["status"] == "CREATE_FAILED"
    assert CASES[case][2] in cluster["status_reason"]


def test_delete_leaves_nothing(unlucky: Unlucky, tenant: Cloud, admin: Cloud) -> None:
    identifiers = [cluster["uuid"] for cluster in unlucky.clusters.values()]
    for uuid in identifiers:
        tenant.delete_cluster(uuid)
    assert [tenant.wait_deleted(uuid) for uuid in identifiers] == [{}] * len(CASES)
    assert left_over(unlucky.before, admin.belongings()) == {}
