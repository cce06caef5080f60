// SPDX-License-Identifier: Apache-2.0
//! What Magnum and OpenStack said about one cluster, verbatim.
//!
//! Nothing here is checked beyond its JSON type: counts are `i64` so that a negative one reaches
//! [`crate::validate`] and is refused there with its path. Field names are those of Magnum's
//! objects (`magnum/objects/cluster.py`, `cluster_template.py`, `nodegroup.py`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A dictionary of Magnum labels: always strings.
pub type Labels = BTreeMap<String, String>;

/// One cluster as Magnum has it, with what OpenStack answered to the look-ups it needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterRequest {
    /// The cluster itself.
    pub cluster: MagnumCluster,
    /// The template it was made from.
    pub template: MagnumTemplate,
    /// Every node group, the control plane's (role `master`) among them.
    pub node_groups: Vec<MagnumNodeGroup>,
    /// Answers to the look-ups named by [`crate::validate::lookups`].
    #[serde(default)]
    pub openstack: OpenStackAnswers,
    /// The operator's settings that shape values.
    #[serde(default)]
    pub settings: OperatorSettings,
}

/// `magnum.objects.Cluster`, the fields that matter to a Cluster API cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MagnumCluster {
    /// UUID that Magnum gave.
    pub uuid: String,
    /// Name that the tenant gave; unset for a cluster made without one.
    #[serde(default)]
    pub name: Option<String>,
    /// Project that owns the cluster.
    pub project_id: String,
    /// User who made it.
    #[serde(default)]
    pub user_id: Option<String>,
    /// The Helm release's name, once it has one.
    #[serde(default)]
    pub stack_id: Option<String>,
    /// Nova key pair for the machines.
    #[serde(default)]
    pub keypair: Option<String>,
    /// The cluster's own labels.
    #[serde(default)]
    pub labels: Labels,
    /// Network (name or id) for the nodes; unset makes a network for this cluster.
    #[serde(default)]
    pub fixed_network: Option<String>,
    /// Subnet (name or id) of `fixed_network`.
    #[serde(default)]
    pub fixed_subnet: Option<String>,
    /// Magnum's own switch for a floating IP on the API endpoint.
    #[serde(default)]
    pub floating_ip_enabled: Option<bool>,
    /// Magnum's own switch for a load balancer in front of the control plane.
    #[serde(default)]
    pub master_lb_enabled: Option<bool>,
    /// Minutes that a create may take.
    #[serde(default)]
    pub create_timeout: Option<i64>,
}

/// `magnum.objects.ClusterTemplate`, the fields that matter here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MagnumTemplate {
    /// UUID that Magnum gave.
    #[serde(default)]
    pub uuid: Option<String>,
    /// Name of the template.
    #[serde(default)]
    pub name: Option<String>,
    /// The template's labels, under the cluster's.
    #[serde(default)]
    pub labels: Labels,
    /// Glance image (name or id).
    pub image_id: String,
    /// External network (name or id); unset lets the infrastructure provider find the only one.
    #[serde(default)]
    pub external_network_id: Option<String>,
    /// DNS servers of the nodes, separated by commas.
    #[serde(default)]
    pub dns_nameserver: Option<String>,
    /// CNI of the cluster: `calico`, `cilium`.
    #[serde(default)]
    pub network_driver: Option<String>,
    /// `vm` or `bm`.
    #[serde(default)]
    pub server_type: Option<String>,
    /// Port of the Kubernetes API.
    #[serde(default)]
    pub apiserver_port: Option<i64>,
}

/// `magnum.objects.NodeGroup`, the fields that matter here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MagnumNodeGroup {
    /// Name, unique in the cluster.
    pub name: String,
    /// `master` for the control plane, `worker` or any other for workers.
    pub role: String,
    /// How many machines.
    pub node_count: i64,
    /// Lower bound for the autoscaler.
    #[serde(default)]
    pub min_node_count: Option<i64>,
    /// Upper bound for the autoscaler.
    #[serde(default)]
    pub max_node_count: Option<i64>,
    /// Nova flavor (name or id).
    #[serde(default)]
    pub flavor_id: Option<String>,
    /// Glance image (name or id) of the group.
    #[serde(default)]
    pub image_id: Option<String>,
    /// The group's labels, over the cluster's.
    #[serde(default)]
    pub labels: Labels,
    /// Kubernetes labels for the group's nodes (Magnum 23).
    #[serde(default)]
    pub node_labels: Labels,
    /// Kubernetes taints for the group's nodes (Magnum 23): `{key, value, effect}`.
    #[serde(default)]
    pub node_taints: Vec<NodeTaint>,
    /// Whether this is one of the two groups every cluster has.
    #[serde(default)]
    pub is_default: bool,
}

/// A Kubernetes taint as Magnum stores it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeTaint {
    /// Taint key.
    pub key: String,
    /// Taint value; may be empty.
    #[serde(default)]
    pub value: Option<String>,
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    pub effect: String,
}

/// What a look-up asks OpenStack for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A Glance image.
    Image,
    /// A Nova flavor.
    Flavor,
    /// A Neutron network, with its subnets.
    Network,
    /// A Neutron subnet.
    Subnet,
    /// The names of all Cinder volume types (the reference is empty).
    VolumeTypes,
    /// Nova's availability zones (the reference is empty).
    AvailabilityZones,
    /// A Nova server group.
    ServerGroup,
}

impl Kind {
    /// The noun a person would use.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Flavor => "flavor",
            Self::Network => "network",
            Self::Subnet => "subnet",
            Self::VolumeTypes => "volume types",
            Self::AvailabilityZones => "availability zones",
            Self::ServerGroup => "server group",
        }
    }
}

/// One thing to ask OpenStack, as the tenant: everything of `kind` whose id or name is `reference`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// What kind of thing.
    pub kind: Kind,
    /// Its name or id as somebody typed it.
    pub reference: String,
}

/// The answer to a [`Lookup`]: every match, with its attributes as the OpenStack API gives them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The kind that was asked for.
    pub kind: Kind,
    /// The reference that was asked for.
    pub reference: String,
    /// Everything that matched; empty if nothing did.
    pub matches: Vec<Map<String, Value>>,
}

/// All answers of one request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenStackAnswers {
    /// One answer for each look-up.
    #[serde(default)]
    pub answers: Vec<Answer>,
    /// URL of Keystone for the workload cluster's authentication webhook.
    #[serde(default)]
    pub auth_url: Option<String>,
}

impl OpenStackAnswers {
    /// The matches for a look-up, or none if it was never asked.
    #[must_use]
    pub fn matches(&self, kind: Kind, reference: &str) -> Option<&[Map<String, Value>]> {
        self.answers.iter().find(|answer| answer.kind == kind && answer.reference == reference).map(|answer| answer.matches.as_slice())
    }
}

/// The operator's settings that shape a cluster's values (`[capi_rdma]` in magnum.conf).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OperatorSettings {
    /// First part of each project's namespace in the management cluster.
    pub namespace_prefix: String,
    /// The least memory of a node's flavor, in MiB.
    pub minimum_flavor_ram: i64,
    /// The least number of virtual CPUs of a node's flavor.
    pub minimum_flavor_vcpus: i64,
    /// Cinder volume type of the default storage class; unset takes Cinder's own default, or else the first.
    pub default_volume_type: Option<String>,
    /// Cinder volume type of root volumes where no label asks for one.
    pub default_boot_volume_type: Option<String>,
    /// Size of root volumes in GB where no label asks for one; 0 boots from the flavor's disk.
    pub default_boot_volume_size: i64,
    /// Values of labels where neither the group, the cluster nor the template has one.
    pub label_defaults: Labels,
    /// Labels of which it counts for nothing what groups, clusters and templates say.
    pub ignored_labels: Vec<String>,
}

impl Default for OperatorSettings {
    fn default() -> Self {
        Self {
            namespace_prefix: "magnum".to_owned(),
            minimum_flavor_ram: 2048,
            minimum_flavor_vcpus: 2,
            default_volume_type: None,
            default_boot_volume_type: None,
            default_boot_volume_size: 0,
            label_defaults: Labels::new(),
            ignored_labels: Vec::new(),
        }
    }
}
