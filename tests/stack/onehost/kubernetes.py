# SPDX-License-Identifier: Apache-2.0
"""etcd and two Kubernetes API servers on it: the management cluster's, and one for a workload cluster's."""

from __future__ import annotations

import base64
import json
from functools import partial

from onehost import probes
from onehost.builds import KUBERNETES_BUILD
from onehost.layout import SOURCE
from onehost.stack import Stack
from onehost.steps import Service, Step, Task, content, digest
from onehost.templates import write_private

CONTROLLERS = "garbage-collector-controller,namespace-controller,serviceaccount-controller"


def steps(stack: Stack) -> list[Step]:
    """Keys, etcd, the API servers, and of the controllers what Cluster API needs."""
    return [
        Task(
            "certificates", partial(_certificates, stack), needs=("venv",), fingerprint=_certificates_program
        ),
        _etcd(stack),
        _api_server(stack, "kube-apiserver", "/registry", audited=True),
        _api_server(stack, "workload-apiserver", "/workload", audited=False),
        _controller_manager(stack),
    ]


# ---- Keys and kubeconfig files


def _certificates_program() -> str:
    return digest(content(SOURCE / "inside" / "certificates.py"))


def _certificates(stack: Stack) -> None:
    stack.run("certificates", [*stack.inside("certificates.py"), str(stack.layout.pki)])
    for server, path in (
        ("kube-apiserver", stack.layout.kubeconfig),
        ("workload-apiserver", stack.layout.workload_kubeconfig),
    ):
        user = {
            "client-certificate-data": _base64(stack, "admin.crt"),
            "client-key-data": _base64(stack, "admin.key"),
        }
        write_private(path, kubeconfig(stack, server, user))


def kubeconfig(stack: Stack, server: str, user: dict[str, str]) -> str:
    """A kubeconfig file for one of the API servers."""
    name = f"{stack.settings.name}-{server}"
    cluster = {
        "server": f"https://127.0.0.1:{stack.ports[server]}",
        "certificate-authority-data": _base64(stack, "ca.crt"),
    }
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "clusters": [{"name": name, "cluster": cluster}],
            "users": [{"name": name, "user": user}],
        },
        indent=2,
    )


def _base64(stack: Stack, name: str) -> str:
    return base64.b64encode((stack.layout.pki / name).read_bytes()).decode()


def _administrator(stack: Stack) -> probes.Identity:
    pki = stack.layout.pki
    return probes.client_certificate(pki / "ca.crt", pki / "admin.crt", pki / "admin.key")


# ---- Kubernetes


def _etcd(stack: Stack) -> Service:
    client = f"http://127.0.0.1:{stack.ports['etcd']}"
    peer = f"http://127.0.0.1:{stack.ports['etcd-peer']}"
    return Service(
        name="etcd",
        command=[
            str(KUBERNETES_BUILD.program("etcd")),
            f"--data-dir={stack.layout.data / 'etcd'}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync",
            "--log-level=warn",
        ],
        environment=stack.environment(),
        ports=(stack.ports["etcd"], stack.ports["etcd-peer"]),
        ready=probes.http(f"{client}/readyz"),
        needs=(KUBERNETES_BUILD.step,),
    )


def _api_server(stack: Stack, name: str, prefix: str, *, audited: bool) -> Service:
    pki = stack.layout.pki
    policy = SOURCE / "etc" / "audit-policy.yaml"
    audit = [
        f"--audit-policy-file={policy}",
        f"--audit-log-path={stack.layout.logs / 'audit.log'}",
        "--audit-log-maxsize=200",
        "--audit-log-maxbackup=1",
    ]
    return Service(
        name=name,
        command=[
            str(KUBERNETES_BUILD.program("kube-apiserver")),
            f"--etcd-servers=http://127.0.0.1:{stack.ports['etcd']}",
            f"--etcd-prefix={prefix}",
            f"--secure-port={stack.ports[name]}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            f"--cert-dir={stack.layout.data / name}",
            f"--tls-cert-file={pki / 'apiserver.crt'}",
            f"--tls-private-key-file={pki / 'apiserver.key'}",
            f"--client-ca-file={pki / 'ca.crt'}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={pki / 'service-account.pub'}",
            f"--service-account-signing-key-file={pki / 'service-account.key'}",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--authorization-mode=RBAC",
            "--allow-privileged=true",
            *(audit if audited else []),
        ],
        environment=stack.environment(),
        files=(pki / "apiserver.crt", *((policy,) if audited else ())),
        ports=(stack.ports[name],),
        ready=probes.http(f"https://127.0.0.1:{stack.ports[name]}/readyz", _administrator(stack)),
        needs=("etcd", "certificates"),
    )


def _controller_manager(stack: Stack) -> Service:
    port = stack.ports["kube-controller-manager"]
    return Service(
        name="kube-controller-manager",
        command=[
            str(KUBERNETES_BUILD.program("kube-controller-manager")),
            f"--kubeconfig={stack.layout.kubeconfig}",
            "--bind-address=127.0.0.1",
            f"--secure-port={port}",
            f"--cert-dir={stack.layout.data / 'kube-controller-manager'}",
            "--leader-elect=false",
            f"--controllers={CONTROLLERS}",
        ],
        environment=stack.environment(),
        files=(stack.layout.kubeconfig,),
        ports=(port,),
        ready=probes.tcp(port),
        needs=("kube-apiserver",),
    )
