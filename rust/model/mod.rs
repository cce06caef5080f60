// SPDX-License-Identifier: Apache-2.0
//! A cluster that is valid by construction: only [`crate::validate`] makes one.

pub mod addons;
pub mod api_server;
pub mod cluster;
pub mod labels;
pub mod names;
pub mod version;

pub use addons::{Addons, Manila, StorageClass};
pub use api_server::{ApiServer, AuditLog, Oidc};
pub use cluster::{
    BlockDevice, Cluster, ControlPlane, ExtraNetwork, Images, NodeGroup, NodeNetwork, OperatingSystem, Replicas, RootVolume, Taint,
};
pub use labels::{Label, LabelSet, Scope};
pub use names::{Namespace, ReleaseName};
pub use version::KubernetesVersion;
