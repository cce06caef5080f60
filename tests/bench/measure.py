# SPDX-License-Identifier: Apache-2.0
"""What the driver costs beyond Helm and OpenStack: time in a create, requests for a status.

It runs in the stack's virtual environment and uses its management cluster, as the driver's own account.
"""

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from magnum_capi_rdma import _core

ROOT = Path(__file__).resolve().parents[2]
STATE = Path(os.environ["STACK_STATE"])
AUDIT_LOG = Path(os.environ["STACK_LOGS"]) / "audit.log"
RUNS_PURE, RUNS_CREATE, RUNS_STATUS = 300, 30, 1000
# The API server writes its audit log a moment after it has answered.
AUDIT_SECONDS = 2
HELM_THAT_DOES_NOTHING = "#!/bin/sh\nexec echo '{\"version\": 1}'\n"


def main() -> None:
    """Measure and print."""
    request = json.loads((ROOT / "docs" / "examples" / "rdma-cluster.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        helm = Path(folder) / "helm"
        helm.write_text(HELM_THAT_DOES_NOTHING)
        helm.chmod(0o755)
        settings = {
            "kubeconfig": str(STATE / "magnum-kubeconfig"),
            "helm_binary": str(helm),
            "chart_directory": folder,
        }
        print("A create, with OpenStack's answers in hand and a Helm that does nothing:")
        show_time("validate", RUNS_PURE, lambda: _core.validate(request))
        show_time("render the values", RUNS_PURE, lambda: _core.render_values(request))
        create(settings, request)
        print("\nThe status of a cluster that does not change:")
        status(settings, request)


def create(settings: dict[str, Any], request: dict[str, Any]) -> None:
    """All of `apply`: validation, values, namespace, secrets, a look for old revisions, the process."""
    pair = {"certificate": "a certificate", "key": "a key"}
    secrets = {
        "clouds_yaml": "clouds: {}",
        "cacert": None,
        "certificates": dict.fromkeys(("ca", "etcd", "proxy", "sa"), pair),
    }
    operation = operation_of(request)
    try:
        before = len(audited())
        show_time("apply", RUNS_CREATE, lambda: _core.apply(settings, request, secrets))
        requests = (len(audited()) - before) / (RUNS_CREATE + 1)
        print(f"    requests to the management cluster in each: {requests:.1f}")
    finally:
        _core.forget(settings, operation)


def status(settings: dict[str, Any], request: dict[str, Any]) -> None:
    """`observe`, once the watch is running."""
    operation = operation_of(request)
    infrastructure = {
        "apiGroup": "infrastructure.cluster.x-k8s.io",
        "kind": "OpenStackCluster",
        "name": operation["release"],
    }
    cluster = {
        "apiVersion": "cluster.x-k8s.io/v1beta2",
        "kind": "Cluster",
        "metadata": {"name": operation["release"], "namespace": operation["namespace"]},
        "spec": {"infrastructureRef": infrastructure},
    }
    kubectl("apply", "-f", "-", document=cluster)
    try:
        _core.observe(settings, operation, {})
        before = len(audited())
        show_time("observe", RUNS_STATUS, lambda: _core.observe(settings, operation, {}))
        print(f"    requests to the management cluster in all of them: {len(audited()) - before}")
    finally:
        kubectl("delete", "cluster.cluster.x-k8s.io", operation["release"], "-n", operation["namespace"])


def operation_of(request: dict[str, Any]) -> dict[str, Any]:
    """What Magnum waits for after the request."""
    fields = ("name", "role", "node_count")
    return {
        "kind": "create",
        "uuid": request["cluster"]["uuid"],
        "release": request["cluster"]["stack_id"],
        "namespace": _core.names(request, "")["namespace"],
        "node_groups": [{field: group[field] for field in fields} for group in request["node_groups"]],
    }


def show_time(what: str, runs: int, call: Callable[[], object]) -> None:
    """Call often, after once to warm up; print the median and the slowest."""
    call()
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    middle, slowest = statistics.median(seconds) * 1000, max(seconds) * 1000
    print(f"  {what:20} median {middle:8.2f} ms   slowest {slowest:8.2f} ms   of {runs}")


def audited() -> list[str]:
    """The driver's requests so far, as the API server has noted them; watches count when they begin."""
    time.sleep(AUDIT_SECONDS)
    events = map(json.loads, AUDIT_LOG.read_text().splitlines())
    return [
        event["auditID"]
        for event in events
        if event["user"]["username"].endswith(":magnum-capi-rdma")
        and event["stage"] == ("ResponseStarted" if event["verb"] == "watch" else "ResponseComplete")
    ]


def kubectl(*arguments: str, document: dict[str, Any] | None = None) -> None:
    """As the administrator of the management cluster."""
    given = json.dumps(document) if document else None
    subprocess.run(["kubectl", *arguments], input=given, text=True, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
