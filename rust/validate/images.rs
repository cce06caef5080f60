// SPDX-License-Identifier: Apache-2.0
//! Where the images of containers come from.

use std::collections::BTreeMap;

use crate::model::labels::mirror;
use crate::model::{Images, LabelSet};

/// The registries in force.
pub fn resolve(labels: &LabelSet<'_>) -> Images {
    let prefix = |raw: Option<&str>| raw.map(|raw| raw.trim_end_matches('/').to_owned());
    let mut mirrors: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (registry, url) in labels.list("registry_mirrors").into_iter().filter_map(mirror) {
        mirrors.entry(registry.to_owned()).or_default().push(url.to_owned());
    }
    Images {
        prefix: prefix(labels.text("container_infra_prefix")),
        // What runs beside other projects' clusters is no tenant's to choose.
        management_prefix: prefix(labels.operators("container_infra_prefix")),
        mirrors,
    }
}
