# SPDX-License-Identifier: Apache-2.0
"""What the peer repairs or overlooks in silence, and we refuse: each puts something wrong into a cluster.

Each says with which problems we refuse it, as code and path.
"""

import random
from collections.abc import Callable
from typing import Any

from labels import LABELS, MISSPELT

Described = dict[str, Any]
Problems = list[tuple[str, str]]
Oddity = Callable[[random.Random, Described], Problems]


def repaired_value(chance: random.Random, described: Described) -> Problems:
    """It strips characters that it does not like, and takes its default for what it cannot read."""
    name = chance.choice([name for name, label in LABELS.items() if label.repaired])
    level = chance.choice(["cluster", "template"])
    described[level]["labels"][name] = chance.choice(LABELS[name].repaired)
    return [("label-invalid", f"{level}.labels.{name}")]


def misspelt_label(chance: random.Random, described: Described) -> Problems:
    """It overlooks labels that it does not know, even if they nearly read like one that it knows."""
    name = chance.choice(list(MISSPELT))
    level = chance.choice(["cluster", "template"])
    described[level]["labels"][name] = MISSPELT[name]
    return [("label-unknown", f"{level}.labels.{name}")]


def templates_label_on_the_cluster(_chance: random.Random, described: Described) -> Problems:
    """It reads the chart's version from the template, and overlooks the cluster's."""
    described["cluster"]["labels"]["capi_helm_chart_version"] = "0.9.9"
    return [("label-scope", "cluster.labels.capi_helm_chart_version")]


def clusters_label_on_a_group(_chance: random.Random, described: Described) -> Problems:
    """It reads no labels of node groups at all."""
    labels = {**described["cluster"]["labels"], **described["template"]["labels"]}
    if not described["groups"] or "monitoring_enabled" in labels:
        return []
    described["groups"][0]["labels"]["monitoring_enabled"] = "true"
    return [("label-scope", "node_groups[2].labels.monitoring_enabled")]


def unknown_network_plugin(_chance: random.Random, described: Described) -> Problems:
    """It hands on any network plugin, and the chart installs none that it does not know."""
    described["template"]["network_driver"] = "flannel"
    return [("network-settings", "template.network_driver")]


def even_control_plane(_chance: random.Random, described: Described) -> Problems:
    """It leaves the control plane's size to Magnum's API, which does not look at templates of old."""
    described["default_groups"]["master"]["node_count"] = 2
    return [("node-count", "node_groups[0].node_count")]


def short_name(_chance: random.Random, described: Described) -> Problems:
    """It hands on names of node groups for which the chart's objects cannot be made."""
    if not described["groups"]:
        return []
    described["groups"][0]["name"] = "g"
    return [("node-group-name", "node_groups[2].name")]


def unknown_flavor(_chance: random.Random, described: Described) -> Problems:
    """It looks flavors up when a cluster is made, but not when it is changed."""
    described["cluster"]["flavor_id"] = "no-such-flavor"
    return [("not-found", "node_groups[1].flavor_id")]


def no_name_server(_chance: random.Random, described: Described) -> Problems:
    """It hands on any text as a name server's address."""
    described["template"]["dns_nameserver"] = "dns.example.org"
    return [("network-settings", "template.dns_nameserver")]


def reserved_node_label(_chance: random.Random, described: Described) -> Problems:
    """It does not know labels of nodes; one that kubelet refuses would keep every node from joining."""
    if not described["groups"]:
        return []
    described["groups"][0]["node_labels"] = {"kubernetes.io/role": "gpu"}
    return [("node-label", "node_groups[2].node_labels.kubernetes.io/role")]


ALL: list[Oddity] = [
    repaired_value,
    repaired_value,
    misspelt_label,
    templates_label_on_the_cluster,
    clusters_label_on_a_group,
    unknown_network_plugin,
    even_control_plane,
    short_name,
    unknown_flavor,
    no_name_server,
    reserved_node_label,
]


def befall(chance: random.Random, described: Described) -> None:
    """Put a few oddities into some clusters, each once."""
    if chance.random() < 0.3:
        for oddity in chance.sample(ALL, chance.randint(1, 2)):
            described["problems"] += oddity(chance, described)
            described["oddities"] = [*described.get("oddities", []), oddity.__name__]
