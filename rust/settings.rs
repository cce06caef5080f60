// SPDX-License-Identifier: Apache-2.0
//! How the core reaches the management cluster and Helm (`[capi_rdma]` in magnum.conf).

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The operator's settings for everything that is not part of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Kubeconfig of the management cluster; unset takes `$KUBECONFIG` or `~/.kube/config`.
    pub kubeconfig: Option<PathBuf>,
    /// The Helm program.
    pub helm_binary: PathBuf,
    /// Seconds that Helm may take for one operation.
    pub helm_timeout_seconds: u64,
    /// `embedded`, a directory or archive, a chart's name in `chart_repository`, or an `oci://` reference.
    pub chart: String,
    /// Chart repository, for a chart given by name.
    pub chart_repository: Option<String>,
    /// Version of the chart where no template asks for one.
    pub chart_version: Option<String>,
    /// SHA-256 digests of the chart archives that may be used; empty allows any.
    pub chart_digest: Vec<String>,
    /// Directory in which charts are kept.
    pub chart_directory: PathBuf,
    /// Directory with the operator's own values.
    pub values_directory: Option<PathBuf>,
    /// Seconds that the management cluster may take for one request.
    pub request_timeout_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            kubeconfig: None,
            helm_binary: PathBuf::from("helm"),
            helm_timeout_seconds: 300,
            chart: "embedded".to_owned(),
            chart_repository: None,
            chart_version: None,
            chart_digest: Vec::new(),
            chart_directory: std::env::temp_dir().join("magnum-capi-rdma"),
            values_directory: None,
            request_timeout_seconds: 30,
        }
    }
}

impl Settings {
    /// How long one request to the management cluster may take.
    #[must_use]
    pub const fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_seconds)
    }

    /// How long Helm may take for one operation.
    #[must_use]
    pub const fn helm_timeout(&self) -> Duration {
        Duration::from_secs(self.helm_timeout_seconds)
    }
}
