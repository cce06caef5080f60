# SPDX-License-Identifier: Apache-2.0
"""One release as the driver's core brings it about on the real API server; nobody acts on its objects."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
import yaml
from cloud import Cloud

Document = dict[str, Any]
HERE = Path(__file__).resolve().parent
EXAMPLE = json.loads((HERE.parents[1] / "docs/examples/rdma-cluster.json").read_text())
ADDONS = "apis/addons.stackhpc.com/v1alpha1"
OBJECTS = 80
# What makes Helm take seconds for these objects.
SLOWLY = {"HELM_QPS": "10", "HELM_BURST_LIMIT": "10"}
PATIENCE_SECONDS = 120.0
CONDUCTOR = """
import json, sys
from magnum_capi_rdma import _core
function, arguments = json.load(sys.stdin)
try:
    print(json.dumps({"done": getattr(_core, function)(*arguments)}))
except _core.CoreError as error:
    print(json.dumps({"code": error.code, "text": str(error)}))
"""
SECRETS = {
    "clouds_yaml": "clouds: {}\n",
    "cacert": None,
    "certificates": {purpose: {"certificate": "c", "key": "k"} for purpose in ("ca", "etcd", "proxy", "sa")},
}


def wait_until(true: Callable[[], Any]) -> None:
    """Look until it is so."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end, "it never came true"


class ManagementCluster:
    """The API server as an administrator asks it, fast enough to see what Helm is doing."""

    def __init__(self, kubeconfig: str, folder: Path) -> None:
        document = yaml.safe_load(Path(kubeconfig).read_text())
        cluster, user = document["clusters"][0]["cluster"], document["users"][0]["user"]
        texts = {
            "ca": cluster["certificate-authority-data"],
            "crt": user["client-certificate-data"],
            "key": user["client-key-data"],
        }
        for name, text in texts.items():
            (folder / name).write_bytes(base64.b64decode(text))
        self._server = cluster["server"]
        self._session = requests.Session()
        # The surroundings may name certificates of their own, and a proxy.
        self._session.trust_env = False
        self._session.verify = str(folder / "ca")
        self._session.cert = (str(folder / "crt"), str(folder / "key"))

    def list(self, path: str, labels: str = "") -> list[Document]:
        """The objects at a path."""
        answer = self._session.get(f"{self._server}/{path}", params={"labelSelector": labels})
        answer.raise_for_status()
        return list(answer.json()["items"])


class Conductor:
    """A process that does one thing with the driver's core."""

    def __init__(self, function: str, *arguments: Any, slowly: bool = False) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CONDUCTOR],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **(SLOWLY if slowly else {})},
        )
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([function, arguments]))
        self.process.stdin.close()
        self.process.stdin = None

    def answer(self) -> Document:
        """What came of it."""
        printed, _ = self.process.communicate()
        return dict(json.loads(printed))

    def kill(self) -> None:
        """End it without a warning."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


class Release:
    """A cluster's release, and what a conductor does to it."""

    def __init__(self, admin: Cloud, helm: str, folder: Path) -> None:
        self.admin, self.helm, self.folder = admin, helm, folder
        self.uuid, self.project = str(uuid.uuid4()), uuid.uuid4().hex
        self.name, self.namespace = f"training-{uuid.uuid4().hex[:12]}", f"magnum-{self.project}"
        self.runs = folder / "runs"
        self.runs.write_text("")
        self.chart = HERE / "charts" / "small"
        self._api = ManagementCluster(admin.environment["KUBECONFIG"], folder)

    # ---- what a conductor does

    def settings(self) -> Document:
        """The core's settings: the driver's own account, and Helm through a program that counts its runs."""
        program = self.folder / "helm"
        found = self.admin.run("which", self.helm).strip()
        program.write_text(f'#!/bin/sh\necho "$1" >> {self.runs}\nexec {found} "$@"\n')
        program.chmod(0o755)
        return {
            "kubeconfig": str(Path(self.admin.environment["STACK_STATE"]) / "magnum-kubeconfig"),
            "helm_binary": str(program),
            "helm_timeout_seconds": 300,
            "chart": str(self.chart),
            "chart_repository": None,
            "chart_version": None,
            "chart_digest": [],
            "chart_directory": str(self.folder / "charts"),
            "request_timeout_seconds": 30,
        }

    def request(self, **nodes: int) -> Document:
        """The cluster with these worker groups."""
        request: Document = json.loads(json.dumps(EXAMPLE))
        request["cluster"] |= {"uuid": self.uuid, "project_id": self.project, "stack_id": self.name}
        request["cluster"]["labels"] = {}
        master, worker = request["node_groups"]
        groups = [{**worker, "name": name, "node_count": count} for name, count in nodes.items()]
        request["node_groups"] = [master, *groups]
        return request

    def operation(self) -> Document:
        """The cluster's end."""
        return {"kind": "delete", "uuid": self.uuid, "release": self.name, "namespace": self.namespace}

    def applying(self, **nodes: int) -> Conductor:
        """A conductor that has begun to bring the release to these worker groups, with a slow Helm."""
        return Conductor("apply", self.settings(), self.request(**nodes), SECRETS, slowly=True)

    def apply(self, **nodes: int) -> Document:
        """The same with a fast one, to its end."""
        return Conductor("apply", self.settings(), self.request(**nodes), SECRETS).answer()

    def deleting(self) -> Conductor:
        """A conductor that has begun to delete it, with a slow Helm."""
        return Conductor("delete", self.settings(), self.operation(), slowly=True)

    # ---- what there is

    def list(self, group: str, kind: str, labels: str = "") -> list[Document]:
        """The objects of a kind in the release's namespace."""
        return self._api.list(f"{group}/namespaces/{self.namespace}/{kind}", labels)

    def by_hand(self, *command: str) -> str:
        """What Helm prints for an administrator."""
        return self.admin.run(self.helm, *command, "--namespace", self.namespace)

    def statuses(self) -> list[str]:
        """The status of each revision, the oldest first."""
        found = self.list("api/v1", "secrets", f"owner=helm,name={self.name}")
        found.sort(key=lambda secret: int(secret["metadata"]["labels"]["version"]))
        return [secret["metadata"]["labels"]["status"] for secret in found]

    def latest(self) -> str:
        """The status of the latest revision; empty without any."""
        return "".join(self.statuses()[-1:])

    def many(self) -> list[int]:
        """What each of the many objects says."""
        return [item["spec"]["nodes"] for item in self.list(ADDONS, "helmreleases")]

    def groups(self) -> dict[str, int]:
        """What the object of each node group says."""
        items = self.list(ADDONS, "manifests")
        return {
            item["metadata"]["name"].removeprefix(f"{self.name}-"): item["spec"]["nodes"] for item in items
        }

    def is_at(self, **nodes: int) -> bool:
        """Whether every object is as these worker groups have it, and no other is there."""
        number = int("".join(map(str, nodes.values())))
        return self.many() == [number] * OBJECTS and self.groups() == nodes

    def lock(self) -> Document | None:
        """The lease, while there is one."""
        items = self.list("apis/coordination.k8s.io/v1", "leases")
        return items[0] if items else None

    def kill(self, conductor: Conductor) -> None:
        """End a conductor in the middle of its work, and its lock, which would run out (see test_lock)."""
        conductor.kill()
        self.admin.run("kubectl", "delete", "leases", "--all", "--namespace", self.namespace)

    def helm_runs(self) -> list[str]:
        """What Helm was started for, since it was asked last."""
        runs = self.runs.read_text().split()
        self.runs.write_text("")
        return runs

    def remove(self) -> None:
        """Leave nothing of it."""
        self.admin.run("kubectl", "delete", "namespace", self.namespace, "--ignore-not-found", "--wait=false")
