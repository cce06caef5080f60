// SPDX-License-Identifier: Apache-2.0
//! The management cluster: a client for it, and the few objects that the driver keeps there itself.

pub mod client;
pub mod error;
pub mod keepers;
mod leftovers;
pub mod lock;
pub mod objects;
mod releases;
mod waiting;

pub use client::ManagementCluster;
pub use error::ManagementError;
pub use lock::{Holder, LockError};
pub use objects::{Certificate, ClusterSecrets, CredentialInUse};
pub use waiting::Waiting;
