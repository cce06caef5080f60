// SPDX-License-Identifier: Apache-2.0
//! The addon that brings RDMA into pods: Multus, addresses, the device plugin, and a
//! NetworkAttachmentDefinition for each network. Here is what it contains; `helm-values/rdma/` is
//! where each thing sits in its manifest.

use serde::Serialize;
use serde_json::{Value, json};

use super::RdmaNetwork;

/// Label of the nodes that have RDMA devices; the addon's node programs run only there.
pub const NODE_LABEL: &str = "rdma.magnum.openstack.org/enabled";

/// Prefix of the extended resources that pods ask for.
const RESOURCE_PREFIX: &str = "rdma";

/// Images of the addon's programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Images {
    /// Multus, thin plugin.
    pub multus: String,
    /// whereabouts.
    pub whereabouts: String,
    /// RDMA shared device plugin.
    pub device_plugin: String,
}

impl Images {
    /// The images that the addon is made for, where their projects have them or under a prefix.
    #[must_use]
    pub fn under(prefix: Option<&str>) -> Self {
        let place = |registry: &str, image: &str| format!("{}/{image}", prefix.unwrap_or(registry));
        Self {
            multus: place("ghcr.io", "k8snetworkplumbingwg/multus-cni:v4.2.2"),
            whereabouts: place("ghcr.io", "k8snetworkplumbingwg/whereabouts:v0.9.2"),
            device_plugin: place("ghcr.io", "mellanox/k8s-rdma-shared-dev-plugin:v1.5.3"),
        }
    }
}

/// A network as its NetworkAttachmentDefinition needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// Name of the NetworkAttachmentDefinition.
    pub name: String,
    /// The extended resource that comes with it.
    pub resource: String,
    /// CNI configuration as JSON.
    pub configuration: String,
}

/// All that the addon's manifests are rendered from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Addon {
    /// Images of its programs.
    pub images: Images,
    /// Label of the nodes that have RDMA devices.
    pub node_label: &'static str,
    /// The device plugin's configuration as JSON.
    pub device_plugin_configuration: String,
    /// The networks.
    pub networks: Vec<Attachment>,
}

/// The addon for these networks with its images under a prefix, or `None` for a cluster without RDMA.
#[must_use]
pub fn addon(networks: &[RdmaNetwork], prefix: Option<&str>) -> Option<Addon> {
    (!networks.is_empty()).then(|| Addon {
        images: Images::under(prefix),
        node_label: NODE_LABEL,
        device_plugin_configuration: device_plugin(networks).to_string(),
        networks: networks.iter().map(attachment).collect(),
    })
}

/// Configuration of the shared device plugin (its README, "configurations"): one resource for each network's interface.
fn device_plugin(networks: &[RdmaNetwork]) -> Value {
    let resources: Vec<Value> = networks
        .iter()
        .map(|network| {
            json!({
                "resourcePrefix": RESOURCE_PREFIX,
                "resourceName": network.name,
                "rdmaHcaMax": network.resource_count,
                "selectors": {"ifNames": [network.interface]},
            })
        })
        .collect();
    json!({"periodicUpdateInterval": 60, "configList": resources})
}

fn attachment(network: &RdmaNetwork) -> Attachment {
    Attachment {
        name: network.name.clone(),
        resource: format!("{RESOURCE_PREFIX}/{}", network.name),
        configuration: macvlan(network).to_string(),
    }
}

/// A macvlan on the network's interface (CNI plugin `macvlan`), with an address from whereabouts.
fn macvlan(network: &RdmaNetwork) -> Value {
    let mut configuration = json!({
        "cniVersion": "0.3.1",
        "name": network.name,
        "type": "macvlan",
        "master": network.interface,
        "mode": "bridge",
    });
    if let Some(mtu) = network.mtu {
        configuration["mtu"] = json!(mtu);
    }
    configuration["ipam"] = json!({"type": "whereabouts", "range": network.pod_range.to_string()});
    configuration
}
