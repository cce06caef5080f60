// SPDX-License-Identifier: Apache-2.0
//! What must be asked of OpenStack before a request can be validated.

use super::labels;
use crate::model::LabelSet;
use crate::request::{ClusterRequest, Kind, Lookup};

/// Every look-up that the request needs, each once, in the order of their kinds.
#[must_use]
pub fn lookups(request: &ClusterRequest) -> Vec<Lookup> {
    let mut wanted = Vec::new();
    let mut want = |kind: Kind, reference: Option<&str>| {
        if let Some(reference) = reference.filter(|reference| !reference.is_empty()) {
            wanted.push(Lookup { kind, reference: reference.to_owned() });
        }
    };
    want(Kind::Image, Some(&request.template.image_id));
    want(Kind::Network, request.template.external_network_id.as_deref());
    want(Kind::Network, request.cluster.fixed_network.as_deref());
    want(Kind::Subnet, request.cluster.fixed_subnet.as_deref());
    for network in extra_networks(request) {
        want(Kind::Network, Some(network));
    }
    for (index, group) in request.node_groups.iter().enumerate() {
        want(Kind::Flavor, group.flavor_id.as_deref());
        want(Kind::Image, group.image_id.as_deref());
        if !is_control_plane(&group.role) {
            for network in labels::of_group(request, index, group).list("rdma_network") {
                want(Kind::Network, Some(network));
            }
        }
    }
    wanted.push(Lookup { kind: Kind::VolumeTypes, reference: String::new() });
    wanted.sort();
    wanted.dedup();
    wanted
}

/// Whether a node group is the control plane.
pub fn is_control_plane(role: &str) -> bool {
    role == "master"
}

/// The label that names further networks: the older one counts only without the newer.
pub fn extra_networks_label(labels: &LabelSet<'_>) -> &'static str {
    ["extra_network_names", "extra_network_name"].into_iter().find(|name| labels.text(name).is_some()).unwrap_or("extra_network_names")
}

/// The names in force for further networks of all workers.
pub fn extra_networks(request: &ClusterRequest) -> Vec<&str> {
    let labels = labels::of_cluster(request);
    labels.list(extra_networks_label(&labels))
}
