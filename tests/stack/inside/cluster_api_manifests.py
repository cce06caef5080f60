# SPDX-License-Identifier: Apache-2.0
"""Points Cluster API's webhooks at processes of this host.

Usage: cluster_api_manifests.py SOURCE TARGET AUTHORITY MANAGER=PORT …

The manifests that Cluster API ships name a Service of the cluster as the receiver of conversions and of
admission reviews. Here each manager is a process that listens on a loopback port, with a certificate of the
given authority.
Runs inside the virtual environment, for PyYAML.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any

import yaml

PROVIDERS = {
    "core": "cluster-api",
    "bootstrap": "bootstrap-kubeadm",
    "controlplane": "control-plane-kubeadm",
}
CONTRACTS = {"cluster.x-k8s.io/v1beta1": "v1beta1", "cluster.x-k8s.io/v1beta2": "v1beta2"}

Manifest = dict[str, Any]


def main(source: Path, target: Path, authority: Path, managers: dict[str, str]) -> None:
    """Write two files for each manager: its resource definitions and its webhook configurations."""
    bundle = base64.b64encode(authority.read_bytes()).decode()
    for manager, port in managers.items():
        address = f"https://127.0.0.1:{port}"
        definitions = [
            with_conversion(with_labels(definition, manager), address, bundle)
            for path in sorted((source / manager / "crds").glob("*.yaml"))
            for definition in load(path)
        ]
        webhooks = [
            with_address(configuration, manager, address, bundle)
            for configuration in load(source / manager / "webhooks.yaml")
        ]
        (target / f"{manager}-crds.yaml").write_text(yaml.dump_all(definitions, Dumper=yaml.CSafeDumper))
        (target / f"{manager}-webhooks.yaml").write_text(yaml.dump_all(webhooks, Dumper=yaml.CSafeDumper))


def load(path: Path) -> list[Manifest]:
    """The documents of a file."""
    with path.open() as stream:
        return [document for document in yaml.load_all(stream, Loader=yaml.CSafeLoader) if document]


def with_labels(definition: Manifest, manager: str) -> Manifest:
    """The labels by which Cluster API finds providers and the versions of their contracts."""
    labels = definition["metadata"].setdefault("labels", {})
    labels["cluster.x-k8s.io/provider"] = PROVIDERS[manager]
    if manager != "core":
        labels.update(CONTRACTS)
    return definition


def with_conversion(definition: Manifest, address: str, bundle: str) -> Manifest:
    """Conversion between versions by the manager, where there is more than one version."""
    if len(definition["spec"]["versions"]) > 1:
        definition["spec"]["conversion"] = {
            "strategy": "Webhook",
            "webhook": {
                "conversionReviewVersions": ["v1"],
                "clientConfig": {"url": f"{address}/convert", "caBundle": bundle},
            },
        }
    return definition


def with_address(configuration: Manifest, manager: str, address: str, bundle: str) -> Manifest:
    """Admission reviews by the manager; all managers ship configurations of the same names."""
    configuration["metadata"]["name"] = f"{manager}-{configuration['metadata']['name']}"
    for webhook in configuration["webhooks"]:
        path = webhook["clientConfig"]["service"]["path"]
        webhook["clientConfig"] = {"url": f"{address}{path}", "caBundle": bundle}
    return configuration


if __name__ == "__main__":
    source, target, authority, *ports = sys.argv[1:]
    main(Path(source), Path(target), Path(authority), dict(port.split("=", 1) for port in ports))
