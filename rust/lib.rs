// SPDX-License-Identifier: Apache-2.0
//! The core of an OpenStack Magnum driver: it turns clusters that tenants ask Magnum for into Helm
//! releases on a Cluster API management cluster, with SR-IOV node groups and RDMA inside their pods,
//! and tells Magnum how they stand.
//!
//! ```text
//! dict ─boundary→ ClusterRequest ─validate→ Cluster ─values→ Values ─helm→ release
//!                                              └ rdma                         │
//! Report ←──status── ObservedCluster ←──watch── management cluster ←──────────┘
//! ```
//!
//! Modules stand in the order in which the data visits them. [`pipeline`] tells the whole way, step by
//! step; everything else is either pure or at the rim.

#[cfg(feature = "python")]
pub mod boundary;
pub mod runtime;

pub mod pipeline;

pub mod request;

pub mod problem;
pub mod validate;

pub mod model;
pub mod rdma;

pub mod site;
pub mod values;

pub mod adoption;
pub mod helm;
pub mod management;
pub mod release;
pub mod settings;

pub mod watch;

pub mod status;

pub mod error;
