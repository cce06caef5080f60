# SPDX-License-Identifier: Apache-2.0
"""What brings RDMA into pods: from the release to the cluster."""

import base64
from dataclasses import dataclass

from telling.terminal import Terminal, expect, heading, say

NAMESPACE = "rdma-system"
RESOURCE_SET = "addons.cluster.x-k8s.io/resource-set"
CARRIED = "delivered"
PATIENCE_SECONDS = 180


@dataclass(frozen=True)
class Release:
    """The cluster's Helm release."""

    name: str
    namespace: str


def show(terminal: Terminal, inside: Terminal, release: Release) -> None:
    """The sets that Cluster API applies, and what they have become inside the workload cluster."""
    heading("The RDMA addon: what the cluster receives")
    namespace = ("-n", release.namespace)
    applied = "--for=condition=ResourcesApplied", f"--timeout={PATIENCE_SECONDS}s"
    terminal.show("kubectl", "wait", *applied, "clusterresourceset", "--all", *namespace)
    terminal.show("kubectl", "get", "clusterresourceset", *namespace)
    say("Inside the workload cluster, with the tenant's configuration:\n")
    _expect_attachment(inside)
    say("\nThe API server of this workload cluster is in memory. A real one takes the same manifests:\n")
    workload = terminal.with_variables(KUBECONFIG=terminal.variable("WORKLOAD_KUBECONFIG"))
    first, second = delivered(terminal, release)
    workload.show("kubectl", "apply", "-f", first)
    workload.answer("kubectl", "wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
    workload.show("kubectl", "apply", "-f", second)


def delivered(terminal: Terminal, release: Release) -> tuple[str, str]:
    """The addon's manifests as the resource sets carry them: Kubernetes' own kinds, then custom resources."""
    secrets = terminal.document("kubectl", "get", "secrets", "-n", release.namespace, "-o", "json")["items"]
    carried = {
        secret["metadata"]["name"]: secret["data"] for secret in secrets if secret["type"] == RESOURCE_SET
    }

    def written(suffix: str) -> str:
        content = carried[f"{release.name}{suffix}"]
        file = terminal.folder / f"{CARRIED}{suffix}.yaml"
        file.write_text("".join(base64.b64decode(content[name]).decode() for name in sorted(content)))
        return file.name

    return written("-rdma-config"), written("-rdma-custom-resources")


def _expect_attachment(cluster: Terminal) -> None:
    kinds = ("daemonsets", "network-attachment-definitions")
    cluster.show("kubectl", "get", ",".join(kinds), "-n", NAMESPACE, "-o", "name")
    attachments = ("kubectl", "get", kinds[1], "-n", NAMESPACE, "-o")
    cluster.show(*attachments, "jsonpath={range .items[*]}{.metadata.name}: {.spec.config}{end}")
    names = [found["metadata"]["name"] for found in cluster.document(*attachments, "json")["items"]]
    expect("there is one attachment, for the network rdma", holds=names == ["rdma"])
