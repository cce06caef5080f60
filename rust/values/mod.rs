// SPDX-License-Identifier: Apache-2.0
//! A cluster becomes the values of its Helm release. Pure.
//!
//! Rust says what, `helm-values/` says where. The rendered text is parsed back before anybody uses
//! it, so a template that does not make YAML is found here and not by Helm. An operator's own files are
//! laid on top.

mod mentions;
mod overrides;
pub mod samples;
mod steps;
mod template;

use serde_json::Value;
use sha2::{Digest, Sha256};
use tera::Context;

use crate::model::Cluster;
use crate::rdma::addon::{self, Addon};

pub use overrides::{Defect, OverrideFile};
pub use steps::first_step;
pub use template::{RDMA_TEMPLATES, VALUE_TEMPLATES};

/// The templates could not be rendered: a defect of the driver's or the operator's templates, not of the request.
#[derive(Debug, thiserror::Error)]
pub enum ValuesError {
    /// Tera refused the template or its context.
    #[error("The value template {template} does not render: {reason}. This is a defect of the driver.")]
    Render {
        /// Name of the template.
        template: String,
        /// What Tera said.
        reason: String,
    },
    /// The rendered text is no YAML.
    #[error("The value template {template} does not make YAML: {reason}. This is a defect of the driver.")]
    Parse {
        /// Name of the template.
        template: String,
        /// What the YAML parser said.
        reason: String,
    },
    /// The operator's own files cannot be used.
    #[error("The operator's own values cannot be used: {}. Ask the operator to correct them.", overrides::summary(.0))]
    Overrides(Vec<Defect>),
}

impl ValuesError {
    /// A stable word for the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Render { .. } | Self::Parse { .. } => "values",
            Self::Overrides(_) => "overrides",
        }
    }
}

/// Values of a Helm release.
#[derive(Debug, Clone, PartialEq)]
pub struct Values(Value);

impl Values {
    /// Values that were kept somewhere.
    #[must_use]
    pub fn from_document(document: Value) -> Self {
        Self(document)
    }

    /// The values as a document.
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.0
    }

    /// The values as JSON, which Helm reads as YAML.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.0.to_string()
    }

    /// The values as YAML for a person.
    ///
    /// # Errors
    /// [`ValuesError::Parse`], if they cannot be written as YAML.
    pub fn to_yaml(&self) -> Result<String, ValuesError> {
        serde_saphyr::to_string(&self.0).map_err(|error| ValuesError::Parse { template: "values".to_owned(), reason: error.to_string() })
    }

    /// SHA-256 of the values, in hexadecimal digits: equal values have equal digests.
    #[must_use]
    pub fn digest(&self) -> String {
        Sha256::digest(self.to_json().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The values of a cluster, with the operator's files laid over them in their order.
///
/// # Errors
/// [`ValuesError`] if a template is defective, the driver's or the operator's.
pub fn render(cluster: &Cluster, overrides: &[OverrideFile]) -> Result<Values, ValuesError> {
    let (_, context) = context(cluster)?;
    let mut values = Value::Object(serde_json::Map::new());
    for name in VALUE_TEMPLATES {
        merge(&mut values, template::document(name, &context)?);
    }
    let mut defects = Vec::new();
    for file in overrides {
        match file.document(&context) {
            Ok(document) => document.into_iter().for_each(|document| merge(&mut values, document)),
            Err(defect) => defects.push(defect),
        }
    }
    if defects.is_empty() { Ok(Values(values)) } else { Err(ValuesError::Overrides(defects)) }
}

/// Every defect of the operator's files that shows without a cluster or for any of the samples.
///
/// # Errors
/// [`ValuesError`] if the driver's own templates are defective.
pub fn defects(overrides: &[OverrideFile]) -> Result<Vec<Defect>, ValuesError> {
    let samples = samples::samples()?;
    Ok(overrides.iter().flat_map(|file| file.defects(&samples)).collect())
}

/// What templates see of a cluster, and the addon's manifests that are part of it.
fn context(cluster: &Cluster) -> Result<(Vec<Manifest>, Context), ValuesError> {
    let manifests = manifests(addon::addon(&cluster.rdma_networks, cluster.images.prefix.as_deref()).as_ref())?;
    let mut context = Context::new();
    context.insert("cluster", cluster);
    context.insert("manifests", &manifests);
    Ok((manifests, context))
}

/// One file of the RDMA addon.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Manifest {
    /// Name of the file.
    pub file: String,
    /// Kubernetes objects as YAML.
    pub text: String,
}

/// The files of the addon; none without one.
///
/// # Errors
/// [`ValuesError`] if a template is defective.
pub fn manifests(addon: Option<&Addon>) -> Result<Vec<Manifest>, ValuesError> {
    let Some(addon) = addon else { return Ok(Vec::new()) };
    let context =
        Context::from_serialize(addon).map_err(|error| ValuesError::Render { template: "rdma".to_owned(), reason: error.to_string() })?;
    RDMA_TEMPLATES
        .iter()
        .map(|name| {
            let file = name.rsplit('/').next().unwrap_or(name).to_owned();
            template::text(name, &context).map(|text| Manifest { file, text })
        })
        .collect()
}

/// Lays `over` on top of `under` as Helm does: maps are merged, all else is replaced.
pub fn merge(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                merge(under.entry(key).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over,
    }
}
