# SPDX-License-Identifier: Apache-2.0
"""A cluster that magnum-capi-helm made passes to this driver as it is, and lives on and ends with it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cloud import Cloud, Document, Stack, left_over

ROOT = Path(__file__).resolve().parents[2]
PEER, OURS = "k8s_capi_helm_v1", "k8s_capi_rdma"
VERSIONS = ("1.34.9", "1.35.6", "1.36.3")
WORKERS = 2
REFUSED = 3

# The same chart and the same account as our driver has on the stack.
BESIDE = """
[capi_helm]
kubeconfig_file = {state}/magnum-kubeconfig
helm_chart_repo =
helm_chart_name = {root}/charts/openstack-cluster

[drivers]
default_driver = k8s_capi_rdma
"""


@dataclass
class Peers:
    """The peer's cluster, and what there was before it."""

    uuid: str
    template: str
    release: str
    namespace: str
    before: dict[str, set[str]]


@pytest.fixture(scope="module")
def beside(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """magnum-capi-helm beside our driver; switched off again afterwards, as an operator would."""
    folder = tmp_path_factory.mktemp("magnum")
    state = stack.environment("admin")["STACK_STATE"]
    configuration, without = folder / "beside.conf", folder / "without.conf"
    configuration.write_text(BESIDE.format(state=state, root=ROOT), encoding="utf-8")
    without.write_text(f"[drivers]\ndisabled_drivers = {PEER}\n", encoding="utf-8")
    stack.up("--beside", "magnum-capi-helm==1.4.0", "--magnum-conf", str(configuration))
    yield
    stack.up("--magnum-conf", str(without))


@pytest.fixture(scope="module")
def templates(beside: None, tenant: Cloud) -> Iterator[dict[str, str]]:
    """Templates of the peer for each Kubernetes. It knows no cluster without a load balancer."""
    templates = {
        version: tenant.create_template(
            f"e2e-peer-{version}",
            image=f"ubuntu-2404-kube-v{version}",
            made_by=PEER,
            api_load_balancer_enabled="true",
        )
        for version in VERSIONS
    }
    yield templates
    for name in templates.values():
        tenant.run("openstack", "coe", "cluster", "template", "delete", name)


@pytest.fixture(scope="module")
def peers(templates: dict[str, str], tenant: Cloud, admin: Cloud) -> Iterator[Peers]:
    """A cluster that magnum-capi-helm made and then upgraded."""
    before = admin.belongings()
    uuid = tenant.create_cluster("peer", templates[VERSIONS[0]], workers=WORKERS)
    cluster, _ = tenant.wait_created(uuid)
    assert cluster["status"] == "CREATE_COMPLETE", cluster["status_reason"]
    cluster, _ = tenant.change(uuid, "cluster", "upgrade", uuid, templates[VERSIONS[1]])
    assert cluster["status"] == "UPDATE_COMPLETE", cluster["status_reason"]
    namespace = f"magnum-{tenant.api.current_project_id}"
    peers = Peers(uuid, templates[VERSIONS[1]], str(cluster["cluster_id"]), namespace, before)
    # The peer calls an upgrade complete while workers are still being replaced.
    tenant.wait_until(uuid, lambda _: versions(admin, peers) == [f"v{VERSIONS[1]}"] * (WORKERS + 1))
    yield peers
    if tenant.cluster(uuid):
        tenant.delete_cluster(uuid)
        tenant.wait_deleted(uuid)


def adopt(stack: Stack, *arguments: str) -> tuple[int, Any]:
    """What the operator's command says on the conductor's host."""
    environment = stack.environment("admin")
    command = [
        f"{environment['STACK_VENV']}/bin/magnum-capi-rdma",
        "adopt",
        *("--config-file", f"{environment['STACK_STATE']}/etc/magnum/magnum.conf"),
        *("-o", "json"),
        *arguments,
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def machine_objects(admin: Cloud, peers: Peers) -> list[Document]:
    """The cluster's machines in the management cluster."""
    selected = f"cluster.x-k8s.io/cluster-name={peers.release}"
    return list(admin.kubectl("get", "machines", "-n", peers.namespace, "-l", selected)["items"])


def machines(admin: Cloud, peers: Peers) -> dict[str, str]:
    """The cluster's machines with their UIDs."""
    found = machine_objects(admin, peers)
    return {machine["metadata"]["name"]: machine["metadata"]["uid"] for machine in found}


def versions(admin: Cloud, peers: Peers) -> list[str]:
    """Kubernetes on every machine that runs or goes."""
    return [str(machine["spec"]["version"]) for machine in machine_objects(admin, peers)]


def driver_of(tenant: Cloud, peers: Peers) -> str:
    """The driver that Magnum has for the template."""
    return str((tenant.magnum(f"/clustertemplates/{peers.template}") or {})["driver"])


def only_cluster(document: Document) -> Document:
    """The one cluster of the one template."""
    (template,) = document["templates"]
    (cluster,) = template["clusters"]
    return dict(cluster)


def test_a_dry_run_shows_that_every_machine_would_stay(peers: Peers, stack: Stack, tenant: Cloud) -> None:
    status, document = adopt(stack, "--cluster", "peer", "--dry-run")

    cluster = only_cluster(document)
    assert (status, document["templates"][0]["outcome"], cluster["refusals"]) == (0, "would pass", [])
    assert cluster["comparison"]["machines"] == []
    # The peer leaves node groups with the image from before its upgrade, which they do not run.
    assert set(cluster["images"]) == {"default-master", "default-worker"}
    # What the peer leaves unset it writes as null; no other value is different.
    assert all(difference.get("before", 0) is None for difference in cluster["comparison"]["values"])
    assert driver_of(tenant, peers) == PEER


def test_a_cluster_whose_machines_would_be_replaced_is_refused(
    peers: Peers, stack: Stack, tenant: Cloud, tmp_path: Path
) -> None:
    values = tmp_path / "values"
    values.mkdir()
    (values / "site.yaml").write_text("controlPlane:\n  machineFlavor: k8s.rdma\n", encoding="utf-8")
    site = tmp_path / "site.conf"
    site.write_text(f"[capi_rdma]\nvalues_directory = {values}\n", encoding="utf-8")

    status, document = adopt(stack, "--all", "--config-file", str(site))

    cluster = only_cluster(document)
    assert (status, document["templates"][0]["outcome"]) == (REFUSED, "refused")
    (consequence,) = cluster["comparison"]["machines"]
    assert (consequence["group"], consequence["effect"]) == (f"{peers.release}-control-plane", "replaced")
    assert any('"k8s.control" → "k8s.rdma"' in reason for reason in consequence["reasons"])
    assert "--allow-replacement" in cluster["refusals"][0]
    assert driver_of(tenant, peers) == PEER


def test_a_cluster_passes_there_and_back_with_every_machine(
    peers: Peers, stack: Stack, tenant: Cloud, admin: Cloud
) -> None:
    before = machines(admin, peers)
    assert len(before) == WORKERS + 1

    assert adopt(stack, "--all")[1]["templates"][0]["outcome"] == "passed"
    assert driver_of(tenant, peers) == OURS
    assert adopt(stack, "--all") == (0, {"from": PEER, "to": OURS, "templates": []})
    assert adopt(stack, "--cluster", peers.uuid, "--back")[1]["templates"][0]["outcome"] == "passed"
    assert driver_of(tenant, peers) == PEER
    assert adopt(stack, "--cluster", peers.uuid)[0] == 0
    assert driver_of(tenant, peers) == OURS

    assert machines(admin, peers) == before


def test_the_cluster_lives_on_under_this_driver(
    peers: Peers, templates: dict[str, str], stack: Stack, tenant: Cloud, admin: Cloud
) -> None:
    before = machines(admin, peers)

    cluster, _ = tenant.change(peers.uuid, "cluster", "resize", peers.uuid, str(WORKERS + 1))

    assert (cluster["status"], cluster["node_count"]) == ("UPDATE_COMPLETE", WORKERS + 1)
    assert before.items() < machines(admin, peers).items()
    # Now the peer would write its own values over ours.
    status, document = adopt(stack, "--cluster", peers.uuid, "--back", "--dry-run")
    assert status == REFUSED
    assert "k8s_capi_rdma has changed its release" in only_cluster(document)["refusals"][0]


def test_the_cluster_is_upgraded_by_this_driver(
    peers: Peers, templates: dict[str, str], stack: Stack, tenant: Cloud
) -> None:
    target = templates[VERSIONS[2]]
    assert adopt(stack, "--templates")[0] == 0

    cluster, _ = tenant.change(peers.uuid, "cluster", "upgrade", peers.uuid, target)

    assert (cluster["status"], cluster["coe_version"]) == ("UPDATE_COMPLETE", f"v{VERSIONS[2]}")
    assert {group["image_id"] for group in tenant.node_groups(peers.uuid).values()} == {
        f"ubuntu-2404-kube-v{VERSIONS[2]}"
    }


def test_the_cluster_ends_with_this_driver_and_nothing_is_left(
    peers: Peers, tenant: Cloud, admin: Cloud
) -> None:
    prefix = f"magnum-{peers.uuid}-"
    assert any(name.startswith(prefix) for name in admin.application_credentials())

    tenant.delete_cluster(peers.uuid)

    assert tenant.wait_deleted(peers.uuid) == {}
    assert left_over(peers.before, admin.belongings()) == {}
