// SPDX-License-Identifier: Apache-2.0
//! What the management cluster or the way to it can refuse.

/// Why the management cluster did not do its part.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ManagementError {
    /// The kubeconfig is missing or not usable.
    #[error("The kubeconfig of the management cluster cannot be used: {0}. Ask the operator to correct kubeconfig_file in magnum.conf.")]
    Kubeconfig(String),
    /// Nothing answers.
    #[error("The management cluster cannot be reached: {0}. Ask the operator to check it, and try again.")]
    Unreachable(String),
    /// It does not accept the driver's credential, or does not let it do this.
    #[error("The management cluster refuses the driver: {0}. Ask the operator to check the driver's account there.")]
    Refused(String),
    /// It lacks an API that the driver needs.
    #[error("The management cluster does not serve {0}. Ask the operator to install Cluster API and its OpenStack provider there.")]
    Missing(String),
    /// It answered something else.
    #[error("The management cluster could not {act}: {reason}.")]
    Failed {
        /// What it was asked to do.
        act: String,
        /// What it said.
        reason: String,
    },
}

impl ManagementError {
    /// A stable word for the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Kubeconfig(_) => "kubeconfig",
            Self::Unreachable(_) => "management-unreachable",
            Self::Refused(_) => "management-refused",
            Self::Missing(_) => "management-missing-api",
            Self::Failed { .. } => "management-failed",
        }
    }

    /// Sorts an error of the client; `act` completes "could not …".
    #[must_use]
    pub fn from_client(error: &kube::Error, act: &str) -> Self {
        match error {
            kube::Error::Api(status) if matches!(status.code, 401 | 403) => Self::Refused(status.message.clone()),
            kube::Error::Api(status) => Self::Failed { act: act.to_owned(), reason: status.message.trim_end_matches('.').to_owned() },
            kube::Error::HyperError(_) | kube::Error::Service(_) => Self::Unreachable(chain(error)),
            kube::Error::Auth(_) => Self::Refused(chain(error)),
            other => Self::Failed { act: act.to_owned(), reason: chain(other) },
        }
    }

    /// The same for an error of the watch.
    #[must_use]
    pub fn from_watch(error: &kube::runtime::watcher::Error, kind: &str) -> Self {
        use kube::runtime::watcher::Error;
        let act = format!("watch {kind} objects");
        match error {
            Error::InitialListFailed(error) | Error::WatchStartFailed(error) | Error::WatchFailed(error) => match error {
                kube::Error::Api(status) if status.code == 404 => Self::Missing(format!("the kind {kind}")),
                other => Self::from_client(other, &act),
            },
            other => Self::Failed { act, reason: chain(other) },
        }
    }
}

/// The innermost cause of an error: what is outside only says that something failed.
fn chain(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string().trim_end_matches('.').to_owned()
}
