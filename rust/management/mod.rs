// SPDX-License-Identifier: Apache-2.0
//! The management cluster: a client for it, and the few objects that the driver keeps there itself.

pub mod client;
pub mod error;
mod leftovers;
pub mod objects;

pub use client::ManagementCluster;
pub use error::ManagementError;
pub use objects::{Certificate, ClusterSecrets};
