// SPDX-License-Identifier: Apache-2.0
//! A client for the management cluster, from the operator's kubeconfig.

use std::path::Path;
use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use super::ManagementError;

/// How long a connection may be silent in the middle of an answer. A watch that is silent for longer has lost its
/// server: the API server ends each after a minute, and it is renewed.
const SILENCE: Duration = Duration::from_secs(100);

/// The management cluster, as the driver reaches it.
#[derive(Clone)]
pub struct ManagementCluster {
    client: Client,
    timeout: Duration,
}

impl std::fmt::Debug for ManagementCluster {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ManagementCluster").finish_non_exhaustive()
    }
}

impl ManagementCluster {
    /// Reads the kubeconfig; makes no connection yet.
    ///
    /// # Errors
    /// [`ManagementError::Kubeconfig`].
    pub async fn open(kubeconfig: Option<&Path>, timeout: Duration) -> Result<Self, ManagementError> {
        let unusable = |error: &dyn std::fmt::Display| ManagementError::Kubeconfig(error.to_string().trim_end_matches('.').to_owned());
        let document = match kubeconfig {
            Some(path) => Kubeconfig::read_from(path).map_err(|error| unusable(&format!("{}: {error}", path.display())))?,
            None => Kubeconfig::read().map_err(|error| unusable(&error))?,
        };
        let mut config = Config::from_custom_kubeconfig(document, &KubeConfigOptions::default()).await.map_err(|error| unusable(&error))?;
        config.connect_timeout = Some(timeout.min(Duration::from_secs(10)));
        config.read_timeout = Some(SILENCE);
        config.reset_reader_on_write = true;
        let client = Client::try_from(config).map_err(|error| unusable(&error))?;
        Ok(Self { client, timeout })
    }

    /// The client, for watches: they have no end.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Waits for one request, but not for ever; `act` completes "could not …".
    ///
    /// # Errors
    /// What the management cluster said, sorted.
    pub async fn ask<T>(&self, act: &str, request: impl Future<Output = kube::Result<T>>) -> Result<T, ManagementError> {
        self.within(request).await?.map_err(|error| ManagementError::from_client(&error, act))
    }

    /// Waits for an answer, but not for ever.
    ///
    /// # Errors
    /// [`ManagementError::Unreachable`].
    pub async fn within<T>(&self, answer: impl Future<Output = T>) -> Result<T, ManagementError> {
        let late = |_| ManagementError::Unreachable(format!("no answer in {} s", self.timeout.as_secs()));
        tokio::time::timeout(self.timeout, answer).await.map_err(late)
    }
}
