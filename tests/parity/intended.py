# SPDX-License-Identifier: Apache-2.0
"""Every difference between the peer's values and ours, with its reason.

Each turns the peer's values into what we make, or takes out of ours what the peer cannot have. Whatever is
different after all of them is a defect that nobody knew of.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shapes import effective, is_true

Values = dict[str, Any]
Change = Callable[[Values, Values, Values, Values], None]


@dataclass(frozen=True)
class Difference:
    """One intended difference: its reason, and what it changes in the peer's values and in ours."""

    reason: str
    change: Change


def without_nulls(peer: Any) -> Any:
    """Leave out what is null."""
    if isinstance(peer, dict):
        return {key: without_nulls(value) for key, value in peer.items() if value is not None}
    return [without_nulls(each) for each in peer] if isinstance(peer, list) else peer


def _nulls(peer: Values, _own: Values, _site: Values, _described: Values) -> None:
    cleaned = without_nulls(peer)
    peer.clear()
    peer.update(cleaned)


def _flavors(peer: Values, _own: Values, site: Values, _described: Values) -> None:
    names = {flavor["id"]: flavor["name"] for flavor in site["cloud"]["flavors"]}
    for machines in (peer["controlPlane"], *peer["nodeGroups"]):
        machines["machineFlavor"] = names.get(machines["machineFlavor"], machines["machineFlavor"])


def _further_networks(peer: Values, _own: Values, site: Values, _described: Values) -> None:
    ids = {network["id"] for network in site["cloud"]["networks"]}
    ports = _shared_ports(peer)
    for port in ports[1:]:
        name = port["network"]["name"]
        port["network"] = {"id": name} if name in ids else port["network"]
    ports[:] = [port for port in ports if port.get("network") != {"name": ""}]


def _further_networks_by_their_older_label(
    peer: Values, _own: Values, site: Values, described: Values
) -> None:
    labels = {**described["template"]["labels"], **described["cluster"]["labels"]}
    default = site["options"]["label_defaults"].get("extra_network_names")
    if default and "extra_network_name" in labels and "extra_network_names" not in labels:
        names = labels["extra_network_name"].split(" ")
        ports = [{"network": {"name": name}, "securityGroups": []} for name in names]
        peer["nodeGroupDefaults"]["machineNetworking"]["ports"] = [{}, *ports]


def _shared_ports(values: Values) -> list[Values]:
    ports: list[Values] = values["nodeGroupDefaults"].get("machineNetworking", {}).get("ports", [])
    return ports


def _default_storage_class(peer: Values, _own: Values, site: Values, _described: Values) -> None:
    cloud, csi = site["cloud"], peer["addons"]["openstack"]["csiCinder"]
    classes = {
        each["volumeType"]: each for each in (csi["defaultStorageClass"], *csi["additionalStorageClasses"])
    }
    in_order = [classes[found["name"]] for found in cloud["volume_types"]]
    default = site["options"]["default_volume_type"]
    if default is None:
        default = next(
            each["name"] for each in cloud["volume_types"] if each["id"] == cloud["default_volume_type"]
        )
    csi["defaultStorageClass"] = classes[default]
    csi["additionalStorageClasses"] = [each for each in in_order if each["volumeType"] != default]


def _names_of_storage_classes(peer: Values, _own: Values, site: Values, _described: Values) -> None:
    csi = peer["addons"]["openstack"]["csiCinder"]
    classes = {
        each["volumeType"]: each for each in (csi["defaultStorageClass"], *csi["additionalStorageClasses"])
    }
    taken: set[str] = set()
    for found in site["cloud"]["volume_types"]:
        each = classes[found["name"]]
        free = (
            name
            for name in (each["name"], "volumes-1", "volumes-2", "volumes-3")
            if name and name not in taken
        )
        each["name"] = next(free)
        taken.add(each["name"])


def _allowed_ranges(peer: Values, _own: Values, site: Values, described: Values) -> None:
    if "allowedCidrs" in peer["apiServer"]:
        label = effective(site, described, "api_master_lb_allowed_cidrs") or ""
        ranges = [str(ipaddress.ip_network(text, strict=False)) for text in re.split("[+, ]+", label)]
        peer["apiServer"].update(allowedCidrs=ranges, allowedCIDRs=ranges)


def _without_load_balancer(peer: Values, _own: Values, site: Values, described: Values) -> None:
    peer["apiServer"]["enableLoadBalancer"] = is_true(
        effective(site, described, "api_load_balancer_enabled"), True
    )


def _parts_of_groups(peer: Values, _own: Values, site: Values, described: Values) -> None:
    images = {key: image for image in site["cloud"]["images"] for key in (image["id"], image["name"])}
    for group, values in zip(described["groups"], peer["nodeGroups"][1:], strict=True):
        image = images.get(group["image_id"])
        if image and image["id"] != peer["machineImageId"]:
            values["machineImageId"] = image["id"]
            values["kubernetesVersion"] = image["kube_version"].removeprefix("v")
        if group["node_labels"]:
            values["nodeLabels"] = dict(group["node_labels"])
        if group["node_taints"]:
            registration = {"nodeRegistration": {"taints": group["node_taints"]}}
            values["kubeadmConfigSpec"] = {"joinConfiguration": registration}


def _autoscaling_of_groups(peer: Values, _own: Values, _site: Values, described: Values) -> None:
    for group, values in zip(described["groups"], peer["nodeGroups"][1:], strict=True):
        if "auto_scaling_enabled" in group["labels"]:
            for key in ("autoscale", "machineCountMin", "machineCountMax"):
                values.pop(key, None)
            if is_true(group["labels"]["auto_scaling_enabled"], False):
                values |= {
                    "autoscale": "true",
                    "machineCountMin": 1,
                    "machineCountMax": group["node_count"] + 1,
                }


def _rdma(_peer: Values, own: Values, _site: Values, described: Values) -> None:
    levels = [described["template"]["labels"], described["cluster"]["labels"]]
    for group, values in zip([None, *described["groups"]], own["nodeGroups"], strict=True):
        if any("rdma_network" in labels for labels in (*levels, group["labels"] if group else {})):
            ports = values.pop("machineNetworking")["ports"]
            assert ports[-1]["vnicType"] == "direct"
            assert ports[:-1] == (_shared_ports(own) or [{}])
            assert values["nodeLabels"].pop("rdma.magnum.openstack.org/enabled") == "true"
            if not values["nodeLabels"]:
                del values["nodeLabels"]
    if "custom" in own["addons"]:
        del own["addons"]["custom"], own["addons"]["mellanoxNetworkOperator"]


DIFFERENCES: dict[str, Difference] = {
    "nulls": Difference(
        "A null makes Helm drop a default of the chart; what is unset stays out of our values.", _nulls
    ),
    "flavors by id": Difference(
        "CAPO looks flavors up by name and finds none; we hand on the name of the flavor with that id.",
        _flavors,
    ),
    "older label of further networks": Difference(
        "The peer lets an operator's default for extra_network_names hide a tenant's extra_network_name. "
        "What a tenant says goes before a default, whichever name it has.",
        _further_networks_by_their_older_label,
    ),
    "further networks": Difference(
        "The peer takes an id for a name, of which there is no network, and makes a port without a network "
        "of each further blank between two names.",
        _further_networks,
    ),
    "default storage class": Difference(
        "Where the operator names none, Cinder's own default type is the default, not the first of its list.",
        _default_storage_class,
    ),
    "names of storage classes": Difference(
        "Volume types whose names differ in signs only would give two storage classes of one name, and one "
        "all of signs a class without a name; Kubernetes takes neither.",
        _names_of_storage_classes,
    ),
    "allowed ranges": Difference(
        "Ranges may be joined by + or blanks, since Magnum's clients split labels at commas; the peer runs "
        "them together. An address alone is written as a range of one. The peer has only the name that the "
        "chart read before 0.24, and so leaves the API open with later ones.",
        _allowed_ranges,
    ),
    "no load balancer": Difference(
        "The peer has no label for a cluster without Octavia.", _without_load_balancer
    ),
    "image, labels and taints of groups": Difference(
        "The peer overlooks a group's own image, and the labels and taints that Magnum has since 23.",
        _parts_of_groups,
    ),
    "autoscaling of groups": Difference("The peer reads no labels of node groups.", _autoscaling_of_groups),
    "rdma": Difference("The peer has no RDMA: ports, addon, node label.", _rdma),
}

# Errors of the peer where we render values.
PEER_FAILS = {
    "IndexError: list index out of range": "It needs a volume type in Cinder for its default storage class.",
    "ExternalNetworkNotFound": "It needs the name of the external network; CAPO finds the only one there is.",
}
