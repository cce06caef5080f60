// SPDX-License-Identifier: Apache-2.0
//! The management cluster: a client for it, and the few objects that the driver keeps there itself.

pub mod client;
pub mod error;
pub mod keepers;
mod leftovers;
pub mod objects;
mod releases;

pub use client::ManagementCluster;
pub use error::ManagementError;
pub use objects::{Certificate, ClusterSecrets, CredentialInUse};
pub use releases::{Deployed, Waiting};
