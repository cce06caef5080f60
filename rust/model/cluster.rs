// SPDX-License-Identifier: Apache-2.0
//! The cluster that a request stands for, with nothing left to check.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::Serialize;

use super::names::{Namespace, ReleaseName};
use super::version::KubernetesVersion;
use crate::rdma::RdmaNetwork;

/// A cluster, complete and consistent. Serialised, it is the context of the value templates.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cluster {
    /// Magnum's UUID.
    pub uuid: String,
    /// Project that owns it.
    pub project_id: String,
    /// User who owns its credential.
    pub user_id: Option<String>,
    /// Release name, which is the Cluster's name.
    pub release: ReleaseName,
    /// Namespace in the management cluster.
    pub namespace: Namespace,
    /// Secret with the application credential.
    pub credentials_secret: String,
    /// Kubernetes version of the control plane, and of every group without an image of its own.
    pub kubernetes_version: KubernetesVersion,
    /// Glance image id of the machines.
    pub image_id: String,
    /// What the image runs.
    pub operating_system: OperatingSystem,
    /// Nova key pair.
    pub key_pair: Option<String>,
    /// The network that all nodes share.
    pub network: NodeNetwork,
    /// How the Kubernetes API is reached.
    pub api_server: ApiServer,
    /// The control plane's machines.
    pub control_plane: ControlPlane,
    /// The worker groups, in Magnum's order.
    pub node_groups: Vec<NodeGroup>,
    /// Whether unhealthy machines are replaced.
    pub auto_healing: bool,
    /// etcd's own disk.
    pub etcd_disk: Option<BlockDevice>,
    /// Cinder type of root volumes.
    pub boot_volume_type: Option<String>,
    /// Size of root volumes in GB; `None` boots from the flavor's disk.
    pub boot_volume_size: Option<i64>,
    /// Ids or names of networks that every worker is attached to besides.
    pub extra_networks: Vec<String>,
    /// What is installed in the cluster.
    pub addons: Addons,
    /// RDMA networks of all groups; the index gives the interface name `rdma<index>` on every node.
    pub rdma_networks: Vec<RdmaNetwork>,
    /// Version of the chart that the template asks for.
    pub chart_version: Option<String>,
    /// Layers of the operator's values that the template asks for.
    pub value_layers: Vec<String>,
    /// What is odd but not wrong, for the log.
    pub warnings: Vec<String>,
}

/// Operating systems whose images the cluster chart can boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OperatingSystem {
    /// Ubuntu, with cloud-init.
    Ubuntu,
    /// Flatcar, with Ignition.
    Flatcar,
}

impl fmt::Display for OperatingSystem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Ubuntu => "ubuntu",
            Self::Flatcar => "flatcar",
        })
    }
}

/// The network that all nodes of a cluster share.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NodeNetwork {
    /// Id of the external network; `None` lets the infrastructure provider find the only one.
    pub external_network_id: Option<String>,
    /// Id of an existing network; `None` makes one.
    pub network_id: Option<String>,
    /// Id of an existing subnet.
    pub subnet_id: Option<String>,
    /// Range of the network that is made.
    pub node_range: IpNet,
    /// DNS servers of the network that is made.
    pub dns_servers: Vec<IpAddr>,
    /// CNI.
    pub cni: Option<String>,
}

/// How the Kubernetes API is reached.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApiServer {
    /// Whether Octavia balances it.
    pub load_balancer: bool,
    /// Octavia provider.
    pub load_balancer_provider: String,
    /// Whether it has a floating IP.
    pub floating_ip: bool,
    /// Ranges that may reach it; empty for all.
    pub allowed_ranges: Vec<IpNet>,
    /// Whether users log in with Keystone tokens.
    pub keystone_auth: bool,
    /// Keystone's URL for that.
    pub keystone_url: Option<String>,
}

/// The control plane's machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ControlPlane {
    /// Nova flavor's name.
    pub flavor: String,
    /// An odd number of machines.
    pub machine_count: i64,
}

/// A group of workers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NodeGroup {
    /// A DNS label of at least three characters, unique in the cluster.
    pub name: String,
    /// Nova flavor's name.
    pub flavor: String,
    /// How many machines.
    pub replicas: Replicas,
    /// Glance image id where it is not the cluster's.
    pub image_id: Option<String>,
    /// Kubernetes version of that image.
    pub kubernetes_version: Option<KubernetesVersion>,
    /// Kubernetes labels of the nodes.
    pub node_labels: BTreeMap<String, String>,
    /// Kubernetes taints of the nodes.
    pub taints: Vec<Taint>,
    /// Indices into [`Cluster::rdma_networks`], in the order asked for.
    pub rdma: Vec<usize>,
}

/// How many machines a group has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Replicas {
    /// The number Magnum has.
    pub count: i64,
    /// Lower and upper bound, where the autoscaler decides.
    pub autoscale: Option<(i64, i64)>,
}

/// A Kubernetes taint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Taint {
    /// Taint key.
    pub key: String,
    /// Taint value; may be empty.
    pub value: String,
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    pub effect: String,
}

/// A disk besides the root disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlockDevice {
    /// Size in GB.
    pub size: i64,
    /// Whether it is the flavor's ephemeral disk rather than a Cinder volume.
    pub local: bool,
    /// Cinder volume type.
    pub volume_type: Option<String>,
    /// Availability zone of the volume.
    pub availability_zone: Option<String>,
}

/// What is installed in the cluster by the chart's addons.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Addons {
    /// Monitoring stack.
    pub monitoring: bool,
    /// Kubernetes dashboard.
    pub dashboard: bool,
    /// Octavia provider of services' load balancers.
    pub load_balancer_provider: String,
    /// Octavia algorithm of services' load balancers.
    pub load_balancer_algorithm: String,
    /// Whether services' load balancers have a health monitor.
    pub load_balancer_health_check: bool,
    /// The storage class that claims get by default.
    pub default_storage_class: Option<StorageClass>,
    /// The other storage classes.
    pub storage_classes: Vec<StorageClass>,
}

/// A storage class of the Cinder CSI driver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StorageClass {
    /// Its name in Kubernetes.
    pub name: String,
    /// Cinder volume type.
    pub volume_type: String,
    /// What becomes of a volume when its claim is deleted.
    pub reclaim_policy: String,
    /// Whether volumes may grow.
    pub allow_expansion: bool,
    /// When a volume is made.
    pub binding_mode: String,
    /// Where volumes are made.
    pub availability_zone: String,
    /// File system.
    pub file_system: String,
}
