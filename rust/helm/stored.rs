// SPDX-License-Identifier: Apache-2.0
//! What a release holds, read from the secret in which Helm stores it: JSON, compressed, in base64.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;

use super::Chart;
use crate::adoption::Rendered;
use crate::values::Values;

/// Most that a release may unpack to: a secret holds 1 MiB, and JSON compresses well.
const MOST_BYTES: u64 = 64 << 20;
/// How descriptions of this driver's revisions begin.
const DRIVER: &str = "magnum-capi-rdma ";
/// The first bytes of what is compressed; Helm once stored releases as they are.
const COMPRESSED: [u8; 3] = [0x1f, 0x8b, 0x08];

/// One revision of a release with all that Helm stored of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StoredRelease {
    /// Helm's number of the revision.
    #[serde(rename = "version")]
    pub revision: i64,
    /// The values that it was given.
    #[serde(rename = "config", default)]
    pub values: Value,
    /// The objects it consists of, as YAML.
    #[serde(default)]
    pub manifest: String,
    info: Info,
    chart: StoredChart,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Info {
    status: String,
    #[serde(default)]
    description: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct StoredChart {
    metadata: Metadata,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Metadata {
    name: String,
    version: String,
}

impl StoredRelease {
    /// Reads what stands under the key `release` of Helm's secret; says what is wrong with it.
    ///
    /// # Errors
    /// A text for a person.
    pub fn read(payload: &[u8]) -> Result<Self, String> {
        let mut document = STANDARD.decode(payload).map_err(|error| error.to_string())?;
        if document.starts_with(&COMPRESSED) {
            let mut plain = Vec::new();
            GzDecoder::new(document.as_slice()).take(MOST_BYTES).read_to_end(&mut plain).map_err(|error| error.to_string())?;
            document = plain;
        }
        serde_json::from_slice(&document).map_err(|error| error.to_string())
    }

    /// Its chart, and the objects that the chart made.
    #[must_use]
    pub fn rendered(&self) -> Rendered {
        let chart = &self.chart.metadata;
        Rendered { chart: format!("{} {}", chart.name, chart.version), manifest: self.manifest.clone() }
    }

    /// Whether this driver made the revision.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.info.description.starts_with(DRIVER)
    }

    /// Whether it was given these values.
    #[must_use]
    pub fn has_values(&self, values: &Values) -> bool {
        match (&self.values, values.document()) {
            // Helm stores no values as null.
            (Value::Null, Value::Object(wanted)) => wanted.is_empty(),
            (held, wanted) => held == wanted,
        }
    }

    /// Whether this is what an upgrade to the chart and values would make. Whoever else changed the release did it
    /// under another description, because Helm writes a new one into each revision.
    #[must_use]
    pub fn is(&self, chart: &Chart, values: &Values) -> bool {
        self.info.status == "deployed" && self.info.description == description(chart) && self.has_values(values)
    }
}

/// What Helm is told to write into a revision: `helm history` shows it, and [`StoredRelease::is`] knows it again.
#[must_use]
pub fn description(chart: &Chart) -> String {
    format!("{DRIVER}{}, chart sha256:{}", env!("CARGO_PKG_VERSION"), chart.digest)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use serde_json::json;

    use super::*;

    fn compressed(document: &Value) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(document.to_string().as_bytes()).expect("room");
        STANDARD.encode(encoder.finish().expect("room")).into_bytes()
    }

    fn document(description: &str) -> Value {
        json!({"name": "r", "version": 3, "config": {"a": 1}, "manifest": "---\n", "namespace": "n",
            "info": {"status": "deployed", "description": description, "first_deployed": "2026-01-01T00:00:00Z"},
            "chart": {"metadata": {"name": "openstack-cluster", "version": "0.10.1"}, "templates": []}})
    }

    #[test]
    fn a_release_is_read_compressed_and_plain() {
        let document = document("Install complete");
        let read = StoredRelease::read(&compressed(&document)).expect("a release");
        assert_eq!((read.revision, read.rendered().chart.as_str()), (3, "openstack-cluster 0.10.1"));
        assert_eq!(StoredRelease::read(STANDARD.encode(document.to_string()).as_bytes()), Ok(read));
        assert!(StoredRelease::read(b"no release").is_err());
        assert!(StoredRelease::read(&compressed(&json!({}))).is_err());
    }

    #[test]
    fn values_given_and_not_given_are_told_apart() {
        let mut document = document("");
        for (held, wanted, alike) in [
            (json!({"a": 1, "b": {"c": [1, 2]}}), json!({"b": {"c": [1, 2]}, "a": 1}), true),
            (json!({"a": 1}), json!({"a": 2}), false),
            (json!({"a": [1, 2]}), json!({"a": [2, 1]}), false),
            (Value::Null, json!({}), true),
            (Value::Null, json!({"a": 1}), false),
        ] {
            document["config"] = held;
            let read = StoredRelease::read(&compressed(&document)).expect("a release");
            assert_eq!(read.has_values(&Values::from_document(wanted.clone())), alike, "{wanted}");
        }
    }

    #[test]
    fn a_release_is_ours_only_as_deployed_by_us_from_this_chart() {
        let chart = Chart { path: "c.tgz".into(), digest: "aa".to_owned() };
        let other = Chart { digest: "bb".to_owned(), ..chart.clone() };
        let values = Values::from_document(json!({"a": 1}));
        let read = |document: &Value| StoredRelease::read(&compressed(document)).expect("a release");
        let ours = document(&description(&chart));
        assert!(read(&ours).is(&chart, &values));
        assert!(read(&ours).is_ours());
        assert!(!read(&document("Upgrade complete")).is_ours());
        assert!(!read(&ours).is(&other, &values));
        assert!(!read(&ours).is(&chart, &Values::from_document(json!({"a": 2}))));
        assert!(!read(&document("Upgrade complete")).is(&chart, &values));
        let mut pending = ours;
        pending["info"]["status"] = json!("pending-upgrade");
        assert!(!read(&pending).is(&chart, &values));
    }
}
