// SPDX-License-Identifier: Apache-2.0
//! What Helm and the driver keep of a release in the management cluster: the values that are deployed, and
//! those that wait until the control plane has been replaced.
//!
//! Helm's format (`pkg/storage/driver/util.go`): a Secret of type `helm.sh/release.v1`, in whose `release` is
//! JSON, compressed by gzip, in base64.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use serde::Deserialize;
use serde_json::{Value, json};

use super::objects::{FIELD_MANAGER, UUID_LABEL, gone_is_fine};
use super::{ManagementCluster, ManagementError};
use crate::adoption::Rendered;
use crate::helm::ReleaseRef;
use crate::values::Values;

/// Most that a release may unpack to: a Secret holds 1 MiB, and JSON compresses well.
const MOST_BYTES: u64 = 64 << 20;
/// The key under which waiting values are kept.
const VALUES: &str = "values.json";
/// The key under which their chart's version is kept.
const CHART_VERSION: &str = "chart-version";

/// The revision of a release that is deployed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Deployed {
    /// Helm's number for it.
    #[serde(rename = "version")]
    pub revision: i64,
    /// The values it was given, without the chart's defaults.
    #[serde(rename = "config", default)]
    pub values: Value,
    /// The chart that it was made from.
    pub chart: DeployedChart,
    /// The objects that the chart made, as YAML documents.
    #[serde(default)]
    pub manifest: String,
    /// What Helm was told to note.
    #[serde(default)]
    pub info: DeployedInfo,
}

/// What Helm notes of a revision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct DeployedInfo {
    /// Who made it, if it was this driver; else Helm's own words.
    #[serde(default)]
    pub description: String,
}

impl Deployed {
    /// Whether this driver made the revision.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.info.description.starts_with("magnum-capi-rdma ")
    }

    /// Its chart, and the objects that the chart made.
    #[must_use]
    pub fn rendered(&self) -> Rendered {
        let chart = &self.chart.metadata;
        Rendered { chart: format!("{} {}", chart.name, chart.version), manifest: self.manifest.clone() }
    }
}

/// The chart of a revision.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DeployedChart {
    /// Its `Chart.yaml`.
    pub metadata: ChartMetadata,
}

/// Name and version of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ChartMetadata {
    /// The chart's name.
    pub name: String,
    /// The chart's version.
    pub version: String,
}

/// Values that wait until the control plane has been replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// The values.
    pub values: Values,
    /// The version of the chart that a template asked for.
    pub chart_version: Option<String>,
}

/// Reads a revision as Helm stores it.
fn read(stored: &[u8]) -> Option<Deployed> {
    let compressed = STANDARD.decode(stored).ok()?;
    let mut document = String::new();
    GzDecoder::new(compressed.as_slice()).take(MOST_BYTES).read_to_string(&mut document).ok()?;
    serde_json::from_str(&document).ok()
}

fn waiting_name(release: ReleaseRef<'_>) -> String {
    format!("{}-waiting-values", release.name)
}

impl ManagementCluster {
    /// The revision of a release that is deployed; `None` if none ever was.
    ///
    /// # Errors
    /// What the management cluster said, or that it holds something that is not Helm's.
    pub async fn deployed(&self, release: ReleaseRef<'_>) -> Result<Option<Deployed>, ManagementError> {
        let api: Api<Secret> = Api::namespaced(self.client(), release.namespace);
        let selected = ListParams::default().labels(&format!("owner=helm,name={},status=deployed", release.name));
        let found = self.ask("read the release", api.list(&selected)).await?;
        let stored = found.items.into_iter().filter_map(|secret| secret.data?.remove("release"));
        let read = stored.map(|stored| {
            read(&stored.0).ok_or_else(|| ManagementError::Failed {
                act: "read the release".to_owned(),
                reason: format!("the Secret of release {} is not of the form that Helm gives it", release.name),
            })
        });
        Ok(read.collect::<Result<Vec<Deployed>, _>>()?.into_iter().max_by_key(|revision| revision.revision))
    }

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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn a_revision_is_read_as_helm_stores_it() {
        let document = br#"{"name":"r","version":3,"config":{"a":1},"chart":{"metadata":{"name":"openstack-cluster","version":"0.1.0"}},
            "info":{"status":"deployed","description":"magnum-capi-rdma 0.1.0"},"manifest":"---\n"}"#;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(document).expect("memory");
        let stored = STANDARD.encode(encoder.finish().expect("memory"));
        let deployed = read(stored.as_bytes()).expect("a revision");
        assert_eq!((deployed.revision, &deployed.values["a"]), (3, &json!(1)));
        assert_eq!(deployed.rendered(), Rendered { chart: "openstack-cluster 0.1.0".to_owned(), manifest: "---\n".to_owned() });
        assert!(deployed.is_ours());
        assert_eq!(read(b"something else"), None);
    }
}
