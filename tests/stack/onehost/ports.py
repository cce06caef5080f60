# SPDX-License-Identifier: Apache-2.0
"""The ports of a stack: one base and a fixed offset for each service."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

DEFAULT_BASE = 15000
SPACING = 100
LOWEST_BASE = 1024
HIGHEST_BASE = 28000

OFFSETS = {
    "keystone": 0,
    "glance": 1,
    "neutron": 2,
    "placement": 3,
    "nova": 4,
    "cinder": 5,
    "magnum": 6,
    "mariadb": 10,
    "rabbitmq": 11,
    "epmd": 12,
    "rabbitmq-distribution": 13,
    "etcd": 20,
    "etcd-peer": 21,
    "kube-apiserver": 22,
    "kube-controller-manager": 23,
    "workload-apiserver": 24,
    "capi-core-webhook": 30,
    "capi-core-health": 31,
    "capi-core-diagnostics": 32,
    "capi-bootstrap-webhook": 33,
    "capi-bootstrap-health": 34,
    "capi-bootstrap-diagnostics": 35,
    "capi-controlplane-webhook": 36,
    "capi-controlplane-health": 37,
    "capi-controlplane-diagnostics": 38,
    "openstack-provider-health": 39,
    "workload-clusters": 3000,
}


@dataclass(frozen=True)
class Ports:
    """The ports of one stack, by the name of what listens there."""

    base: int

    def __getitem__(self, name: str) -> int:
        return self.base + OFFSETS[name]


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def holder(port: int) -> str:
    """The process listening on a port, for a message: `nginx (process 12)`, or `another process`."""
    inodes = _listening_inodes(port)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            links = {str(link.readlink()) for link in (process / "fd").iterdir()}
            if links & inodes:
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:
            continue
    return "another process"


def _listening_inodes(port: int) -> set[str]:
    listening = "0A"
    found = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == listening and int(fields[1].rsplit(":", 1)[1], 16) == port:
                found.add(f"socket:[{fields[9]}]")
    return found
