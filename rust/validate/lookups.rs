// SPDX-License-Identifier: Apache-2.0
//! What must be asked of OpenStack before a request can be validated.

use super::labels;
use crate::model::LabelSet;
use crate::request::{ClusterRequest, Kind, Lookup};

/// What is asked for so far.
#[derive(Default)]
struct Wanted(Vec<Lookup>);

impl Wanted {
    fn add(&mut self, kind: Kind, reference: Option<&str>) {
        if let Some(reference) = reference.filter(|reference| !reference.is_empty()) {
            self.0.push(Lookup { kind, reference: reference.to_owned() });
        }
    }

    fn add_all(&mut self, kind: Kind) {
        self.0.push(Lookup { kind, reference: String::new() });
    }

    fn add_placement(&mut self, labels: &LabelSet<'_>, zones: &str, server_group: &str) {
        self.add(Kind::ServerGroup, labels.text(server_group));
        if labels.text(zones).is_some() {
            self.add_all(Kind::AvailabilityZones);
        }
    }
}

/// Every look-up that the request needs, each once, in the order of their kinds.
#[must_use]
pub fn lookups(request: &ClusterRequest) -> Vec<Lookup> {
    let mut wanted = Wanted::default();
    let cluster = labels::of_cluster(request);
    wanted.add(Kind::Image, Some(&request.template.image_id));
    wanted.add(Kind::Network, request.template.external_network_id.as_deref());
    wanted.add(Kind::Network, request.cluster.fixed_network.as_deref());
    wanted.add(Kind::Subnet, request.cluster.fixed_subnet.as_deref());
    for network in cluster.list("extra_network_names") {
        wanted.add(Kind::Network, Some(network));
    }
    wanted.add_placement(&cluster, "control_plane_availability_zones", "control_plane_server_group");
    for (index, group) in request.node_groups.iter().enumerate() {
        wanted.add(Kind::Flavor, group.flavor_id.as_deref());
        wanted.add(Kind::Image, group.image_id.as_deref());
        if !is_control_plane(&group.role) {
            let labels = labels::of_group(request, index, group);
            for network in labels.list("rdma_network") {
                wanted.add(Kind::Network, Some(network));
            }
            wanted.add_placement(&labels, "worker_availability_zone", "server_group");
        }
    }
    wanted.add_all(Kind::VolumeTypes);
    wanted.0.sort();
    wanted.0.dedup();
    wanted.0
}

/// Whether a node group is the control plane.
pub fn is_control_plane(role: &str) -> bool {
    role == "master"
}
