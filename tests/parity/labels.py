# SPDX-License-Identifier: Apache-2.0
"""Values for every label that either driver reads: good ones, and ones that the peer repairs in silence."""

from dataclasses import dataclass

TRUTHS = ("true", "True", "YES", "y", "on", "T", "1", "false", "False", "no", "N", "off", "F", "0")
OPTION_TRUTHS = ("true", "False", "YES", "on", "1", "no", "Off", "0")  # fewer words than a label may be
NO_TRUTHS = ("maybe", "", "truee", "2")
SIZES = ("0", "20", " 40 ")
NO_SIZES = ("ten", "1.5", "", "0x10", "-5", "1_000", "20GB")
NO_NAMES = ("", "am;phora", "${HOME}", "zürich")


@dataclass(frozen=True)
class Label:
    """What the generator may put into a label."""

    values: tuple[str, ...]
    repaired: tuple[str, ...] = ()
    """Values that the peer changes, or drops for its default."""
    weight: float = 1
    operator: bool = True
    """Whether the peer has an option for its default."""


LABELS = {
    "api_master_lb_allowed_cidrs": Label(
        (
            "10.0.0.0/8",
            "10.0.0.0/8,192.168.0.0/16, 2001:db8::/32",
            "192.0.2.0/24+198.51.100.0/24",
            "192.0.2.7,10.0.0.0/8",
        ),
        ("ten", "10.0.0.0/33", "192.0.2.1-192.0.2.9"),
    ),
    "auto_healing_enabled": Label(TRUTHS, NO_TRUTHS),
    "auto_scaling_enabled": Label(TRUTHS, NO_TRUTHS, weight=2),
    "boot_volume_size": Label(SIZES, NO_SIZES),
    "boot_volume_type": Label(("fast", "ssd_2"), NO_NAMES),
    "csi_cinder_allow_volume_expansion": Label(TRUTHS, NO_TRUTHS),
    "csi_cinder_availability_zone": Label(("nova", "az-2", "Zone 1/a"), NO_NAMES),
    "csi_cinder_fstype": Label(("ext4", "xfs"), NO_NAMES),
    "csi_cinder_reclaim_policy": Label(("Retain", "Delete"), ("delete", "", "Recycle")),
    "csi_cinder_volume_binding_mode": Label(("WaitForFirstConsumer", "Immediate"), ("immediate", "")),
    "etcd_blockdevice_size": Label(SIZES, NO_SIZES),
    "etcd_blockdevice_type": Label(("volume", "local"), ("Volume", "disk", "")),
    "etcd_blockdevice_volume_az": Label(("nova", "az-2"), NO_NAMES[1:]),
    "etcd_blockdevice_volume_type": Label(("fast", "ssd_2"), NO_NAMES[1:]),
    "etcd_volume_size": Label(SIZES, NO_SIZES, operator=False),
    "etcd_volume_type": Label(("fast", "ssd_2"), NO_NAMES[1:], operator=False),
    "extra_network_name": Label(("storage", "Nodes"), operator=False, weight=0.7),
    "extra_network_names": Label(("storage", "storage nodes", "nodes  storage"), weight=0.7),
    "fixed_subnet_cidr": Label(("10.0.0.0/24", "10.9.0.0/20", "192.168.3.7/24"), ("ten", "10.0.0.0/33", "")),
    "keystone_auth_enabled": Label(TRUTHS, NO_TRUTHS),
    "kube_dashboard_enabled": Label(TRUTHS, NO_TRUTHS),
    "master_lb_floating_ip_enabled": Label(TRUTHS, NO_TRUTHS),
    "max_node_count": Label(("3", "9", "12"), ("ten", "", "2.5"), weight=0.6),
    "min_node_count": Label(("1", "2"), weight=0.6),
    "monitoring_enabled": Label(TRUTHS, NO_TRUTHS),
    "octavia_lb_algorithm": Label(("ROUND_ROBIN", "LEAST_CONNECTIONS", "SOURCE_IP_PORT"), NO_NAMES[1:]),
    "octavia_lb_healthcheck": Label(TRUTHS, NO_TRUTHS),
    "octavia_provider": Label(("amphora", "ovn", "OVN", "f5-big_ip"), NO_NAMES),
    # The peer reads the template's label only, and not for values.
    "capi_helm_chart_version": Label(("0.10.1", "0.27.0"), operator=False),
}

# Labels that the peer does not know.
OWN = {
    "api_load_balancer_enabled": Label(("true", "false"), operator=False),
    "rdma_network": Label(("fabric",), operator=False),
}
# Labels that neither knows, and that are no misspelling of one.
FOREIGN = {
    "cloud_provider_tag": "v1.31.2",
    "kube_tag": "v1.36.3",
    "availability_zone": "nova",
    "docker_volume_size": "7",
}
MISSPELT = {
    "monitoring_enable": "true",
    "boot_volume_sizes": "20",
    "octavia_providr": "ovn",
    "rdma_speed": "400",
}


def operators(name: str) -> tuple[str, ...]:
    """Values that an operator may give as a default."""
    values = LABELS[name].values
    return OPTION_TRUTHS if values == TRUTHS else tuple(value.strip() for value in values)
