// SPDX-License-Identifier: Apache-2.0
//! The objects of a release's manifest.

use std::collections::BTreeMap;

use serde_json::Value;

/// A manifest is no list of Kubernetes objects.
#[derive(Debug, thiserror::Error)]
#[error("The objects of the cluster's release cannot be read: {0}.")]
pub struct ManifestError(String);

/// A Kubernetes object.
#[derive(Debug, Clone, PartialEq)]
pub struct Object(Value);

/// Objects by kind and name. A release has one namespace.
pub type Objects = BTreeMap<(String, String), Object>;

impl Object {
    /// A part of it, by JSON pointer.
    #[must_use]
    pub fn part(&self, pointer: &str) -> Option<&Value> {
        self.0.pointer(pointer)
    }

    /// A text in it, by JSON pointer.
    #[must_use]
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.part(pointer)?.as_str()
    }
}

/// Reads the objects of a manifest.
pub fn objects(manifest: &str) -> Result<Objects, ManifestError> {
    let documents: Vec<Value> =
        serde_saphyr::from_multiple(manifest).map_err(|error| ManifestError(error.without_snippet().to_string()))?;
    let mut found = Objects::new();
    for document in documents.into_iter().filter(|document| !document.is_null()) {
        let object = Object(document);
        let (Some(kind), Some(name)) = (object.text("/kind"), object.text("/metadata/name")) else {
            return Err(ManifestError("one of them has no kind or no name".to_owned()));
        };
        found.insert((kind.to_owned(), name.to_owned()), object.clone());
    }
    Ok(found)
}

/// Objects that differ, with what would become of each.
pub fn changes(before: &Objects, after: &Objects) -> Vec<String> {
    let mut found = Vec::new();
    for (key @ (kind, name), object) in before {
        match after.get(key) {
            None => found.push(format!("{kind} {name} would vanish")),
            Some(other) if other != object => found.push(format!("{kind} {name} would change")),
            Some(_) => {}
        }
    }
    let new = after.keys().filter(|key| !before.contains_key(*key));
    found.extend(new.map(|(kind, name)| format!("{kind} {name} would be made")));
    found
}
