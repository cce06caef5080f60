// SPDX-License-Identifier: Apache-2.0
//! The label table: the one owner of every label's name, type, bounds, default, scope and meaning.
//!
//! The README's table, the documentation and the command line's `labels` are printed from it.
//! Labels reach us through clients that split on commas, so no value of ours needs one.

mod check;
mod form;
mod kind;
mod set;

use serde::Serialize;
use serde_json::json;

pub use check::{Checked, check};
pub use form::{is_layer, mirror};
pub use kind::{Type, addresses};
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

/// TLS cipher suites that Kubernetes does not call insecure (kube-apiserver's and kubelet's `--tls-cipher-suites`).
const CIPHER_SUITES: Type = Type::Choices(&[
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
]);

/// Every label that means something here.
#[rustfmt::skip]
pub const LABELS: &[Label] = &[
    label("rdma_network", Type::Networks, None, Scope::NodeGroup, "RDMA networks (names or ids, joined by +): each worker gets an SR-IOV virtual function on each of them, next to the cluster's own network."),
    label("rdma_pod_range", Type::Ranges, None, Scope::NodeGroup, "Addresses for pods on each RDMA network, in the same order, joined by +. Without it the largest part of the network's subnet outside its allocation pools is taken."),
    label("rdma_resource_count", Type::Integer(1, 1000), Some("64"), Scope::NodeGroup, "How many pods on a node may share one RDMA device."),
    label("rdma_mtu", Type::Integer(1280, 9216), None, Scope::NodeGroup, "MTU of pods' RDMA interfaces. Without it the network's own MTU is taken."),
    label("api_load_balancer_enabled", Type::Boolean, Some("true"), Scope::Cluster, "Put an Octavia load balancer in front of the Kubernetes API. Without one the control plane is a single machine."),
    label("api_master_lb_allowed_cidrs", Type::Ranges, None, Scope::Cluster, "Address ranges that may reach the API load balancer; all if unset."),
    label("api_server_cert_sans", Type::Hosts, None, Scope::Cluster, "Further names and addresses in the certificate of the Kubernetes API, joined by +."),
    label("api_server_floating_ip", Type::Address, None, Scope::Cluster, "The floating IP of the Kubernetes API: one that the project has and nothing uses. Without it one is made."),
    label("api_server_tls_cipher_suites", CIPHER_SUITES, None, Scope::Cluster, "TLS cipher suites of the Kubernetes API, joined by +, one of those of HTTP/2 among them. Without it Kubernetes' own."),
    label("audit_log_enabled", Type::Boolean, Some("false"), Scope::Cluster, "Let the Kubernetes API write who asked for what into /var/log/kubernetes/audit on the control plane's machines; no contents."),
    label("audit_log_max_age", COUNT, Some("30"), Scope::Cluster, "Days for which files of the audit log are kept; 0 keeps them whatever their age."),
    label("audit_log_max_backup", COUNT, Some("10"), Scope::Cluster, "How many files of the audit log are kept; 0 keeps all."),
    label("audit_log_max_size", Type::Integer(1, i64::MAX), Some("100"), Scope::Cluster, "Size in MB at which a new file of the audit log begins."),
    label("auto_healing_enabled", Type::Boolean, Some("true"), Scope::Cluster, "Replace machines whose node stays unhealthy."),
    label("auto_scaling_enabled", Type::Boolean, Some("false"), Scope::NodeGroup, "Let the cluster autoscaler change worker counts within their bounds."),
    label("boot_volume_availability_zone", Type::Name, None, Scope::NodeGroup, "Availability zone of machines' root volumes. Without it the machine's."),
    label("boot_volume_size", COUNT, None, Scope::NodeGroup, "Size of machines' root volumes in GB; 0 boots from the flavor's disk. The control plane takes the cluster's."),
    label("boot_volume_type", Type::Name, None, Scope::NodeGroup, "Cinder volume type of machines' root volumes."),
    label("calico_ipv4pool", Type::Range, None, Scope::Cluster, "Addresses of pods where the template's network driver is calico. Without it the chart's 172.16.0.0/13."),
    label("calico_tag", Type::Version, None, Scope::Cluster, "Version of Calico, which is that of its chart tigera-operator. Without it the cluster chart's."),
    label("capi_helm_chart_version", Type::Name, None, Scope::Template, "Version of the cluster chart, where the chart comes from a repository."),
    label("cilium_ipv4pool", Type::Range, None, Scope::Cluster, "Addresses of pods where the template's network driver is cilium. Without it the chart's 172.16.0.0/13."),
    label("cilium_tag", Type::Version, None, Scope::Cluster, "Version of Cilium and of its chart. Without it the cluster chart's."),
    label("cinder_csi_enabled", Type::Boolean, Some("true"), Scope::Cluster, "Install the driver for Cinder volumes, with a storage class for each volume type."),
    label("container_infra_prefix", Type::Registry, None, Scope::Cluster, "Registry and path under which the images of Kubernetes and of the addons are. The autoscaler, which runs in the management cluster, follows only the operator's default."),
    label("control_plane_availability_zones", Type::JoinedNames, None, Scope::Cluster, "Availability zones that the control plane's machines are spread over, joined by +. Without it Nova chooses."),
    label("control_plane_server_group", Type::Name, None, Scope::Cluster, "Server group of the control plane's machines, by name or id."),
    label("csi_cinder_allow_volume_expansion", Type::Boolean, Some("true"), Scope::Cluster, "Let users grow volumes by editing their claim."),
    label("csi_cinder_availability_zone", Type::Name, Some("nova"), Scope::Cluster, "Availability zone of volumes made by the storage classes."),
    label("csi_cinder_fstype", Type::Name, Some("ext4"), Scope::Cluster, "File system of volumes."),
    label("csi_cinder_reclaim_policy", Type::Choice(&["Retain", "Delete"]), Some("Retain"), Scope::Cluster, "What becomes of a volume when its claim is deleted."),
    label("csi_cinder_volume_binding_mode", Type::Choice(&["WaitForFirstConsumer", "Immediate"]), Some("WaitForFirstConsumer"), Scope::Cluster, "When a volume is made for a claim."),
    label("dns_cluster_domain", Type::Domain, None, Scope::Cluster, "Domain of services inside the cluster. Without it cluster.local."),
    label("etcd_blockdevice_size", COUNT, None, Scope::Cluster, "Size of etcd's own disk in GB; 0 keeps etcd on the root disk."),
    label("etcd_blockdevice_type", Type::Choice(&["volume", "local"]), Some("volume"), Scope::Cluster, "Whether etcd's disk is a Cinder volume or the flavor's ephemeral disk."),
    label("etcd_blockdevice_volume_az", Type::Name, None, Scope::Cluster, "Availability zone of etcd's volume."),
    label("etcd_blockdevice_volume_type", Type::Name, None, Scope::Cluster, "Cinder volume type of etcd's volume."),
    label("etcd_volume_size", COUNT, None, Scope::Cluster, "The older name of etcd_blockdevice_size, which goes before it."),
    label("etcd_volume_type", Type::Name, None, Scope::Cluster, "The older name of etcd_blockdevice_volume_type, which goes before it."),
    label("extra_network_name", Type::Names, None, Scope::Cluster, "The older name of extra_network_names, which goes before it."),
    label("extra_network_names", Type::Names, None, Scope::Cluster, "Further networks for all workers, separated by blanks."),
    label("fixed_subnet_cidr", Type::Range, Some("10.0.0.0/24"), Scope::Cluster, "Range of the network that is made for the nodes where none is given."),
    label("keystone_auth_enabled", Type::Boolean, Some("false"), Scope::Cluster, "Let users of the cluster log in with Keystone tokens."),
    label("kube_dashboard_enabled", Type::Boolean, Some("true"), Scope::Cluster, "Install the Kubernetes dashboard."),
    label("kubelet_tls_cipher_suites", CIPHER_SUITES, None, Scope::Cluster, "TLS cipher suites of every kubelet, joined by +, one of those of HTTP/2 among them. Without it Kubernetes' own."),
    label("manila_csi_enabled", Type::Boolean, Some("false"), Scope::Cluster, "Install the drivers for Manila shares over CephFS, with a storage class."),
    label("manila_csi_share_network_id", Type::Name, None, Scope::Cluster, "Manila share network of the storage class, by id."),
    label("manila_csi_share_type", Type::Name, None, Scope::Cluster, "Manila share type of the storage class. Without it cephfs."),
    label("master_lb_floating_ip_enabled", Type::Boolean, Some("true"), Scope::Cluster, "Give the Kubernetes API a floating IP."),
    label("max_node_count", Type::Integer(1, i64::MAX), None, Scope::Cluster, "Upper bound of the default worker group for the autoscaler."),
    label("metrics_server_enabled", Type::Boolean, Some("true"), Scope::Cluster, "Install the metrics server."),
    label("min_node_count", Type::Integer(1, i64::MAX), None, Scope::Cluster, "Lower bound of the default worker group for the autoscaler."),
    label("monitoring_enabled", Type::Boolean, Some("false"), Scope::Cluster, "Install the monitoring stack."),
    label("npd_enabled", Type::Boolean, Some("true"), Scope::Cluster, "Install the node problem detector."),
    label("octavia_lb_algorithm", Type::Name, None, Scope::Cluster, "Algorithm of services' load balancers; SOURCE_IP_PORT for the ovn provider and ROUND_ROBIN for others if unset."),
    label("octavia_lb_healthcheck", Type::Boolean, Some("true"), Scope::Cluster, "Give services' load balancers a health monitor."),
    label("octavia_provider", Type::Name, Some("amphora"), Scope::Cluster, "Octavia provider of the API's and services' load balancers."),
    label("oidc_client_id", Type::Word, None, Scope::Cluster, "The client for which tokens of oidc_issuer_url are issued."),
    label("oidc_groups_claim", Type::Word, Some("groups"), Scope::Cluster, "The claim with a user's groups."),
    label("oidc_groups_prefix", Type::Word, Some("oidc:"), Scope::Cluster, "What is put before the names of such groups; - puts nothing."),
    label("oidc_issuer_url", Type::Url, None, Scope::Cluster, "OpenID Connect provider whose tokens the Kubernetes API takes; needs oidc_client_id."),
    label("oidc_username_claim", Type::Word, Some("sub"), Scope::Cluster, "The claim with a user's name."),
    label("oidc_username_prefix", Type::Word, Some("oidc:"), Scope::Cluster, "What is put before the names of such users; - puts nothing."),
    label("registry_mirrors", Type::Mirrors, None, Scope::Cluster, "Mirrors of container registries, as registry=URL, joined by +: every machine asks them first, for every image."),
    label("server_group", Type::Name, None, Scope::NodeGroup, "Server group of workers, by name or id."),
    label("service_cluster_ip_range", Type::Range, None, Scope::Cluster, "Addresses of services. Without it the chart's 172.24.0.0/13."),
    label("worker_availability_zone", Type::Name, None, Scope::NodeGroup, "Availability zone of workers. Without it Nova chooses."),
    label("values_overrides", Type::Layers, None, Scope::Template, "Layers of the operator's own values, joined by +, that are laid over those of the driver in this order."),
    label("availability_zone", Type::Text, None, Scope::Accepted, "Horizon's cluster form adds it to every cluster. Choose by control_plane_availability_zones and worker_availability_zone."),
    label("kube_tag", Type::Text, None, Scope::Accepted, "Kubernetes comes with the image: its version is the image's kube_version property."),
];

/// The row of a label, if it is in the table.
#[must_use]
pub fn find(name: &str) -> Option<&'static Label> {
    LABELS.iter().find(|label| label.name == name)
}

/// Older names of labels, each behind the one that took its place. Both stand in the table.
const OLDER: &[(&str, &str)] = &[
    ("etcd_blockdevice_size", "etcd_volume_size"),
    ("etcd_blockdevice_volume_type", "etcd_volume_type"),
    ("extra_network_names", "extra_network_name"),
];

/// The older name of a label.
#[must_use]
pub fn older(name: &str) -> Option<&'static str> {
    OLDER.iter().find(|(newer, _)| *newer == name).map(|(_, older)| *older)
}

/// The label that took the place of an older one.
fn newer(name: &str) -> Option<&'static str> {
    OLDER.iter().find(|(_, older)| *older == name).map(|(newer, _)| *newer)
}

/// The table as documents, with all that an option for an operator's default is made of.
#[must_use]
pub fn table() -> Vec<serde_json::Value> {
    LABELS
        .iter()
        .map(|label| {
            let (minimum, maximum) = label.kind.bounds();
            json!({
                "name": label.name,
                "type": label.kind.name(),
                "allowed": label.kind.allowed(),
                "minimum": minimum,
                "maximum": maximum,
                "words": label.kind.words(),
                "default": label.default,
                "scope": label.scope,
                "newer": newer(label.name),
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
