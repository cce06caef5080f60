// SPDX-License-Identifier: Apache-2.0
//! A cluster that is valid by construction: only [`crate::validate`] makes one.

pub mod cluster;
pub mod labels;
pub mod names;
pub mod version;

pub use cluster::{
    Addons, ApiServer, BlockDevice, Cluster, ControlPlane, NodeGroup, NodeNetwork, OperatingSystem, Replicas, StorageClass, Taint,
};
pub use labels::{Label, LabelSet, Scope};
pub use names::{Namespace, ReleaseName};
pub use version::KubernetesVersion;
