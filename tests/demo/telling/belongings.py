# SPDX-License-Identifier: Apache-2.0
"""What the tenant has in OpenStack and what the management cluster holds: after the demo as before."""

import json
from concurrent.futures import ThreadPoolExecutor

from telling.terminal import NotAsExpected, Terminal, say

AT_ONCE = 3

OPENSTACK = {
    "Magnum clusters": ("coe", "cluster", "list"),
    "Magnum templates": ("coe", "cluster", "template", "list"),
    "Nova servers": ("server", "list"),
    "Cinder volumes": ("volume", "list"),
    "Neutron ports": ("port", "list"),
    "Neutron networks": ("network", "list"),
    "Neutron subnets": ("subnet", "list"),
    "Neutron routers": ("router", "list"),
    "floating IPs": ("floating", "ip", "list"),
    "security groups": ("security", "group", "list"),
    "application credentials": ("application", "credential", "list"),
}
CLUSTER_API_GROUPS = ("cluster.x-k8s.io", "addons.stackhpc.com")
KUBERNETES = ("secrets", "configmaps", "deployments.apps", "roles.rbac.authorization.k8s.io")
# Kubernetes itself puts this into every namespace.
OF_EVERY_NAMESPACE = "configmap/kube-root-ca.crt"

Belongings = dict[str, set[str]]


def seen(terminal: Terminal) -> Belongings:
    """Everything there is now, by what it is."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        kinds = [(what, pool.submit(_openstack, terminal, command)) for what, command in OPENSTACK.items()]
        kinds.append(("Cluster API objects", pool.submit(_cluster_api, terminal)))
        kinds.append(("secrets and other objects", pool.submit(_kubernetes, terminal)))
        kinds.append(("Helm releases", pool.submit(_helm, terminal)))
        return {what: found.result() for what, found in kinds}


def compare(before: Belongings, after: Belongings) -> None:
    """Tell for each kind that nothing was left, or end the demo with what was."""
    left = {what: after[what] - before[what] for what in after}
    for what, names in left.items():
        say(f"  {'✗' if names else '✓'} {what}: {', '.join(sorted(names)) or 'nothing left'}")
    if any(left.values()):
        raise NotAsExpected("expected: nothing of the cluster is left")


def _openstack(terminal: Terminal, command: tuple[str, ...]) -> set[str]:
    rows = terminal.document("openstack", *command, "-f", "json")
    return {str(row.get("Name") or row.get("name") or row.get("ID") or row.get("uuid")) for row in rows}


def _cluster_api(terminal: Terminal) -> set[str]:
    listed = terminal.answer("kubectl", "api-resources", "--verbs=list", "--namespaced", "-o", "name")
    kinds = [name for name in listed.split() if name.endswith(CLUSTER_API_GROUPS)]
    return _objects(terminal, kinds)


def _kubernetes(terminal: Terminal) -> set[str]:
    objects = _objects(terminal, list(KUBERNETES))
    return {name for name in objects if not name.endswith(f"/{OF_EVERY_NAMESPACE}")}


def _objects(terminal: Terminal, kinds: list[str]) -> set[str]:
    items = terminal.document("kubectl", "get", "-A", "-o", "json", ",".join(kinds))["items"]
    return {
        f"{item['metadata']['namespace']}/{item['kind'].lower()}/{item['metadata']['name']}" for item in items
    }


def _helm(terminal: Terminal) -> set[str]:
    releases = json.loads(terminal.answer("helm", "list", "--all-namespaces", "-o", "json"))
    return {f"{release['namespace']}/{release['name']}" for release in releases}
