# SPDX-License-Identifier: Apache-2.0
"""An operator's defaults for labels: the section ``[capi_rdma_cluster_labels]``, an option for each label.

The options are made of the core's label table. As in :mod:`magnum_capi_rdma.conf`, nothing is registered when
this module is imported.
"""

import functools
from typing import Any

from oslo_config import cfg

from magnum_capi_rdma import conf, core
from magnum_capi_rdma.documents import LabelRow

GROUP = cfg.OptGroup(
    name="capi_rdma_cluster_labels",
    title="Defaults of labels",
    help="Values of labels for clusters that do not set them, on a node group, the cluster or its template.",
)

# magnum-capi-helm's section, and its options for labels: they mean the same here.
PEERS_GROUP = "capi_helm_cluster_labels"
PEERS = frozenset(
    {
        "api_master_lb_allowed_cidrs",
        "auto_healing_enabled",
        "auto_scaling_enabled",
        "boot_volume_size",
        "boot_volume_type",
        "csi_cinder_allow_volume_expansion",
        "csi_cinder_availability_zone",
        "csi_cinder_fstype",
        "csi_cinder_reclaim_policy",
        "csi_cinder_volume_binding_mode",
        "etcd_blockdevice_size",
        "etcd_blockdevice_type",
        "etcd_blockdevice_volume_az",
        "etcd_blockdevice_volume_type",
        "extra_network_names",
        "fixed_subnet_cidr",
        "keystone_auth_enabled",
        "kube_dashboard_enabled",
        "master_lb_floating_ip_enabled",
        "max_node_count",
        "min_node_count",
        "monitoring_enabled",
        "octavia_lb_algorithm",
        "octavia_lb_healthcheck",
        "octavia_provider",
    }
)
# Where magnum-capi-helm takes some of them from besides.
PEERS_OLDER = {
    "csi_cinder_allow_volume_expansion": ("capi_helm", "csi_cinder_allow_volume_expansion"),
    "csi_cinder_availability_zone": ("capi_helm", "csi_cinder_availability_zone"),
    "csi_cinder_fstype": ("capi_helm", "csi_cinder_fstype"),
    "csi_cinder_reclaim_policy": ("capi_helm", "csi_cinder_reclaim_policy"),
    "csi_cinder_volume_binding_mode": ("capi_helm", "csi_cinder_volume_binding_mode"),
    "extra_network_names": (PEERS_GROUP, "extra_network_name"),
}
# Labels of clusters and groups have a default; what only a template says has an option of its own, if any.
SCOPES = ("cluster", "node-group")


def defaults(configuration: cfg.ConfigOpts | None = None) -> dict[str, str]:
    """What the operator says, as labels say it."""
    values = conf.registered(GROUP, options(), configuration)
    said = {option.dest: values[option.dest] for option in options()}
    return {name: _text(value) for name, value in said.items() if value not in (None, "")}


@functools.cache
def options() -> tuple[cfg.Opt, ...]:
    """An option for each label that has a meaning and is no older name of another."""
    return tuple(_option(row) for row in core.labels() if row["scope"] in SCOPES and not row["newer"])


def list_opts() -> list[tuple[cfg.OptGroup, list[cfg.Opt]]]:
    """All options of this driver, for oslo-config-generator."""
    return [*conf.list_opts(), (GROUP, list(options()))]


def _option(row: LabelRow) -> cfg.Opt:
    name, default, words = row["name"], row["default"], row["words"]
    facts: dict[str, Any] = {"help": row["doc"], "deprecated_opts": _deprecated(name)}
    match row["type"]:
        case "boolean":
            return cfg.BoolOpt(name, sample_default=default == "true", **facts)
        case "integer":
            sample = None if default is None else int(default)
            return cfg.IntOpt(name, min=row["minimum"], max=row["maximum"], sample_default=sample, **facts)
        case "choice":
            return cfg.StrOpt(name, choices=words, sample_default=default, **facts)
        case _:
            facts["help"] = f"{row['doc']} Allowed: {row['allowed']}."
            return cfg.StrOpt(name, sample_default=default, **facts)


def _deprecated(name: str) -> list[cfg.DeprecatedOpt]:
    places = [(PEERS_GROUP, name)] if name in PEERS else []
    places += [PEERS_OLDER[name]] if name in PEERS_OLDER else []
    return [cfg.DeprecatedOpt(older, group=group) for group, older in places]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
