// SPDX-License-Identifier: Apache-2.0
//! The few fields of Cluster API and CAPO objects that status reads, in one compact form.
//!
//! Sources: Cluster API v1beta2 (`api/core/v1beta2`, `api/controlplane/kubeadm/v1beta2`) and Cluster API
//! Provider OpenStack v1beta1 (`OpenStackServer` v1alpha1).

use jiff::Timestamp;
use serde_json::Value;

/// Kinds of objects that are watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectKind {
    /// `cluster.x-k8s.io/v1beta2`.
    Cluster,
    /// `controlplane.cluster.x-k8s.io/v1beta2`.
    KubeadmControlPlane,
    /// `cluster.x-k8s.io/v1beta2`.
    MachineDeployment,
    /// `cluster.x-k8s.io/v1beta2`.
    Machine,
    /// `infrastructure.cluster.x-k8s.io/v1beta1`.
    OpenStackCluster,
    /// `infrastructure.cluster.x-k8s.io/v1beta1`.
    OpenStackMachine,
    /// `infrastructure.cluster.x-k8s.io/v1alpha1`: until a machine runs, only this knows its server's id.
    OpenStackServer,
}

impl ObjectKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Cluster,
        Self::KubeadmControlPlane,
        Self::MachineDeployment,
        Self::Machine,
        Self::OpenStackCluster,
        Self::OpenStackMachine,
        Self::OpenStackServer,
    ];

    /// The kinds that say whether an operation is complete.
    pub const KEEPERS: [Self; 3] = [Self::Cluster, Self::KubeadmControlPlane, Self::MachineDeployment];

    /// The kind's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cluster => "Cluster",
            Self::KubeadmControlPlane => "KubeadmControlPlane",
            Self::MachineDeployment => "MachineDeployment",
            Self::Machine => "Machine",
            Self::OpenStackCluster => "OpenStackCluster",
            Self::OpenStackMachine => "OpenStackMachine",
            Self::OpenStackServer => "OpenStackServer",
        }
    }

    /// Whether a management cluster may lack the kind: older releases of Cluster API Provider OpenStack do.
    #[must_use]
    pub const fn is_optional(self) -> bool {
        matches!(self, Self::OpenStackServer)
    }

    /// API group, version and plural.
    #[must_use]
    pub const fn resource(self) -> (&'static str, &'static str, &'static str) {
        const CORE: &str = "cluster.x-k8s.io";
        const INFRASTRUCTURE: &str = "infrastructure.cluster.x-k8s.io";
        match self {
            Self::Cluster => (CORE, "v1beta2", "clusters"),
            Self::KubeadmControlPlane => ("controlplane.cluster.x-k8s.io", "v1beta2", "kubeadmcontrolplanes"),
            Self::MachineDeployment => (CORE, "v1beta2", "machinedeployments"),
            Self::Machine => (CORE, "v1beta2", "machines"),
            Self::OpenStackCluster => (INFRASTRUCTURE, "v1beta1", "openstackclusters"),
            Self::OpenStackMachine => (INFRASTRUCTURE, "v1beta1", "openstackmachines"),
            Self::OpenStackServer => (INFRASTRUCTURE, "v1alpha1", "openstackservers"),
        }
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// One condition of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Its type, such as `InstanceReady`.
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// The reason, a word in camel case.
    pub reason: String,
    /// The message.
    pub message: String,
    /// Since when it has stood like this, as far as that is known.
    pub since: Option<Timestamp>,
}

/// Which machines an object stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// The control plane.
    ControlPlane,
    /// The worker group of this name, as Kubernetes has it.
    Workers(String),
    /// The whole cluster.
    Cluster,
}

/// An object of the management cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The Cluster it belongs to.
    pub cluster: String,
    /// Which machines it stands for.
    pub role: Role,
    /// Since when it is being deleted.
    pub deleted_at: Option<Timestamp>,
    /// Whether its controller has seen its latest specification.
    pub up_to_date: bool,
    /// `spec.replicas`.
    pub wanted: Option<i64>,
    /// `status.replicas`.
    pub replicas: i64,
    /// `status.upToDateReplicas`.
    pub up_to_date_replicas: i64,
    /// `status.availableReplicas`.
    pub available_replicas: i64,
    /// Kubernetes version, as observed or else as specified.
    pub version: Option<String>,
    /// Kubernetes version that its machines are to have.
    pub wanted_version: Option<String>,
    /// Where the Kubernetes API is, as `https://host:port`.
    pub endpoint: Option<String>,
    /// Nova's id of the server.
    pub server_id: Option<String>,
    /// Internal addresses of the machine.
    pub addresses: Vec<String>,
    /// Its conditions.
    pub conditions: Vec<Condition>,
}

impl Object {
    /// Reads an object as Kubernetes gives it; `None` for a kind that status does not read.
    #[must_use]
    pub fn read(document: &Value) -> Option<Self> {
        let kind = ObjectKind::of(text(document, "/kind")?)?;
        let name = text(document, "/metadata/name")?.to_owned();
        let cluster = cluster_name(document, kind, &name);
        let generation = integer(document, "/metadata/generation");
        Some(Self {
            kind,
            role: role(document, kind, &name, &cluster),
            namespace: text(document, "/metadata/namespace").unwrap_or_default().to_owned(),
            deleted_at: text(document, "/metadata/deletionTimestamp").and_then(|time| time.parse().ok()),
            up_to_date: generation.is_none() || integer(document, "/status/observedGeneration") == generation,
            wanted: integer(document, "/spec/replicas"),
            replicas: integer(document, "/status/replicas").unwrap_or(0),
            up_to_date_replicas: integer(document, "/status/upToDateReplicas").unwrap_or(0),
            available_replicas: integer(document, "/status/availableReplicas").unwrap_or(0),
            version: text(document, "/status/version").or_else(|| text(document, "/spec/version")).map(str::to_owned),
            wanted_version: text(document, "/spec/version").or_else(|| text(document, "/spec/template/spec/version")).map(str::to_owned),
            endpoint: endpoint(document),
            server_id: text(document, "/status/instanceID").or_else(|| text(document, "/spec/instanceID")).map(str::to_owned),
            addresses: addresses(document),
            conditions: conditions(document),
            name,
            cluster,
        })
    }

    /// A condition by its type.
    #[must_use]
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.kind == kind)
    }

    /// Whether a condition is `True`.
    #[must_use]
    pub fn is(&self, kind: &str) -> bool {
        self.condition(kind).is_some_and(|condition| condition.status == "True")
    }

    /// Whether a condition is there and says anything but `expected`; unknown is not good enough.
    #[must_use]
    pub fn contradicts(&self, kind: &str, expected: &str) -> bool {
        self.condition(kind).is_some_and(|condition| condition.status != expected)
    }

    /// Whether it is being deleted.
    #[must_use]
    pub fn is_deleting(&self) -> bool {
        self.deleted_at.is_some()
    }

    /// Keeps, for each condition that says the same as in `earlier`, the time since when it does; one that
    /// says something new stands like this since `changed_at`, or else since the time it gives itself.
    ///
    /// A condition's own transition time changes only with its status, not with its reason.
    pub fn remember(&mut self, earlier: &Self, changed_at: Option<Timestamp>) {
        for condition in &mut self.conditions {
            let before = earlier.condition(&condition.kind);
            let same = before.filter(|before| before.status == condition.status && before.reason == condition.reason);
            condition.since = same.map_or(changed_at.or(condition.since), |before| before.since);
        }
    }
}

fn text<'a>(document: &'a Value, pointer: &str) -> Option<&'a str> {
    document.pointer(pointer).and_then(Value::as_str)
}

fn integer(document: &Value, pointer: &str) -> Option<i64> {
    document.pointer(pointer).and_then(Value::as_i64)
}

fn label<'a>(document: &'a Value, name: &str) -> Option<&'a str> {
    document.pointer("/metadata/labels")?.get(name)?.as_str()
}

/// The Cluster an object belongs to: by label or owner, before Cluster API has set either by its name.
fn cluster_name(document: &Value, kind: ObjectKind, name: &str) -> String {
    if kind == ObjectKind::Cluster {
        return name.to_owned();
    }
    let owners = document.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    let owner = owners.into_iter().flatten().find(|owner| text(owner, "/kind") == Some("Cluster"));
    label(document, "cluster.x-k8s.io/cluster-name")
        .or_else(|| text(document, "/spec/clusterName"))
        .or_else(|| owner.and_then(|owner| text(owner, "/name")))
        .unwrap_or_else(|| name.strip_suffix("-control-plane").unwrap_or(name))
        .to_owned()
}

fn role(document: &Value, kind: ObjectKind, name: &str, cluster: &str) -> Role {
    let group = |deployment: &str| {
        let group = deployment.strip_prefix(cluster).map_or(deployment, |rest| rest.trim_start_matches('-'));
        Role::Workers(group.to_owned())
    };
    match kind {
        // A server belongs to the OpenStackMachine of the same name, which tells whose it is.
        ObjectKind::Cluster | ObjectKind::OpenStackCluster | ObjectKind::OpenStackServer => Role::Cluster,
        ObjectKind::KubeadmControlPlane => Role::ControlPlane,
        ObjectKind::MachineDeployment => group(name),
        ObjectKind::Machine | ObjectKind::OpenStackMachine => {
            label(document, "cluster.x-k8s.io/deployment-name").map_or(Role::ControlPlane, group)
        }
    }
}

fn endpoint(document: &Value) -> Option<String> {
    let host = text(document, "/spec/controlPlaneEndpoint/host").filter(|host| !host.is_empty())?;
    let port = integer(document, "/spec/controlPlaneEndpoint/port")?;
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    Some(format!("https://{host}:{port}"))
}

fn addresses(document: &Value) -> Vec<String> {
    let all = document.pointer("/status/addresses").and_then(Value::as_array);
    all.into_iter()
        .flatten()
        .filter(|address| text(address, "/type") == Some("InternalIP"))
        .filter_map(|address| text(address, "/address").map(str::to_owned))
        .collect()
}

fn conditions(document: &Value) -> Vec<Condition> {
    let all = document.pointer("/status/conditions").and_then(Value::as_array);
    all.into_iter()
        .flatten()
        .map(|condition| Condition {
            kind: text(condition, "/type").unwrap_or_default().to_owned(),
            status: text(condition, "/status").unwrap_or_default().to_owned(),
            reason: text(condition, "/reason").unwrap_or_default().to_owned(),
            message: text(condition, "/message").unwrap_or_default().to_owned(),
            since: text(condition, "/lastTransitionTime").and_then(|time| time.parse().ok()),
        })
        .collect()
}
