// SPDX-License-Identifier: Apache-2.0
//! The cluster that a request stands for, with nothing left to check.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::Serialize;

use super::addons::Addons;
use super::api_server::ApiServer;
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
    /// Root volumes of the control plane, and of all workers unless groups differ.
    pub root_volume: Option<RootVolume>,
    /// Whether each worker group has a root volume of its own, or none.
    pub own_root_volumes: bool,
    /// TLS cipher suites of every kubelet, as its flag takes them.
    pub kubelet_cipher_suites: Option<String>,
    /// Where images come from.
    pub images: Images,
    /// Networks that every worker is attached to besides.
    pub extra_networks: Vec<ExtraNetwork>,
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
    /// Addresses of pods; `None` takes the chart's.
    pub pod_range: Option<IpNet>,
    /// Addresses of services; `None` takes the chart's.
    pub service_range: Option<IpNet>,
    /// Domain of services; `None` takes the chart's.
    pub service_domain: Option<String>,
    /// CNI.
    pub cni: Option<String>,
}

/// A further network, as whoever asked for it names it. In a port a name stays a name: machines of a cluster that
/// magnum-capi-helm made have it in their templates, and an id in its place would replace them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ExtraNetwork {
    /// By its id.
    Id(String),
    /// By its name, which only one network that the project sees has.
    Name(String),
}

/// The control plane's machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ControlPlane {
    /// Nova flavor's name.
    pub flavor: String,
    /// An odd number of machines.
    pub machine_count: i64,
    /// Availability zones to spread over; empty lets Nova choose.
    pub zones: Vec<String>,
    /// Id of a server group.
    pub server_group_id: Option<String>,
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
    /// Availability zone; `None` lets Nova choose.
    pub zone: Option<String>,
    /// Id of a server group.
    pub server_group_id: Option<String>,
    /// Root volume; `None` boots from the flavor's disk, unless all machines of the cluster have the same.
    pub root_volume: Option<RootVolume>,
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

/// A root disk that is a Cinder volume. Without a size it says only of which type volumes would be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RootVolume {
    /// Size in GB.
    pub size: Option<i64>,
    /// Cinder volume type.
    pub volume_type: Option<String>,
    /// Availability zone of the volume; `None` takes the machine's.
    pub availability_zone: Option<String>,
}

/// Where images come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Images {
    /// Registry and path that the images of Kubernetes and of addons are under, without a slash at its end.
    pub prefix: Option<String>,
    /// The same for what runs in the management cluster: only the operator says so.
    pub management_prefix: Option<String>,
    /// URLs of mirrors by registry.
    pub mirrors: BTreeMap<String, Vec<String>>,
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
