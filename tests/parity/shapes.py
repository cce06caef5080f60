# SPDX-License-Identifier: Apache-2.0
"""Sites and clusters by chance, but the same for the same seed, over everything that either driver reads.

A site is an OpenStack with what is in it, and an operator's options. A cluster is a template, a cluster over
it, and its node groups, as Magnum has them.
"""

import random
import uuid
from typing import Any

from labels import FOREIGN, LABELS, OWN, operators

Described = dict[str, Any]

PROJECT = "0123456789abcdef0123456789abcdef"
CLUSTERS_PER_SITE = 20
IMAGES = [("ubuntu", "ubuntu", "v1.36.3"), ("flatcar", "flatcar", "1.35.1"), ("older", "ubuntu", "v1.34.12")]
FLAVORS = [("k8s.small", 4096, 2), ("k8s.large", 65536, 16), ("Ridge 2x", 2048, 2)]
# The first is the one that can carry RDMA.
NETWORKS = ["fabric", "storage", "Nodes", "nodes"]
VOLUME_TYPES = ["fast", "Large & Slow", "ssd_2", "__DEFAULT__", "Fast", "§§"]


def sites(seed: int, clusters: int) -> list[Described]:
    """As many clusters, twenty to a site; the first site has no Cinder."""
    chance = random.Random(seed)
    return [
        _site(chance, min(CLUSTERS_PER_SITE, clusters - begin), has_cinder=begin > 0)
        for begin in range(0, clusters, CLUSTERS_PER_SITE)
    ]


def effective(site: Described, described: Described, name: str) -> str | None:
    """The label in force for the whole cluster."""
    levels = (
        described["cluster"]["labels"],
        described["template"]["labels"],
        site["options"]["label_defaults"],
    )
    return next((str(level[name]) for level in levels if name in level), None)


def is_true(text: str | None, default: bool) -> bool:
    """What a good value of a boolean label says."""
    return default if text is None else text.lower() in {"true", "t", "yes", "y", "on", "1"}


def identifier(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def _site(chance: random.Random, clusters: int, *, has_cinder: bool) -> Described:
    cloud = _cloud(chance, has_cinder)
    names = [found["name"] for found in cloud["volume_types"]]
    site = {
        "options": {
            "namespace_prefix": chance.choice(["magnum", "east"]),
            "default_volume_type": chance.choice([None, *names]),
            "label_defaults": _defaults(chance),
            "label_section": chance.choice(["capi_rdma_cluster_labels", "capi_helm_cluster_labels"]),
            "cinder": _cinder(chance),
        },
        "cloud": cloud,
        "clusters": [_described(chance, cloud) for _ in range(clusters)],
    }
    for described in site["clusters"]:
        _settle(site, described)
    return site


def _cloud(chance: random.Random, has_cinder: bool) -> Described:
    types = chance.sample(VOLUME_TYPES, chance.randint(1, len(VOLUME_TYPES))) if has_cinder else []
    volume_types = [{"id": identifier(chance), "name": name} for name in types]
    networks = [_network(chance, name) for name in NETWORKS]
    return {
        "images": [
            {"id": identifier(chance), "name": name, "os_distro": system, "kube_version": version}
            for name, system, version in IMAGES
        ],
        "flavors": [
            {"id": identifier(chance), "name": name, "ram": ram, "vcpus": vcpus, "disk": 20}
            for name, ram, vcpus in FLAVORS
        ],
        "networks": [*networks, {"id": identifier(chance), "name": "public", "router:external": True}],
        "subnets": [_subnet(chance, index, network) for index, network in enumerate(networks)],
        "volume_types": volume_types,
        "default_volume_type": chance.choice([found["id"] for found in volume_types] or [None]),
    }


def _network(chance: random.Random, name: str) -> Described:
    return {
        "id": identifier(chance),
        "name": name,
        "project_id": PROJECT,
        "router:external": False,
        "mtu": 9000,
        "port_security_enabled": True,
    }


def _subnet(chance: random.Random, index: int, network: Described) -> Described:
    return {
        "id": identifier(chance),
        "name": f"{network['name']} 4",
        "network_id": network["id"],
        "cidr": f"10.{40 + index}.0.0/16",
        "ip_version": 4,
        "gateway_ip": None,
        "enable_dhcp": False,
        "allocation_pools": [{"start": f"10.{40 + index}.0.10", "end": f"10.{40 + index}.31.254"}],
    }


def _defaults(chance: random.Random) -> dict[str, str]:
    """The operator's defaults for labels: none at every second site."""
    names = [name for name, label in LABELS.items() if label.operator]
    chosen = chance.sample(names, chance.choice([0, chance.randint(1, len(names))]))
    return {name: chance.choice(operators(name)) for name in chosen}


def _cinder(chance: random.Random) -> Described:
    options = {"default_boot_volume_type": "fast", "default_boot_volume_size": 20}
    return {name: value for name, value in options.items() if chance.random() < 0.3}


def _described(chance: random.Random, cloud: Described) -> Described:
    template = _template(chance, cloud)
    cluster = _cluster(chance, cloud)
    _name_by_id(chance, cloud, cluster["labels"])
    if chance.random() < 0.5:  # --merge-labels
        cluster["labels"] = {**template["labels"], **cluster["labels"]}
    return {
        "template": template,
        "cluster": cluster,
        "default_groups": {
            "master": {"uuid": identifier(chance), "node_count": chance.choice([1, 1, 3, 5, 7])},
            "worker": {"uuid": identifier(chance), **_counts(chance)},
        },
        "groups": [_group(chance, cloud, index) for index in range(chance.choice([0, 0, 1, 2]))],
        "problems": [],
    }


def _labels(chance: random.Random, likelihood: float) -> dict[str, str]:
    found = {
        name: label for name, label in (LABELS | OWN).items() if chance.random() < likelihood * label.weight
    }
    chosen = {name: chance.choice(label.values) for name, label in found.items()}
    return chosen | {name: value for name, value in FOREIGN.items() if chance.random() < 0.05}


def _name_by_id(chance: random.Random, cloud: Described, labels: dict[str, str]) -> None:
    """Now and then give the id of a further network in place of its name."""
    if labels.get("extra_network_names") == "storage" and chance.random() < 0.5:
        ids = {network["name"]: network["id"] for network in cloud["networks"]}
        labels["extra_network_names"] = ids["storage"]


def _template(chance: random.Random, cloud: Described) -> Described:
    public, image = cloud["networks"][-1], chance.choice(cloud["images"])
    return {
        "uuid": identifier(chance),
        "image_id": image[chance.choice(["id", "name"])],
        "external_network_id": public[chance.choice(["id", "name"])] if chance.random() < 0.95 else None,
        "labels": _labels(chance, 0.12),
        "network_driver": chance.choice(["calico", "cilium", None, ""]),
        "dns_nameserver": chance.choice([None, "", "192.0.2.53", "192.0.2.53,2001:db8::53"]),
        "server_type": "vm",
    }


def _cluster(chance: random.Random, cloud: Described) -> Described:
    network = chance.choice(cloud["networks"][:-1])
    subnet = next(subnet for subnet in cloud["subnets"] if subnet["network_id"] == network["id"])
    key = chance.choice(["id", "name"])
    return {
        "uuid": identifier(chance),
        "name": chance.choice(["research", "Tim's Cluster", "0-9", "a" * 50]),
        "stack_id": f"{chance.choice(['research', 'x' * 30])}-{chance.getrandbits(48):012x}",
        "keypair": chance.choice(["demo", "Tim's key", None, ""]),
        "labels": _labels(chance, 0.2) if chance.random() < 0.9 else {},
        "flavor_id": _flavor(chance, cloud),
        "master_flavor_id": _flavor(chance, cloud),
        "fixed_network": chance.choice([None, network[key]]),
        "fixed_subnet": chance.choice([None, subnet[key]]),
    }


def _flavor(chance: random.Random, cloud: Described) -> str:
    return str(chance.choice(cloud["flavors"])["name" if chance.random() < 0.9 else "id"])


def _counts(chance: random.Random) -> Described:
    count = chance.randint(1, 8)
    return {
        "node_count": count,
        "min_node_count": chance.choice([None, 1, chance.randint(1, count)]),
        "max_node_count": chance.choice([None, None, count, count + chance.randint(1, 9)]),
    }


def _group(chance: random.Random, cloud: Described, index: int) -> Described:
    own = {
        name: chance.choice(LABELS[name].values)
        for name in ("auto_scaling_enabled",)
        if chance.random() < 0.2
    }
    return {
        "uuid": identifier(chance),
        "name": f"{chance.choice(['gpu', 'Big Memory', 'rdma'])}-{index}",
        "role": chance.choice(["worker", "rdma"]),
        "flavor_id": _flavor(chance, cloud),
        "image_id": chance.choice([None, None, chance.choice(cloud["images"])["name"]]),
        "labels": own | ({"rdma_network": "fabric"} if chance.random() < 0.2 else {}),
        "node_labels": chance.choice([{}, {}, {"rack": "r1"}]),
        "node_taints": chance.choice([[], [], [{"key": "rdma", "value": "only", "effect": "NoSchedule"}]]),
        **_counts(chance),
    }


def _settle(site: Described, described: Described) -> None:
    """Take back what we refuse in the parts that only we have: the peer has no say in them."""
    labels, template = described["cluster"]["labels"], described["template"]
    labels.pop("capi_helm_chart_version", None)
    images = {key: found for found in site["cloud"]["images"] for key in (found["id"], found["name"])}
    for group in described["groups"]:
        if (
            group["image_id"]
            and images[group["image_id"]]["os_distro"] != images[template["image_id"]]["os_distro"]
        ):
            group["image_id"] = None
        if group["image_id"] == "ubuntu" and images[template["image_id"]]["name"] == "older":
            group["image_id"] = "older"
        if "auto_scaling_enabled" in group["labels"]:
            group["min_node_count"] = 1
            group["max_node_count"] = group["node_count"] + 1
    if not is_true(effective(site, described, "api_load_balancer_enabled"), True):
        described["default_groups"]["master"]["node_count"] = 1
        labels["master_lb_floating_ip_enabled"] = "true"
        if effective(site, described, "api_master_lb_allowed_cidrs"):
            labels["api_load_balancer_enabled"] = "true"
