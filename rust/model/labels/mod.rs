// SPDX-License-Identifier: Apache-2.0
//! The label table: the one owner of every label's name, type, bounds, default, scope and meaning.
//!
//! The README's table, the documentation and the command line's `labels` are printed from it.
//! Labels reach us through clients that split on commas, so no value of ours needs one.

mod check;
mod kind;
mod set;

use serde::Serialize;
use serde_json::json;

pub use check::{Checked, check};
pub use kind::{Type, addresses, is_layer};
pub use set::{LabelSet, Level};

/// Where a label has an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// On a template, or on a cluster over it.
    Cluster,
    /// As [`Scope::Cluster`], and on a single worker node group over that.
    NodeGroup,
    /// On a template only.
    Template,
    /// Set by Magnum or Horizon on their own; accepted, without an effect here.
    Accepted,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Label {
    /// The label's key.
    pub name: &'static str,
    /// What its value may be.
    pub kind: Type,
    /// The value where nobody gives one; `None` leaves it unset.
    pub default: Option<&'static str>,
    /// Where it has an effect.
    pub scope: Scope,
    /// What it does, in a sentence.
    pub doc: &'static str,
}

const fn label(name: &'static str, kind: Type, default: Option<&'static str>, scope: Scope, doc: &'static str) -> Label {
    Label { name, kind, default, scope, doc }
}

const COUNT: Type = Type::Integer(0, i64::MAX);

/// Every label that means something here.
#[rustfmt::skip]
pub const LABELS: &[Label] = &[
    label("rdma_network", Type::Networks, None, Scope::NodeGroup, "RDMA networks (names or ids, joined by +): each worker gets an SR-IOV virtual function on each of them, next to the cluster's own network."),
    label("rdma_pod_range", Type::Ranges, None, Scope::NodeGroup, "Addresses for pods on each RDMA network, in the same order, joined by +. Without it the largest part of the network's subnet outside its allocation pools is taken."),
    label("rdma_resource_count", Type::Integer(1, 1000), Some("64"), Scope::NodeGroup, "How many pods on a node may share one RDMA device."),
    label("rdma_mtu", Type::Integer(1280, 9216), None, Scope::NodeGroup, "MTU of pods' RDMA interfaces. Without it the network's own MTU is taken."),
    label("api_load_balancer_enabled", Type::Boolean, Some("true"), Scope::Cluster, "Put an Octavia load balancer in front of the Kubernetes API. Without one the control plane is a single machine."),
    label("api_master_lb_allowed_cidrs", Type::Ranges, None, Scope::Cluster, "Address ranges that may reach the API load balancer; all if unset."),
    label("auto_healing_enabled", Type::Boolean, Some("true"), Scope::Cluster, "Replace machines whose node stays unhealthy."),
    label("auto_scaling_enabled", Type::Boolean, Some("false"), Scope::NodeGroup, "Let the cluster autoscaler change worker counts within their bounds."),
    label("min_node_count", Type::Integer(1, i64::MAX), None, Scope::Cluster, "Lower bound of the default worker group for the autoscaler."),
    label("max_node_count", Type::Integer(1, i64::MAX), None, Scope::Cluster, "Upper bound of the default worker group for the autoscaler."),
    label("boot_volume_size", COUNT, None, Scope::Cluster, "Size of machines' root volumes in GB; 0 boots from the flavor's disk."),
    label("boot_volume_type", Type::Name, None, Scope::Cluster, "Cinder volume type of machines' root volumes."),
    label("capi_helm_chart_version", Type::Name, None, Scope::Template, "Version of the cluster chart, where the chart comes from a repository."),
    label("csi_cinder_allow_volume_expansion", Type::Boolean, Some("true"), Scope::Cluster, "Let users grow volumes by editing their claim."),
    label("csi_cinder_availability_zone", Type::Name, Some("nova"), Scope::Cluster, "Availability zone of volumes made by the storage classes."),
    label("csi_cinder_fstype", Type::Name, Some("ext4"), Scope::Cluster, "File system of volumes."),
    label("csi_cinder_reclaim_policy", Type::Choice(&["Retain", "Delete"]), Some("Retain"), Scope::Cluster, "What becomes of a volume when its claim is deleted."),
    label("csi_cinder_volume_binding_mode", Type::Choice(&["WaitForFirstConsumer", "Immediate"]), Some("WaitForFirstConsumer"), Scope::Cluster, "When a volume is made for a claim."),
    label("etcd_blockdevice_size", COUNT, None, Scope::Cluster, "Size of etcd's own disk in GB; 0 keeps etcd on the root disk."),
    label("etcd_blockdevice_type", Type::Choice(&["volume", "local"]), Some("volume"), Scope::Cluster, "Whether etcd's disk is a Cinder volume or the flavor's ephemeral disk."),
    label("etcd_blockdevice_volume_az", Type::Name, None, Scope::Cluster, "Availability zone of etcd's volume."),
    label("etcd_blockdevice_volume_type", Type::Name, None, Scope::Cluster, "Cinder volume type of etcd's volume."),
    label("etcd_volume_size", COUNT, None, Scope::Cluster, "The older name of etcd_blockdevice_size, which goes before it."),
    label("etcd_volume_type", Type::Name, None, Scope::Cluster, "The older name of etcd_blockdevice_volume_type, which goes before it."),
    label("extra_network_names", Type::Names, None, Scope::Cluster, "Further networks for all workers, separated by blanks."),
    label("extra_network_name", Type::Names, None, Scope::Cluster, "The older name of extra_network_names, which goes before it."),
    label("fixed_subnet_cidr", Type::Range, Some("10.0.0.0/24"), Scope::Cluster, "Range of the network that is made for the nodes where none is given."),
    label("keystone_auth_enabled", Type::Boolean, Some("false"), Scope::Cluster, "Let users of the cluster log in with Keystone tokens."),
    label("kube_dashboard_enabled", Type::Boolean, Some("true"), Scope::Cluster, "Install the Kubernetes dashboard."),
    label("master_lb_floating_ip_enabled", Type::Boolean, Some("true"), Scope::Cluster, "Give the Kubernetes API a floating IP."),
    label("monitoring_enabled", Type::Boolean, Some("false"), Scope::Cluster, "Install the monitoring stack."),
    label("octavia_lb_algorithm", Type::Name, None, Scope::Cluster, "Algorithm of services' load balancers; SOURCE_IP_PORT for the ovn provider and ROUND_ROBIN for others if unset."),
    label("octavia_lb_healthcheck", Type::Boolean, Some("true"), Scope::Cluster, "Give services' load balancers a health monitor."),
    label("octavia_provider", Type::Name, Some("amphora"), Scope::Cluster, "Octavia provider of the API's and services' load balancers."),
    label("values_overrides", Type::Layers, None, Scope::Template, "Layers of the operator's own values, joined by +, that are laid over those of the driver in this order."),
    label("availability_zone", Type::Text, None, Scope::Accepted, "Added by Horizon's cluster form. Machines are placed by Nova."),
    label("kube_tag", Type::Text, None, Scope::Accepted, "Kubernetes comes with the image: its version is the image's kube_version property."),
];

/// The row of a label, if it is in the table.
#[must_use]
pub fn find(name: &str) -> Option<&'static Label> {
    LABELS.iter().find(|label| label.name == name)
}

/// The table as documents: name, type, allowed, default, scope, doc.
#[must_use]
pub fn table() -> Vec<serde_json::Value> {
    LABELS
        .iter()
        .map(|label| {
            json!({
                "name": label.name,
                "type": label.kind.name(),
                "allowed": label.kind.allowed(),
                "default": label.default,
                "scope": label.scope,
                "doc": label.doc,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_of_its_type_and_every_name_stands_once() {
        for (index, row) in LABELS.iter().enumerate() {
            assert!(row.default.is_none_or(|default| row.kind.accepts(default)), "{}", row.name);
            assert!(LABELS[index + 1..].iter().all(|other| other.name != row.name), "{}", row.name);
            assert!(!row.default.unwrap_or_default().contains(','), "{}", row.name);
        }
    }
}
