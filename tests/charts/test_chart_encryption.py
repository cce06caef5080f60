# SPDX-License-Identifier: Apache-2.0
"""Encryption at rest takes its key from a Secret that is there already, which only an API server can tell."""

import base64
import http.server
import json
import pathlib
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from rendering import HERE, NAMESPACE, Helm, Object, at, decoded, find

KEY = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()

# What the cluster knows, by API version: Helm 4 wants to know of every kind that comes out.
KINDS = {
    "v1": ["Secret"],
    "bootstrap.cluster.x-k8s.io/v1beta2": ["KubeadmConfigTemplate"],
    "cluster.x-k8s.io/v1beta2": ["Cluster", "MachineDeployment", "MachineHealthCheck"],
    "controlplane.cluster.x-k8s.io/v1beta2": ["KubeadmControlPlane"],
    "infrastructure.cluster.x-k8s.io/v1beta1": ["OpenStackCluster", "OpenStackMachineTemplate"],
}


def discovery(api_version: str) -> Object:
    """The list of resources of an API version."""
    resources = [
        {"name": f"{kind.lower()}s", "kind": kind, "namespaced": True, "verbs": ["get"]}
        for kind in KINDS[api_version]
    ]
    return {"kind": "APIResourceList", "groupVersion": api_version, "resources": resources}


def groups() -> list[Object]:
    """The API groups that there are, each in one version."""
    versions = [(name.split("/")[0], name, name.split("/")[1]) for name in KINDS if "/" in name]
    return [
        {"name": group, "versions": [{"groupVersion": name, "version": version}]}
        for group, name, version in versions
    ]


ANSWERS: dict[str, Any] = {
    "/version": {"major": "1", "minor": "36", "gitVersion": "v1.36.3"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups()},
    **{f"/{'apis' if '/' in name else 'api'}/{name}": discovery(name) for name in KINDS},
    f"/api/v1/namespaces/{NAMESPACE}/secrets/demo-etcd-key": {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "demo-etcd-key", "namespace": NAMESPACE},
        "data": {"key": KEY},
    },
}


class ApiServer(http.server.BaseHTTPRequestHandler):
    """Answers what Helm asks on its way to one Secret."""

    def do_GET(self) -> None:
        answer = ANSWERS.get(self.path.partition("?")[0])
        body = json.dumps(answer or {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404})
        self.send_response(200 if answer else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@pytest.fixture
def kubeconfig(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A kubeconfig for an API server that has the key."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), ApiServer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    file = tmp_path / "kubeconfig"
    file.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [
                    {"name": "test", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}
                ],
                "users": [{"name": "test", "user": {}}],
                "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
                "current-context": "test",
            }
        )
    )
    yield file
    server.shutdown()
    server.server_close()


def test_the_api_server_gets_the_key(helm: Helm, kubeconfig: pathlib.Path) -> None:
    objects = helm.template(
        HERE / "values" / "minimal.yaml",
        {"etcd": {"encryption": {"enabled": True, "resources": ["secrets", "configmaps"]}}},
        arguments=("--dry-run=server", "--disable-openapi-validation", "--kubeconfig", str(kubeconfig)),
    )
    configuration = yaml.safe_load(decoded(find(objects, "Secret", "etcd-encryption"))["enc.yaml"])
    assert configuration["resources"] == [
        {
            "resources": ["secrets", "configmaps"],
            "providers": [{"secretbox": {"keys": [{"name": "key1", "secret": KEY}]}}, {"identity": {}}],
        }
    ]
    spec = find(objects, "KubeadmControlPlane", "control-plane")["spec"]["kubeadmConfigSpec"]
    assert {"name": "encryption-provider-config", "value": "/etc/kubernetes/enc/enc.yaml"} in at(
        spec, "clusterConfiguration.apiServer.extraArgs"
    )
    assert at(spec, "files.0.contentFrom.secret") == {"name": "demo-etcd-encryption", "key": "enc.yaml"}
    assert KEY not in json.dumps(spec), "the key is in an object that more people may read than Secrets"
