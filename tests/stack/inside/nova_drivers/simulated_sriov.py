# SPDX-License-Identifier: Apache-2.0
"""Nova's fake driver with the virtual functions of one simulated SR-IOV network card on physnet1."""

from __future__ import annotations

import json
from typing import Any

import nova.conf
from nova.pci import utils as pci_utils
from nova.virt import fake, node
from oslo_config import cfg

PHYSICAL_FUNCTION = "0000:81:00.0"
FUNCTIONS_PER_SLOT = 8

CONF = nova.conf.CONF
CONF.register_opts(
    [
        cfg.IntOpt("virtual_functions", min=0, default=8, help="How many virtual functions the card has."),
        cfg.StrOpt("interface", default="ens81", help="The name of the card's interface."),
    ],
    group="simulated_sriov",
)


def _virtual_function(index: int) -> str:
    return f"0000:81:{1 + index // FUNCTIONS_PER_SLOT:02x}.{index % FUNCTIONS_PER_SLOT}"


def _index(address: str) -> int:
    slot, function = address.rsplit(":", 1)[1].split(".")
    return (int(slot, 16) - 1) * FUNCTIONS_PER_SLOT + int(function)


def _mac_address(address: str, pf_interface: bool = False) -> str:
    return "52:54:00:81:00:00" if pf_interface else f"52:54:00:81:01:{_index(address):02x}"


# Nova reads these two from sysfs, where a simulated card is not to be found.
pci_utils.get_mac_by_pci_address = _mac_address
pci_utils.get_vf_num_by_pci_address = _index


class SimulatedSriovDriver(fake.FakeDriver):
    """One host; a server with a direct port gets one of the card's virtual functions, or no valid host."""

    def get_available_resource(self, nodename: str) -> dict[str, Any]:
        """The fake driver's resources and the card."""
        resources: dict[str, Any] = super().get_available_resource(nodename)
        card = {
            "vendor_id": "15b3",
            "status": "available",
            "numa_node": 0,
            "label": "label_15b3",
        }
        physical = {
            **card,
            "address": PHYSICAL_FUNCTION,
            "product_id": "1017",
            "dev_type": "type-PF",
            "parent_addr": None,
        }
        virtual = [
            {
                **card,
                "address": _virtual_function(index),
                "product_id": "1018",
                "dev_type": "type-VF",
                "parent_addr": PHYSICAL_FUNCTION,
                "parent_ifname": CONF.simulated_sriov.interface,
            }
            for index in range(CONF.simulated_sriov.virtual_functions)
        ]
        resources["uuid"] = node.get_local_node_uuid()
        resources["pci_passthrough_devices"] = json.dumps([physical, *virtual])
        return resources

    def get_nodenames_by_uuid(self, refresh: bool = False) -> dict[str, str]:  # noqa: ARG002 - Nova's
        """The host under an identity that outlives a restart; the fake driver makes up a new one."""
        return {node.get_local_node_uuid(): self.get_available_nodes()[0]}
