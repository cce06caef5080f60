// SPDX-License-Identifier: Apache-2.0
//! What would become of a release if this driver rendered it: compared, nothing is changed. Pure.
//!
//! Clusters of magnum-capi-helm are taken over as they are. The next operation then applies our values and
//! our chart, so that is what is looked at beforehand: the values themselves, and every object that the
//! chart makes of them.

mod difference;
mod machines;
mod manifest;

use serde::Serialize;

pub use difference::{Difference, differences};
pub use machines::{Consequence, Effect};
pub use manifest::{ManifestError, Object};

use crate::values::Values;

/// A release as Helm has it, or would have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The chart's name and version.
    pub chart: String,
    /// The objects that the chart makes, as YAML documents.
    pub manifest: String,
}

/// What a release is and what this driver would make of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The chart that the release was made from.
    pub chart: String,
    /// The chart that this driver would take.
    pub our_chart: String,
    /// Where the values differ.
    pub values: Vec<Difference>,
    /// What would happen to machines; nothing if they stay.
    pub machines: Vec<Consequence>,
    /// Objects that would change, appear or vanish.
    pub objects: Vec<String>,
}

/// Compares what a release is with what it would become.
///
/// # Errors
/// [`ManifestError`] if one of the manifests is no list of objects.
pub fn compare(values: &serde_json::Value, held: &Rendered, our_values: &Values, ours: &Rendered) -> Result<Comparison, ManifestError> {
    let (before, after) = (manifest::objects(&held.manifest)?, manifest::objects(&ours.manifest)?);
    Ok(Comparison {
        chart: held.chart.clone(),
        our_chart: ours.chart.clone(),
        values: differences(values, our_values.document()),
        machines: machines::consequences(&before, &after),
        objects: manifest::changes(&before, &after),
    })
}
