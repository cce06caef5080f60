# SPDX-License-Identifier: Apache-2.0
"""Cluster API with its webhooks, the infrastructure provider, and the account of Magnum's driver."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from onehost import probes
from onehost.builds import CLUSTER_API_BUILD, PROVIDER_BUILD
from onehost.kubernetes import kubeconfig
from onehost.layout import REPOSITORY, SOURCE
from onehost.stack import Stack
from onehost.steps import Service, Step, Task, content, digest
from onehost.templates import write_private

DRIVER_NAMESPACE = "magnum-system"
DRIVER_ACCOUNT = "magnum-capi-rdma"
ACCOUNT_LIFETIME = "87600h"
MANAGERS = {
    "core": ("capi-core", "capi-system"),
    "bootstrap": ("capi-bootstrap-kubeadm", "capi-kubeadm-bootstrap-system"),
    "controlplane": ("capi-controlplane-kubeadm", "capi-kubeadm-control-plane-system"),
}
CRDS = SOURCE / "management" / "crds"
PROVIDER_CRDS = SOURCE / "go" / "cluster-api" / "provider" / "crds"


def steps(stack: Stack) -> list[Step]:
    """Webhooks are registered only once the managers answer: until then they would refuse every object."""
    managers = [_manager(stack, manager) for manager in MANAGERS]
    return [
        Task("manifests", partial(_write_manifests, stack), needs=("certificates", CLUSTER_API_BUILD.step)),
        Task(
            "resource-definitions",
            partial(_apply_definitions, stack),
            needs=("kube-apiserver", "manifests"),
            fingerprint=lambda: digest(*(content(path) for path in _definitions(stack))),
        ),
        *managers,
        Task(
            "webhooks",
            partial(_apply_webhooks, stack),
            needs=tuple(manager.name for manager in managers),
            fingerprint=lambda: digest(*(content(path) for path in _webhooks(stack))),
        ),
        _provider(stack),
        Task(
            "driver-account",
            partial(_create_driver_account, stack),
            needs=("kube-apiserver",),
            fingerprint=lambda: digest(content(_driver_account())),
        ),
    ]


def _manifests(stack: Stack) -> Path:
    return stack.layout.etc / "cluster-api"


def _definitions(stack: Stack) -> list[Path]:
    return [*(_manifests(stack) / f"{manager}-crds.yaml" for manager in MANAGERS), CRDS, PROVIDER_CRDS]


def _webhooks(stack: Stack) -> list[Path]:
    return [_manifests(stack) / f"{manager}-webhooks.yaml" for manager in MANAGERS]


def _write_manifests(stack: Stack) -> None:
    target = _manifests(stack)
    target.mkdir(exist_ok=True)
    webhook_ports = [f"{manager}={stack.ports[f'capi-{manager}-webhook']}" for manager in MANAGERS]
    source = CLUSTER_API_BUILD.folder / "manifests"
    authority = stack.layout.pki / "ca.crt"
    command = [
        *stack.inside("cluster_api_manifests.py"),
        str(source),
        str(target),
        str(authority),
        *webhook_ports,
    ]
    wanted = digest(*command, content(SOURCE / "inside" / "cluster_api_manifests.py"), content(authority))
    mark = target / "written"
    if content(mark) != wanted.encode():
        stack.run("manifests", command)
        mark.write_text(wanted)


def _apply(stack: Stack, paths: Sequence[Path]) -> None:
    files = [argument for path in paths for argument in ("--filename", str(path))]
    stack.kubectl(stack.layout.kubeconfig, "apply", "--server-side", "--force-conflicts", *files)


def _apply_definitions(stack: Stack) -> None:
    _apply(stack, _definitions(stack))
    stack.kubectl(
        stack.layout.kubeconfig,
        "wait",
        "--for=condition=Established",
        "--timeout=60s",
        "customresourcedefinitions",
        "--all",
    )
    _apply(stack, [SOURCE / "management" / "namespaces.yaml"])


def _apply_webhooks(stack: Stack) -> None:
    _apply(stack, _webhooks(stack))


def _manager(stack: Stack, manager: str) -> Service:
    program, namespace = MANAGERS[manager]
    webhook, health, diagnostics = (
        stack.ports[f"capi-{manager}-{purpose}"] for purpose in ("webhook", "health", "diagnostics")
    )
    return Service(
        name=program,
        command=[
            str(CLUSTER_API_BUILD.program(program)),
            f"--kubeconfig={stack.layout.kubeconfig}",
            f"--webhook-port={webhook}",
            f"--webhook-cert-dir={stack.layout.pki / 'webhook'}",
            f"--health-addr=127.0.0.1:{health}",
            f"--diagnostics-address=127.0.0.1:{diagnostics}",
            "--insecure-diagnostics=true",
            # Machines with Flatcar need it.
            "--feature-gates=KubeadmBootstrapFormatIgnition=true",
        ],
        environment=stack.environment(
            POD_NAMESPACE=namespace, POD_NAME=program, POD_UID="00000000-0000-0000-0000-000000000000"
        ),
        files=(stack.layout.kubeconfig,),
        ports=(webhook, health, diagnostics),
        ready=probes.http(f"http://127.0.0.1:{health}/readyz"),
        needs=("resource-definitions",),
    )


def _provider(stack: Stack) -> Service:
    health = stack.ports["openstack-provider-health"]
    return Service(
        name="openstack-provider",
        command=[
            str(PROVIDER_BUILD.program("openstack-provider")),
            f"--kubeconfig={stack.layout.kubeconfig}",
            "--workload-host=127.0.0.1",
            f"--workload-min-port={stack.ports['workload-clusters']}",
            f"--health-addr=127.0.0.1:{health}",
        ],
        environment=stack.environment(),
        files=(stack.layout.kubeconfig,),
        ports=(health,),
        ready=probes.http(f"http://127.0.0.1:{health}/readyz"),
        needs=(PROVIDER_BUILD.step, "resource-definitions"),
    )


# ---- The driver's account


def _driver_account() -> Path:
    documented = REPOSITORY / "docs" / "rbac.yaml"
    return documented if documented.exists() else SOURCE / "management" / "driver-rbac.yaml"


def _create_driver_account(stack: Stack) -> None:
    _apply(stack, [_driver_account()])
    token = stack.kubectl(
        stack.layout.kubeconfig,
        "create",
        "token",
        DRIVER_ACCOUNT,
        f"--namespace={DRIVER_NAMESPACE}",
        f"--duration={ACCOUNT_LIFETIME}",
    )
    write_private(
        stack.layout.driver_kubeconfig, kubeconfig(stack, "kube-apiserver", {"token": token.strip()})
    )
