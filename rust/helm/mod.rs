// SPDX-License-Identifier: Apache-2.0
//! A cluster's Helm release: the chart it comes from, what an interrupted operation left of it, what it
//! holds, and the Helm program that changes it.

pub mod chart;
pub mod cli;
pub mod release;
pub mod stored;

use std::path::Path;
use std::time::Duration;

pub use chart::{Chart, Origin};
pub use cli::HelmCli;
pub use release::{Revision, Step, recovery};
pub use stored::StoredRelease;

use crate::values::Values;

/// Why Helm did not do its part.
#[derive(Debug, thiserror::Error)]
pub enum HelmError {
    /// The program is not there.
    #[error("Helm cannot be started as {program}: {reason}. Ask the operator to install Helm or to correct helm_binary in magnum.conf.")]
    Missing {
        /// The program.
        program: String,
        /// What the system said.
        reason: String,
    },
    /// The program that starts Helm is not there.
    #[error("Helm cannot be started without the program setpriv of util-linux: {0}. Ask the operator to install it.")]
    NoStarter(String),
    /// It said no.
    #[error("Helm could not {act}: {reason}.")]
    Failed {
        /// What it was to do.
        act: &'static str,
        /// What it said, shortened to the cause.
        reason: String,
    },
    /// It did not end in time.
    #[error("Helm did not {act} within {} s.", .limit.as_secs())]
    Late {
        /// What it was to do.
        act: &'static str,
        /// How long it had.
        limit: Duration,
    },
    /// The chart cannot be had.
    #[error("The cluster chart cannot be used: {0}. Ask the operator to correct the chart's options in magnum.conf.")]
    Chart(String),
}

impl HelmError {
    /// A stable word for the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } | Self::NoStarter(_) => "helm-missing",
            Self::Failed { .. } => "helm-failed",
            Self::Late { .. } => "helm-late",
            Self::Chart(_) => "chart",
        }
    }
}

/// A release by its name and namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReleaseRef<'a> {
    /// Its namespace.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
}

/// What is asked of Helm. Every method may take as long as the operator allows.
pub trait Helm {
    /// Installs a release, or upgrades it if it is there. Returns the release's revision.
    fn upgrade(&self, release: ReleaseRef<'_>, chart: &Chart, values: &Values) -> impl Future<Output = Result<i64, HelmError>> + Send;

    /// The release as an upgrade would make it. Changes nothing.
    fn preview(
        &self,
        release: ReleaseRef<'_>,
        chart: &Chart,
        values: &Values,
    ) -> impl Future<Output = Result<StoredRelease, HelmError>> + Send;

    /// Brings a release back to what it was at a revision, whatever it is now.
    fn roll_back(&self, release: ReleaseRef<'_>, revision: i64) -> impl Future<Output = Result<(), HelmError>> + Send;

    /// Uninstalls a release; fine if there is none.
    fn uninstall(&self, release: ReleaseRef<'_>) -> impl Future<Output = Result<(), HelmError>> + Send;

    /// Pulls a chart's archive into a directory.
    fn pull(&self, origin: &Origin, into: &Path) -> impl Future<Output = Result<(), HelmError>> + Send;
}
