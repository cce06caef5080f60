// SPDX-License-Identifier: Apache-2.0
//! Kinds of objects that are watched: where they are, how they are tied to a cluster, and which of their
//! conditions are read.
//!
//! Sources: Cluster API v1beta2, Cluster API Provider OpenStack v1beta1 (`OpenStackServer` v1alpha1), the addon
//! provider of capi-helm-charts v1alpha1, and the Secrets in which Helm keeps its releases.

/// Kinds of objects that are watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectKind {
    /// `cluster.x-k8s.io/v1beta2`.
    Cluster,
    /// `controlplane.cluster.x-k8s.io/v1beta2`.
    KubeadmControlPlane,
    /// `cluster.x-k8s.io/v1beta2`.
    MachineDeployment,
    /// `cluster.x-k8s.io/v1beta2`: auto-healing of a node group.
    MachineHealthCheck,
    /// `cluster.x-k8s.io/v1beta2`.
    Machine,
    /// `infrastructure.cluster.x-k8s.io/v1beta1`.
    OpenStackCluster,
    /// `infrastructure.cluster.x-k8s.io/v1beta1`.
    OpenStackMachine,
    /// `infrastructure.cluster.x-k8s.io/v1alpha1`: until a machine runs, only this knows its server's id.
    OpenStackServer,
    /// `addons.cluster.x-k8s.io/v1beta2`: an add-on that Cluster API itself applies.
    ClusterResourceSet,
    /// `addons.stackhpc.com/v1alpha1`: an add-on of the addon provider, by a Helm chart.
    HelmRelease,
    /// `addons.stackhpc.com/v1alpha1`: an add-on of the addon provider, by manifests.
    Manifests,
    /// A Secret of Helm's, of which only the labels are read: the latest revision of a cluster's release.
    Revision,
}

impl ObjectKind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Cluster,
        Self::KubeadmControlPlane,
        Self::MachineDeployment,
        Self::MachineHealthCheck,
        Self::Machine,
        Self::OpenStackCluster,
        Self::OpenStackMachine,
        Self::OpenStackServer,
        Self::ClusterResourceSet,
        Self::HelmRelease,
        Self::Manifests,
        Self::Revision,
    ];

    /// The kinds whose objects stand for something in OpenStack, or make it: a cluster is gone once they are.
    pub const LASTING: [Self; 7] = [
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
            Self::MachineHealthCheck => "MachineHealthCheck",
            Self::Machine => "Machine",
            Self::OpenStackCluster => "OpenStackCluster",
            Self::OpenStackMachine => "OpenStackMachine",
            Self::OpenStackServer => "OpenStackServer",
            Self::ClusterResourceSet => "ClusterResourceSet",
            Self::HelmRelease => "HelmRelease",
            Self::Manifests => "Manifests",
            Self::Revision => "Secret",
        }
    }

    /// Whether a management cluster may lack the kind: older releases of Cluster API Provider OpenStack have no
    /// OpenStackServer, and the addon provider belongs to upstream's chart alone.
    #[must_use]
    pub const fn is_optional(self) -> bool {
        matches!(self, Self::OpenStackServer | Self::HelmRelease | Self::Manifests)
    }

    /// Whether an object of this kind is an add-on.
    #[must_use]
    pub const fn is_addon(self) -> bool {
        matches!(self, Self::ClusterResourceSet | Self::HelmRelease | Self::Manifests)
    }

    /// API group, version and plural.
    #[must_use]
    pub const fn resource(self) -> (&'static str, &'static str, &'static str) {
        const CORE: &str = "cluster.x-k8s.io";
        const INFRASTRUCTURE: &str = "infrastructure.cluster.x-k8s.io";
        const ADDON_PROVIDER: &str = "addons.stackhpc.com";
        match self {
            Self::Cluster => (CORE, "v1beta2", "clusters"),
            Self::KubeadmControlPlane => ("controlplane.cluster.x-k8s.io", "v1beta2", "kubeadmcontrolplanes"),
            Self::MachineDeployment => (CORE, "v1beta2", "machinedeployments"),
            Self::MachineHealthCheck => (CORE, "v1beta2", "machinehealthchecks"),
            Self::Machine => (CORE, "v1beta2", "machines"),
            Self::OpenStackCluster => (INFRASTRUCTURE, "v1beta1", "openstackclusters"),
            Self::OpenStackMachine => (INFRASTRUCTURE, "v1beta1", "openstackmachines"),
            Self::OpenStackServer => (INFRASTRUCTURE, "v1alpha1", "openstackservers"),
            Self::ClusterResourceSet => ("addons.cluster.x-k8s.io", "v1beta2", "clusterresourcesets"),
            Self::HelmRelease => (ADDON_PROVIDER, "v1alpha1", "helmreleases"),
            Self::Manifests => (ADDON_PROVIDER, "v1alpha1", "manifests"),
            Self::Revision => ("", "v1", "secrets"),
        }
    }

    /// Which objects of the kind are watched, as a label selector; all of them if it is not given.
    #[must_use]
    pub const fn selector(self) -> Option<&'static str> {
        match self {
            Self::Revision => Some("owner=helm,status!=superseded"),
            _ => None,
        }
    }

    /// The label that ties an object to its cluster.
    #[must_use]
    pub const fn cluster_label(self) -> &'static str {
        match self {
            Self::ClusterResourceSet => "capi.stackhpc.com/cluster",
            Self::Revision => "name",
            _ => "cluster.x-k8s.io/cluster-name",
        }
    }

    /// The conditions that status and health read. Only these are kept: most of what Cluster API tells repeats
    /// what another object says.
    #[must_use]
    pub const fn conditions(self) -> &'static [&'static str] {
        match self {
            Self::Cluster => &[
                "Available",
                "InfrastructureReady",
                "ControlPlaneInitialized",
                "ControlPlaneMachinesReady",
                "ControlPlaneMachinesUpToDate",
                "WorkerMachinesReady",
                "WorkerMachinesUpToDate",
                "RemoteConnectionProbe",
                "RollingOut",
                "ScalingUp",
                "ScalingDown",
                "Remediating",
                "Deleting",
                "Paused",
            ],
            Self::KubeadmControlPlane => &[
                "Available",
                "Initialized",
                "CertificatesAvailable",
                "EtcdClusterHealthy",
                "ControlPlaneComponentsHealthy",
                "MachinesReady",
                "MachinesUpToDate",
                "RollingOut",
                "ScalingUp",
                "ScalingDown",
                "Remediating",
                "Deleting",
            ],
            Self::MachineDeployment => {
                &["Available", "MachinesReady", "MachinesUpToDate", "RollingOut", "ScalingUp", "ScalingDown", "Remediating", "Deleting"]
            }
            Self::MachineHealthCheck => &["RemediationAllowed"],
            Self::Machine => &[
                "BootstrapConfigReady",
                "InfrastructureReady",
                "NodeHealthy",
                "NodeReady",
                "HealthCheckSucceeded",
                "OwnerRemediated",
                "Deleting",
            ],
            Self::OpenStackCluster => &[
                "OpenStackAuthenticationSucceeded",
                "NetworkReady",
                "RouterReady",
                "SecurityGroupsReady",
                "APIEndpointReady",
                "BastionReady",
                "Ready",
            ],
            Self::OpenStackMachine => {
                &["OpenStackAuthenticationSucceeded", "InstanceReady", "APIServerIngressReady", "FloatingAddressFromPoolReady", "Ready"]
            }
            Self::OpenStackServer => &[],
            Self::ClusterResourceSet => &["ResourcesApplied"],
            // These have a phase in place of conditions, which is read as one.
            Self::HelmRelease | Self::Manifests | Self::Revision => &["Deployed"],
        }
    }

    /// The kind of a document.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}
