# SPDX-License-Identifier: Apache-2.0
"""A management cluster without controllers: etcd, the real kube-apiserver, and what a test writes there."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "stack"), str(ROOT / "tests" / "stack" / "inside")]

import certificates  # noqa: E402 - found only now
from onehost.builds import KUBERNETES_BUILD  # noqa: E402

Document = dict[str, Any]
# Longer than any step takes on two busy cores. Nothing depends on how long it really is.
PATIENCE_SECONDS = 300.0
NAMESPACE = "magnum-0123456789abcdef0123456789abcdef"

CORE, INFRASTRUCTURE, ADDON_PROVIDER = (
    "cluster.x-k8s.io",
    "infrastructure.cluster.x-k8s.io",
    "addons.stackhpc.com",
)
# Group, plural, kind, versions; the last version is the stored one.
DEFINITIONS = (
    (CORE, "clusters", "Cluster", ("v1beta1", "v1beta2")),
    (CORE, "machinedeployments", "MachineDeployment", ("v1beta1", "v1beta2")),
    (CORE, "machinehealthchecks", "MachineHealthCheck", ("v1beta1", "v1beta2")),
    (CORE, "machines", "Machine", ("v1beta1", "v1beta2")),
    ("controlplane.cluster.x-k8s.io", "kubeadmcontrolplanes", "KubeadmControlPlane", ("v1beta1", "v1beta2")),
    (INFRASTRUCTURE, "openstackclusters", "OpenStackCluster", ("v1beta1",)),
    (INFRASTRUCTURE, "openstackmachines", "OpenStackMachine", ("v1beta1",)),
    ("addons.cluster.x-k8s.io", "clusterresourcesets", "ClusterResourceSet", ("v1beta1", "v1beta2")),
)
OPTIONAL_DEFINITIONS = (
    (INFRASTRUCTURE, "openstackservers", "OpenStackServer", ("v1alpha1",)),
    (ADDON_PROVIDER, "helmreleases", "HelmRelease", ("v1alpha1",)),
    (ADDON_PROVIDER, "manifests", "Manifests", ("v1alpha1",)),
)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [found.getsockname()[1] for found in sockets]
    finally:
        for found in sockets:
            found.close()


def eventually(what: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """What comes of it once it is neither false nor fails."""
    end, trouble = time.monotonic() + seconds, None
    while time.monotonic() < end:
        try:
            if found := what():
                return found
            trouble = None
        except (requests.RequestException, AssertionError) as error:
            trouble = error
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {trouble}")


class ManagementCluster:
    """etcd and kube-apiserver as processes; `folder` holds their data, keys and logs."""

    def __init__(self, folder: Path, *, audited: bool = False) -> None:
        self.folder, self._audited = folder, audited
        self.pki = folder / "pki"
        self.pki.mkdir(parents=True)
        certificates.main(self.pki)
        self._etcd_port, peer, self.port = free_ports(3)
        self.url = f"https://127.0.0.1:{self.port}"
        self._etcd = self._run(
            "etcd",
            f"--data-dir={folder / 'etcd'}",
            f"--listen-client-urls=http://127.0.0.1:{self._etcd_port}",
            f"--advertise-client-urls=http://127.0.0.1:{self._etcd_port}",
            f"--listen-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-cluster=default=http://127.0.0.1:{peer}",
            "--unsafe-no-fsync",
            "--log-level=warn",
        )
        self._session = self.session()
        self._api: subprocess.Popen[bytes] | None = None

    # ---- processes

    def _run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{program}.log").open("ab") as log:
            command = [str(KUBERNETES_BUILD.program(program)), *arguments]
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def start(self) -> None:
        """Start the API server and wait until it answers."""
        policy = ROOT / "tests" / "stack" / "etc" / "audit-policy.yaml"
        audit = [f"--audit-policy-file={policy}", f"--audit-log-path={self.audit_log}"]
        self._api = self._run(
            "kube-apiserver",
            f"--etcd-servers=http://127.0.0.1:{self._etcd_port}",
            f"--secure-port={self.port}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            f"--cert-dir={self.folder / 'kube-apiserver'}",
            f"--tls-cert-file={self.pki / 'apiserver.crt'}",
            f"--tls-private-key-file={self.pki / 'apiserver.key'}",
            f"--client-ca-file={self.pki / 'ca.crt'}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self.pki / 'service-account.pub'}",
            f"--service-account-signing-key-file={self.pki / 'service-account.key'}",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--authorization-mode=RBAC",
            "--disable-admission-plugins=ServiceAccount",
            *(audit if self._audited else ()),
        )
        eventually(lambda: self.call("GET", "/readyz").status_code == requests.codes.ok)

    @property
    def audit_log(self) -> Path:
        """The requests of the driver's account."""
        return self.folder / "audit.log"

    def kill(self) -> None:
        """End the API server without a chance to say goodbye."""
        assert self._api is not None
        self._api.kill()
        self._api.wait()

    def freeze(self) -> None:
        """Stop the API server where it is: connections stay, and nothing answers."""
        assert self._api is not None
        self._api.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._api is not None
        self._api.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End everything."""
        for process in (self._api, self._etcd):
            if process is not None:
                process.kill()
                process.wait()

    # ---- requests of an administrator

    def session(self) -> requests.Session:
        """Connections of their own, for a thread."""
        session = requests.Session()
        session.trust_env = False
        session.verify = str(self.pki / "ca.crt")
        session.cert = (str(self.pki / "admin.crt"), str(self.pki / "admin.key"))
        return session

    def call(
        self, method: str, path: str, document: Document | None = None, **more: Any
    ) -> requests.Response:
        """One request."""
        more = {"timeout": 60, **more}
        return self._session.request(method, f"{self.url}{path}", json=document, **more)

    def must(self, method: str, path: str, document: Document | None = None, **more: Any) -> Document:
        """One request that must be granted."""
        response = self.call(method, path, document, **more)
        assert response.ok, f"{method} {path}: {response.status_code} {response.text[:500]}"
        return dict(response.json())

    def define(self, definitions: Any, *, with_status: bool = True) -> None:
        """Have kinds, of any content; their status apart from the rest, or written with it."""
        for group, plural, kind, versions in definitions:
            document = definition(group, plural, kind, versions, with_status=with_status)
            self.must("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", document)
        for group, plural, _kind, versions in definitions:
            eventually(
                lambda path=f"/apis/{group}/{versions[-1]}/{plural}": self.call("GET", path).ok  # type: ignore[misc]
            )

    def account(self, name: str) -> str:
        """A service account that may read everything; returns a token. One of the same name is replaced."""
        accounts = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts"
        self.call("DELETE", f"{accounts}/{name}")
        self.must("POST", accounts, {"metadata": {"name": name}})
        role = {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": name},
        }
        role["rules"] = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}]
        binding = {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": NAMESPACE}],
        }
        self.call("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", role)
        self.call("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", binding)
        asked = self.must("POST", f"{accounts}/{name}/token", {"spec": {"expirationSeconds": 86400}})
        return str(asked["status"]["token"])

    def kubeconfig(self, path: Path, user: Document) -> Path:
        """A kubeconfig file, put in place as a whole."""
        authority = base64.b64encode((self.pki / "ca.crt").read_bytes()).decode()
        cluster = {"server": self.url, "certificate-authority-data": authority}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "it",
            "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
            "clusters": [{"name": "it", "cluster": cluster}],
            "users": [{"name": "it", "user": user}],
        }
        return write(path, json.dumps(document))

    # ---- behind the API server's back

    def etcd(self, act: str, **body: Any) -> Document:
        """One request to etcd."""
        response = requests.post(f"http://127.0.0.1:{self._etcd_port}/v3/kv/{act}", json=body, timeout=60)
        response.raise_for_status()
        return dict(response.json())

    def delete_behind(self, group: str, plural: str, name: str) -> None:
        """Delete an object while no API server runs."""
        key = f"/registry/{group}/{plural}/{NAMESPACE}/{name}"
        deleted = self.etcd("deleterange", key=base64.b64encode(key.encode()).decode())
        assert deleted.get("deleted") == "1", f"{key}: {deleted}"

    def forget_history(self) -> None:
        """Compact etcd: no version but the latest is known any more."""
        revision = self.etcd("range", key="AA==", limit="1")["header"]["revision"]
        self.etcd("compaction", revision=revision, physical=True)


def write(path: Path, text: str) -> Path:
    """A file that only its owner reads, in place as a whole."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.chmod(0o600)
    os.replace(fresh, path)
    return path


def definition(
    group: str, plural: str, kind: str, versions: tuple[str, ...], *, with_status: bool
) -> Document:
    """A kind whose objects may hold anything."""
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": anything, "status": anything}}}
    served = [
        {
            "name": version,
            "served": True,
            "storage": version == versions[-1],
            "schema": schema,
            "subresources": {"status": {}} if with_status else {},
        }
        for version in versions
    ]
    names = {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {"group": group, "scope": "Namespaced", "names": names, "versions": served},
    }
