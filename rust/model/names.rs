// SPDX-License-Identifier: Apache-2.0
//! Names in the management cluster.
//!
//! They follow magnum-capi-helm (`driver_utils.py`, `driver.py`), because a cluster that it made
//! keeps its release, namespace and secrets when this driver takes over.

use serde::{Serialize, Serializer};

/// Longest part of a cluster's name that goes into its release name.
const RELEASE_NAME_PREFIX: usize = 30;

/// Lower-cases a name and turns every run of other characters into one hyphen.
///
/// `Tim's Cluster` becomes `tim-s-cluster`; a name without a letter or digit becomes empty.
#[must_use]
pub fn sanitized(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.to_lowercase().chars() {
        if character.is_ascii_lowercase() || character.is_ascii_digit() {
            out.push(character);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_matches('-').to_owned()
}

/// The namespace of a project's clusters: `<prefix>-<project id>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Namespace(String);

impl Namespace {
    /// Letters and digits of the project's id behind the operator's prefix.
    #[must_use]
    pub fn of_project(prefix: &str, project_id: &str) -> Self {
        let id: String = project_id.to_lowercase().chars().filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit()).collect();
        Self(format!("{prefix}-{id}"))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A Helm release's name, which is also the Cluster's name and the start of every object's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseName(String);

impl ReleaseName {
    /// The name of a release that exists or is to exist (Magnum's `stack_id`).
    #[must_use]
    pub fn existing(stack_id: &str) -> Self {
        Self(stack_id.to_owned())
    }

    /// A new name: the cluster's name, cut, and a suffix that makes it unique.
    ///
    /// `suffix` is 12 characters from Magnum's `short_id`. A name without a usable character gives
    /// `cluster-<suffix>`, and one that begins with a digit is prefixed with `k`, since host and object
    /// names must begin with a letter.
    #[must_use]
    pub fn generate(cluster_name: Option<&str>, suffix: &str) -> Self {
        let base = sanitized(cluster_name.unwrap_or_default());
        let cut: String = base.chars().take(RELEASE_NAME_PREFIX).collect();
        let stem = match cut.trim_end_matches('-') {
            "" => "cluster".to_owned(),
            stem if stem.starts_with(|c: char| c.is_ascii_digit()) => {
                format!("k{}", stem.chars().take(RELEASE_NAME_PREFIX - 1).collect::<String>())
            }
            stem => stem.to_owned(),
        };
        Self(format!("{stem}-{suffix}").to_lowercase())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of one of the release's objects: `<release>-<part>`.
    #[must_use]
    pub fn object(&self, part: &str) -> String {
        sanitized(&format!("{}-{part}", self.0))
    }

    /// The secret that holds the application credential.
    #[must_use]
    pub fn credentials_secret(&self) -> String {
        self.object("cloud-credentials")
    }

    /// The name of the KubeadmControlPlane.
    #[must_use]
    pub fn control_plane(&self) -> String {
        self.object("control-plane")
    }
}

impl Serialize for ReleaseName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_peer() {
        assert_eq!(sanitized("Tim's  Cluster!"), "tim-s-cluster");
        assert_eq!(Namespace::of_project("magnum", "0123-ABCD").as_str(), "magnum-0123abcd");
        let long = ReleaseName::generate(Some("a-very-long-cluster-name-that-goes-on"), "AbCdEfGhIjKl");
        assert_eq!(long.as_str(), "a-very-long-cluster-name-that-abcdefghijkl");
        assert_eq!(long.control_plane(), "a-very-long-cluster-name-that-abcdefghijkl-control-plane");
    }

    #[test]
    fn a_release_name_begins_with_a_letter() {
        assert_eq!(ReleaseName::generate(None, "abcdefghijkl").as_str(), "cluster-abcdefghijkl");
        assert_eq!(ReleaseName::generate(Some("!!"), "abcdefghijkl").as_str(), "cluster-abcdefghijkl");
        assert_eq!(ReleaseName::generate(Some("3d"), "abcdefghijkl").as_str(), "k3d-abcdefghijkl");
    }

    #[test]
    fn a_release_name_fits_helm() {
        let name = ReleaseName::generate(Some(&"9".repeat(99)), "abcdefghijkl");
        assert!(name.as_str().len() <= 53, "{} is longer than Helm's 53 characters", name.as_str());
    }
}
