# SPDX-License-Identifier: Apache-2.0
"""The chapters of the demo."""

import json
import textwrap
import time
from typing import Any

from telling import addon, belongings
from telling.terminal import WIDTH, NotAsExpected, Stopwatch, Terminal, expect, heading, say

TEMPLATE, CLUSTER = "kubernetes-rdma", "training"
WORKERS = 2
POLL_SECONDS = 2
PATIENCE_SECONDS = 900
KUBERNETES_VERSION = "v1.36.3"
CONFIGURATION = "workload-configuration"
NODE_COLUMNS = (
    "custom-columns=NAME:.metadata.name,"
    'READY:.status.conditions[?(@.type=="Ready")].status,PROVIDER ID:.spec.providerID'
)
SERVER_COLUMNS = ("Name", "Status", "Flavor")
OBJECT_COLUMNS = (
    "custom-columns=KIND:.kind,NAME:.metadata.name,"
    'AVAILABLE:.status.conditions[?(@.type=="Available")].status'
)
PORT_LIST_COLUMNS = ("Name", "MAC Address", "Security Groups", "Device Owner")
PORT_COLUMNS = (
    "binding_vnic_type",
    "port_security_enabled",
    "security_group_ids",
    "device_owner",
    "fixed_ips",
)


def tell(terminal: Terminal) -> None:
    """All of it."""
    heading("What is there before")
    before = belongings.seen(terminal)
    counted = ", ".join(f"{len(names)} {what}" for what, names in before.items())
    say(textwrap.fill(counted, WIDTH, initial_indent="  ", subsequent_indent="  "))
    create_template(terminal)
    create_cluster(terminal)
    release = show_release(terminal)
    inside = show_nodes(terminal, release)
    show_ports(terminal)
    addon.show(terminal, inside, release)
    delete(terminal)
    heading("What is left")
    belongings.compare(before, belongings.seen(terminal))


def create_template(terminal: Terminal) -> None:
    """An ordinary tenant writes down what a cluster with RDMA is."""
    heading("A template: workers get a virtual function on the network rdma")
    terminal.show(
        "openstack", "coe", "cluster", "template", "create", TEMPLATE, "--coe", "kubernetes",
        "--image", f"ubuntu-2404-kube-{KUBERNETES_VERSION}", "--external-network", "public",
        "--flavor", "k8s.rdma", "--master-flavor", "k8s.control", "--network-driver", "calico",
        "--labels", "rdma_network=rdma,api_load_balancer_enabled=false",
        "-f", "yaml", "-c", "name", "-c", "image_id", "-c", "labels",
    )  # fmt: skip


def create_cluster(terminal: Terminal) -> None:
    """Magnum hands the cluster to the driver; its reason tells the stages."""
    heading(f"A cluster: one control plane machine, {WORKERS} workers")
    terminal.show(
        "openstack", "coe", "cluster", "create", CLUSTER, "--cluster-template", TEMPLATE,
        "--master-count", "1", "--node-count", str(WORKERS), "--keypair", "demo",
    )  # fmt: skip
    cluster = follow(terminal)
    expect("Magnum says CREATE_COMPLETE", holds=cluster["status"] == "CREATE_COMPLETE")
    say("")
    terminal.show(
        "openstack", "coe", "cluster", "show", CLUSTER, "-f", "yaml",
        "-c", "status", "-c", "api_address", "-c", "coe_version", "-c", "master_addresses",
        "-c", "node_addresses",
    )  # fmt: skip
    expect(
        f"each of the {WORKERS} workers has an address", holds=len(cluster["node_addresses"] or []) == WORKERS
    )


def follow(terminal: Terminal) -> dict[str, Any]:
    """The cluster once it is no longer in progress, or nothing once it is gone; each stage is shown."""
    watch, shown = Stopwatch(), ""
    say(f"$ watch openstack coe cluster show {CLUSTER} -c status -c status_reason")
    while watch.seconds() < PATIENCE_SECONDS:
        cluster = looked_up(terminal)
        if not cluster:
            say(f"    {watch.seconds():5.0f} s  the cluster is gone")
            return {}
        stage = f"{cluster['status']}  {cluster['status_reason'] or ''}".rstrip()
        if stage != shown:
            shown = stage
            say(f"    {watch.seconds():5.0f} s  {stage}")
        if not cluster["status"].endswith("IN_PROGRESS"):
            return cluster
        time.sleep(POLL_SECONDS)
    expect(f"the cluster settles within {PATIENCE_SECONDS} s", holds=False)
    return {}


def looked_up(terminal: Terminal) -> dict[str, Any]:
    """The cluster, or an empty document if there is none."""
    try:
        cluster: dict[str, Any] = terminal.document(
            "openstack", "coe", "cluster", "show", CLUSTER, "-f", "json"
        )
    except NotAsExpected:
        if terminal.document("openstack", "coe", "cluster", "list", "-f", "json"):
            raise
        return {}
    return cluster


def show_release(terminal: Terminal) -> addon.Release:
    """What the driver made of it: one Helm release and its values."""
    heading("What the driver made of it: a Helm release, in the tenant's namespace of the management cluster")
    terminal.show("helm", "list", "--all-namespaces")
    listed = terminal.document("helm", "list", "--all-namespaces", "-o", "json")
    releases = [addon.Release(found["name"], found["namespace"]) for found in listed]
    expect("there is one release", holds=[release.name.startswith(CLUSTER) for release in releases] == [True])
    say("")
    release = releases[0]
    terminal.show(
        "helm", "get", "values", release.name, "--namespace", release.namespace, folded="manifests:"
    )
    values = json.loads(
        terminal.answer("helm", "get", "values", release.name, "-n", release.namespace, "-o", "json")
    )
    ports = values["nodeGroups"][0]["machineNetworking"]["ports"]
    expect("the workers' second port is a virtual function", holds=ports[1]["vnicType"] == "direct")
    say("")
    kinds = "cluster,kubeadmcontrolplane,machinedeployment,machine"
    terminal.show("kubectl", "get", kinds, "-n", release.namespace, "-o", OBJECT_COLUMNS)
    return release


def show_nodes(terminal: Terminal, release: addon.Release) -> Terminal:
    """The workload cluster answers to the certificate that Magnum signs for the tenant."""
    heading("The cluster's nodes, with the configuration that Magnum gives the tenant")
    terminal.answer("rm", "-rf", CONFIGURATION)
    terminal.answer("mkdir", CONFIGURATION)
    terminal.show("openstack", "coe", "cluster", "config", CLUSTER, "--dir", CONFIGURATION)
    inside = terminal.with_variables(KUBECONFIG=str(terminal.folder / CONFIGURATION / "config"))
    inside.show("kubectl", "get", "nodes", "-o", NODE_COLUMNS)
    nodes = inside.document("kubectl", "get", "nodes", "-o", "json")["items"]
    expect(f"there are {WORKERS + 1} nodes", holds=len(nodes) == WORKERS + 1)
    ours = [node for node in nodes if node["metadata"]["name"].startswith(release.name)]
    expect("they are the cluster's machines", holds=len(ours) == len(nodes))
    return inside


def show_ports(terminal: Terminal) -> None:
    """Neutron and Nova have what the values asked for."""
    heading("Its machines in Nova, and the workers' ports on the RDMA network in Neutron")
    terminal.show("openstack", "server", "list", *named(SERVER_COLUMNS))
    servers = terminal.document("openstack", "server", "list", "-f", "json")
    active = [server for server in servers if server["Status"] == "ACTIVE"]
    expect(f"{WORKERS + 1} servers are active", holds=len(active) == len(servers) == WORKERS + 1)
    say("")
    terminal.show("openstack", "port", "list", "--network", "rdma", "--long", *named(PORT_LIST_COLUMNS))
    names = [
        port["Name"]
        for port in terminal.document("openstack", "port", "list", "--network", "rdma", "-f", "json")
    ]
    expect(f"{WORKERS} ports are on the network rdma, one for each worker", holds=len(names) == WORKERS)
    say("")
    for name in names:
        terminal.show("openstack", "port", "show", name, *named(PORT_COLUMNS))
        port = terminal.document("openstack", "port", "show", name, "-f", "json")
        expect(f"{name} is a virtual function", holds=port["binding_vnic_type"] == "direct")
        expect(
            "its port security is off, for the addresses of pods",
            holds=port["port_security_enabled"] is False,
        )
        expect("Nova has bound it to a server", holds=port["device_owner"].startswith("compute:"))
        say("")


def named(columns: tuple[str, ...]) -> list[str]:
    """The options that choose these columns."""
    return [argument for column in columns for argument in ("-c", column)]


def delete(terminal: Terminal) -> None:
    """The tenant deletes what the tenant made."""
    heading("The tenant deletes the cluster")
    terminal.show("openstack", "coe", "cluster", "delete", CLUSTER)
    left = follow(terminal)
    expect("Magnum has forgotten the cluster", holds=not left)
    say("")
    terminal.show("openstack", "coe", "cluster", "template", "delete", TEMPLATE)
