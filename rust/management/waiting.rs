// SPDX-License-Identifier: Apache-2.0
//! Values of a release that wait until the control plane has been replaced, in a secret beside it.

use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::json;

use super::objects::{FIELD_MANAGER, UUID_LABEL, gone_is_fine};
use super::{ManagementCluster, ManagementError};
use crate::helm::ReleaseRef;
use crate::values::Values;

/// The key under which waiting values are kept.
const VALUES: &str = "values.json";
/// The key under which their chart's version is kept.
const CHART_VERSION: &str = "chart-version";

/// Values that wait until the control plane has been replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// The values.
    pub values: Values,
    /// The version of the chart that a template asked for.
    pub chart_version: Option<String>,
}

fn waiting_name(release: ReleaseRef<'_>) -> String {
    format!("{}-waiting-values", release.name)
}

impl ManagementCluster {
    /// Keeps values until the control plane has been replaced. They go with the cluster's other secrets.
    ///
    /// # Errors
    /// What the management cluster said.
    pub async fn keep_waiting(&self, release: ReleaseRef<'_>, uuid: &str, waiting: &Waiting) -> Result<(), ManagementError> {
        let name = waiting_name(release);
        let labels = json!({UUID_LABEL: uuid, "cluster.x-k8s.io/cluster-name": release.name});
        let data = json!({VALUES: waiting.values.to_json(), CHART_VERSION: waiting.chart_version.clone().unwrap_or_default()});
        let document = json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "stringData": data,
                              "metadata": {"name": name, "namespace": release.namespace, "labels": labels}});
        let api: Api<Secret> = Api::namespaced(self.client(), release.namespace);
        let params = PatchParams::apply(FIELD_MANAGER).force();
        self.ask("keep the cluster's next values", api.patch(&name, &params, &Patch::Apply(&document))).await.map(drop)
    }

    /// The values that wait, if any do.
    ///
    /// # Errors
    /// What the management cluster said.
    pub async fn waiting(&self, release: ReleaseRef<'_>) -> Result<Option<Waiting>, ManagementError> {
        let api: Api<Secret> = Api::namespaced(self.client(), release.namespace);
        let found = self.ask("read the cluster's next values", api.get_opt(&waiting_name(release))).await?;
        let data = found.and_then(|secret| secret.data).unwrap_or_default();
        let values = data.get(VALUES).and_then(|values| serde_json::from_slice(&values.0).ok());
        let text = data.get(CHART_VERSION).map(|version| String::from_utf8_lossy(&version.0).into_owned());
        let chart_version = text.filter(|version| !version.is_empty());
        Ok(values.map(|values| Waiting { values: Values::from_document(values), chart_version }))
    }

    /// Forgets the values that waited; fine if none did.
    ///
    /// # Errors
    /// What the management cluster said.
    pub async fn forget_waiting(&self, release: ReleaseRef<'_>) -> Result<(), ManagementError> {
        let api: Api<Secret> = Api::namespaced(self.client(), release.namespace);
        let delete = async { gone_is_fine(api.delete(&waiting_name(release), &DeleteParams::default()).await) };
        self.ask("forget the cluster's next values", delete).await
    }
}
