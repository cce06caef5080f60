// SPDX-License-Identifier: Apache-2.0
//! Everything that can keep the core from doing what it was asked. The text of each is one sentence
//! that stands in a cluster's `status_reason`.

use crate::adoption::ManifestError;
use crate::helm::HelmError;
use crate::management::{LockError, ManagementError};
use crate::problem::{self, Problem};
use crate::values::ValuesError;

/// Why the core did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    /// The request has problems; nothing was made.
    #[error("{}", problem::summary(.0))]
    InvalidRequest(Vec<Problem>),
    /// The management cluster did not do its part.
    #[error(transparent)]
    Management(#[from] ManagementError),
    /// Another operation on the cluster is under way, or took it over.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Helm did not do its part.
    #[error(transparent)]
    Helm(#[from] HelmError),
    /// The value templates are defective, the driver's or the operator's.
    #[error(transparent)]
    Values(#[from] ValuesError),
    /// What Helm has of a release cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Objects of a cluster are left although it was said to be gone.
    #[error("{0} objects of the cluster are still in the management cluster.")]
    StillThere(usize),
    /// No thread or socket could be had for the core.
    #[error("The driver's core cannot start: {0}.")]
    Start(String),
}

impl CoreError {
    /// A stable word for the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid-request",
            Self::Management(error) => error.code(),
            Self::Lock(error) => error.code(),
            Self::Helm(error) => error.code(),
            Self::Values(error) => error.code(),
            Self::Manifest(_) => "manifest",
            Self::StillThere(_) => "still-there",
            Self::Start(_) => "start",
        }
    }
}
