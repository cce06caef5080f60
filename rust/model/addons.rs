// SPDX-License-Identifier: Apache-2.0
//! What is installed in the cluster by the chart's addons.

use serde::Serialize;

/// What is installed in the cluster by the chart's addons.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Addons {
    /// Monitoring stack.
    pub monitoring: bool,
    /// Kubernetes dashboard.
    pub dashboard: bool,
    /// No metrics server, which the chart has unless told.
    pub without_metrics_server: bool,
    /// No node problem detector, which the chart has unless told.
    pub without_node_problem_detector: bool,
    /// Version of Calico's chart; `None` takes the cluster chart's.
    pub calico_version: Option<String>,
    /// Version of Cilium's chart; `None` takes the cluster chart's.
    pub cilium_version: Option<String>,
    /// Shares of Manila.
    pub manila: Option<Manila>,
    /// No driver for Cinder volumes, which the chart has unless told.
    pub without_cinder: bool,
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

/// The storage class of the Manila CSI driver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manila {
    /// Manila share type; `None` takes the chart's.
    pub share_type: Option<String>,
    /// Manila share network.
    pub share_network_id: Option<String>,
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
