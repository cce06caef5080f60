# SPDX-License-Identifier: Apache-2.0
"""What it costs to look at a thousand clusters, for this driver and for magnum-capi-helm, in one run.

The clusters are objects on a real API server: five machines, add-ons and a release each, with a worker to
come. There are no controllers and no machines. Both drivers look at the same objects, one after the other.
"""

from __future__ import annotations

import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "management"))

from management_cluster import (  # noqa: E402 - found only now
    DEFINITIONS,
    NAMESPACE,
    OPTIONAL_DEFINITIONS,
    ManagementCluster,
)

CLUSTERS = int(os.environ.get("BENCH_CLUSTERS", "1000"))
PASSES = {"own": 20, "peer": 1}
WRITERS = 8
# The API server writes its audit log a moment after it has answered.
AUDIT_SECONDS = 2
MODEL = json.loads((ROOT / "tests/fixtures/status/create-complete-with-addons.json").read_text())
MODEL_NAME = MODEL["operation"]["release"]
PLURALS = {
    kind: (f"/apis/{group}/{versions[-1]}/namespaces/{NAMESPACE}/{plural}", f"{group}/{versions[-1]}")
    for group, plural, kind, versions in (*DEFINITIONS, *OPTIONAL_DEFINITIONS)
}
MEBIBYTE = 1024 * 1024


def main() -> None:
    """Measure both and print."""
    with tempfile.TemporaryDirectory() as folder:
        management = ManagementCluster(Path(folder) / "management", audited=True)
        try:
            management.start()
            management.must("POST", "/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
            management.define((*DEFINITIONS, *OPTIONAL_DEFINITIONS), with_status=False)
            sides = [Side(management, Path(folder), name) for name in PASSES]
            count = fill(management)
            figures = {side.name: side.measure() for side in sides}
        finally:
            management.stop()
    show(figures, count)


# ---- the objects


def fill(management: ManagementCluster) -> int:
    """Write all clusters; returns how many objects there are."""
    local = threading.local()

    def put(document: dict[str, Any]) -> None:
        if not hasattr(local, "session"):
            local.session = management.session()
        path, version = PLURALS.get(document["kind"], (f"/api/v1/namespaces/{NAMESPACE}/secrets", "v1"))
        answer = local.session.post(
            f"{management.url}{path}", json={**document, "apiVersion": version}, timeout=60
        )
        assert answer.ok, f"{path}: {answer.status_code} {answer.text[:300]}"

    documents = [document for number in range(CLUSTERS) for document in objects(number)]
    with concurrent.futures.ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(put, documents, chunksize=1))
    return len(documents)


def name_of(number: int) -> str:
    """The release of a cluster."""
    return f"bench-{number:04}-abcdefghijkl"


def objects(number: int) -> list[dict[str, Any]]:
    """One cluster; one more worker is wanted than there is."""
    text = (
        json.dumps(MODEL["objects"])
        .replace(MODEL_NAME, name_of(number))
        .replace(MODEL["operation"]["namespace"], NAMESPACE)
    )
    found: list[dict[str, Any]] = json.loads(text)
    for document in found:
        for field in ("generation", "creationTimestamp"):
            document["metadata"].pop(field, None)
        for owner in document["metadata"].get("ownerReferences", ()):
            owner.update(uid="00000000-0000-0000-0000-000000000000")
        if document["kind"] == "MachineDeployment":
            document["spec"]["replicas"] = 3
            document["status"]["phase"] = "ScalingUp"
    return found


def row(number: int) -> dict[str, Any]:
    """A cluster as Magnum has it, after the passes before: nothing is left to be saved."""
    common = {
        "status": "UPDATE_IN_PROGRESS",
        "labels": {},
        "is_default": True,
        "min_node_count": 0,
        "max_node_count": None,
    }
    group = {
        **common,
        "flavor_id": "k8s.rdma",
        "image_id": "ubuntu",
        "node_labels": {},
        "node_taints": [],
        "node_addresses": [],
    }
    addresses = {"api_address": "https://203.0.113.17:6443", "coe_version": "v1.36.3"}
    groups = [
        {
            **group,
            "uuid": f"m{number}",
            "name": "default-master",
            "role": "master",
            "node_count": 3,
            "status_reason": None,
        },
        {
            **group,
            "uuid": f"w{number}",
            "name": "default-worker",
            "role": "worker",
            "node_count": 3,
            "status_reason": None,
        },
    ]
    template = {
        "uuid": "template",
        "name": "kubernetes",
        "image_id": "ubuntu",
        "external_network_id": "public",
        "dns_nameserver": None,
        "network_driver": "calico",
        "server_type": "vm",
        "apiserver_port": None,
        "labels": {},
    }
    return {
        "uuid": f"00000000-0000-0000-0000-{number:012}",
        "name": f"bench-{number:04}",
        "project_id": NAMESPACE.removeprefix("magnum-"),
        "user_id": "user",
        "stack_id": name_of(number),
        "keypair": "demo",
        "fixed_network": None,
        "fixed_subnet": None,
        "floating_ip_enabled": True,
        "master_lb_enabled": True,
        "create_timeout": 60,
        "created_at": None,
        "updated_at": None,
        "labels": {},
        "status": "UPDATE_IN_PROGRESS",
        "status_reason": None,
        **addresses,
        "nodegroups": groups,
        "cluster_template": template,
    }


# ---- the passes


class Side:
    """One driver in a process of its own. It has met the management cluster before there are clusters."""

    def __init__(self, management: ManagementCluster, folder: Path, name: str) -> None:
        self.name, self._management, self._folder = name, management, folder
        kubeconfig = management.kubeconfig(folder / f"{name}-kubeconfig", {"token": management.account(name)})
        steps = {step: str(folder / f"{name}-{step}") for step in ("started", "filled", "ready", "go")}
        given = {
            **steps,
            "folder": str(folder),
            "kubeconfig": str(kubeconfig),
            "clusters": [row(number) for number in range(CLUSTERS)],
            "nobody": [{**row(0), "stack_id": "nobody"}],
            "passes": PASSES[name],
        }
        (folder / name).write_text(json.dumps(given))
        unset = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
        clean = {variable: value for variable, value in os.environ.items() if variable not in unset}
        program = ROOT / "tests" / "bench" / "sides" / f"{name}.py"
        command = [python_of(name), "-W", "ignore", str(program), str(folder / name)]
        self._process = subprocess.Popen(command, env=clean, stdout=subprocess.PIPE, text=True)
        self._wait("started")

    def measure(self) -> dict[str, Any]:
        """Let it make its passes; requests are counted from when it is warm."""
        (self._folder / f"{self.name}-filled").touch()
        self._wait("ready")
        before = audited(self._management)
        (self._folder / f"{self.name}-go").touch()
        printed, _ = self._process.communicate()
        assert self._process.returncode == 0, f"{self.name} ended with {self._process.returncode}"
        return {**json.loads(printed), "requests": (audited(self._management) - before) / PASSES[self.name]}

    def _wait(self, step: str) -> None:
        while not (self._folder / f"{self.name}-{step}").exists():
            assert self._process.poll() is None, f"{self.name} ended with {self._process.returncode}"
            time.sleep(0.1)


def python_of(side: str) -> str:
    """Python with one driver in it."""
    if side == "own":
        return sys.executable
    made = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "chore"), "peer"], check=True, capture_output=True, text=True
    )
    return made.stdout.splitlines()[-1]


def audited(management: ManagementCluster) -> int:
    """How many requests the driver's account has made."""
    time.sleep(AUDIT_SECONDS)
    events = map(json.loads, management.audit_log.read_text().splitlines())
    return sum(
        1
        for event in events
        if event["stage"] == ("ResponseStarted" if event["verb"] == "watch" else "ResponseComplete")
    )


# ---- the figures


def show(figures: dict[str, dict[str, Any]], count: int) -> None:
    """As a table, with ratios."""
    own, peer = figures["own"], figures["peer"]
    print(f"A pass over {CLUSTERS} clusters in progress ({count} objects), without Magnum's database:")
    print(f"  {'':34}{'this driver':>14}{'magnum-capi-helm':>18}{'ratio':>10}")
    rows = [
        ("requests to the management cluster", "requests", ".1f"),
        ("time in seconds", "seconds", ".4f"),
        ("to know the clusters' state", "looking", ".4f"),
        ("processor time in seconds", "processor", ".4f"),
    ]
    for title, key, form in rows:
        ratio = f"{peer[key] / own[key]:10.0f}" if own[key] else "       all"
        print(f"  {title:34}{own[key]:14{form}}{peer[key]:18{form}}{ratio}")
    grown = own["grown"] / MEBIBYTE * 1000 / CLUSTERS
    print(f"  memory of this driver for the objects: {grown:.1f} MiB per 1,000 clusters")
    print(f"  this driver says: {'; '.join(own['statuses'])}")


if __name__ == "__main__":
    main()
