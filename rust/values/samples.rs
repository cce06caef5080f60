// SPDX-License-Identifier: Apache-2.0
//! Clusters of every shape, to try the operator's files on before a tenant does.
//!
//! They are those that the driver's own templates are tested with: `docs/examples/rdma-cluster.json`, and
//! each file of `tests/fixtures/requests` laid on top of it as a JSON merge patch (RFC 7396).

use include_dir::{Dir, include_dir};
use serde_json::{Value, json};
use tera::Context;

use super::{ValuesError, context};
use crate::validate::validate;

static EXAMPLE: &str = include_str!("../../docs/examples/rdma-cluster.json");
static PATCHES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/tests/fixtures/requests");

/// A cluster as templates see it.
#[derive(Debug)]
pub struct Sample {
    /// The name of its fixture.
    pub name: String,
    /// What templates see, as a document.
    pub document: Value,
    /// The same for Tera.
    pub context: Context,
}

/// The requests of all samples, by name: the example first.
#[must_use]
pub fn requests() -> Vec<(String, Value)> {
    let example: Value = serde_json::from_str(EXAMPLE).unwrap_or_default();
    let mut all = vec![("rdma-cluster".to_owned(), example.clone())];
    let mut files: Vec<_> = PATCHES.files().collect();
    files.sort_by_key(|file| file.path());
    for file in files {
        let name = file.path().file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut document = example.clone();
        patch(&mut document, serde_json::from_slice(file.contents()).unwrap_or_default());
        all.push((name, document));
    }
    all
}

/// Every sample.
///
/// # Errors
/// [`ValuesError`] if the driver's own templates are defective.
pub fn samples() -> Result<Vec<Sample>, ValuesError> {
    let clusters = requests().into_iter().filter_map(|(name, document)| {
        let request = serde_json::from_value(document).ok()?;
        Some((name, validate(&request).ok()?))
    });
    clusters
        .map(|(name, cluster)| {
            let (manifests, context) = context(&cluster)?;
            Ok(Sample { name, document: json!({"cluster": cluster, "manifests": manifests}), context })
        })
        .collect()
}

/// Applies a JSON merge patch.
pub fn patch(target: &mut Value, change: Value) {
    let Value::Object(changes) = change else {
        *target = change;
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (key, change) in changes {
        match (target.as_object_mut(), change) {
            (Some(target), Value::Null) => drop(target.remove(&key)),
            (Some(target), change) => patch(target.entry(key).or_insert(Value::Null), change),
            (None, _) => {}
        }
    }
}
