// SPDX-License-Identifier: Apache-2.0
//! The labels in force somewhere: several levels, of which the strongest that has a label decides.

use ipnet::IpNet;

use super::find;
use super::kind::boolean;
use crate::request::Labels;

/// One level of labels: whose they are, as a path, and what they say.
#[derive(Debug, Clone)]
pub struct Level<'a> {
    /// Path of the dictionary in the request, such as `cluster.labels`.
    pub path: String,
    /// The labels.
    pub labels: &'a Labels,
}

/// The labels in force for a cluster or a node group: the first level that has one decides.
#[derive(Debug, Clone)]
pub struct LabelSet<'a> {
    levels: Vec<Level<'a>>,
}

impl<'a> LabelSet<'a> {
    /// Labels by precedence, the strongest level first.
    #[must_use]
    pub fn new(levels: Vec<Level<'a>>) -> Self {
        Self { levels }
    }

    /// The value and its path; the table's default has the path of the weakest level.
    ///
    /// A value that is not of the label's type counts as absent here; [`check`] reports it.
    fn raw(&self, name: &str) -> Option<(&'a str, String)> {
        let row = find(name)?;
        let given = self
            .levels
            .iter()
            .find_map(|level| level.labels.get(name).map(|raw| (raw.as_str(), format!("{}.{name}", level.path))))
            .filter(|(raw, _)| row.kind.accepts(raw));
        given.or_else(|| row.default.map(|default| (default, format!("labels.{name}"))))
    }

    /// Where the label in force stands, for a problem's path.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        self.raw(name).map_or_else(|| format!("cluster.labels.{name}"), |(_, path)| path)
    }

    /// A label's text, trimmed.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.raw(name).map(|(raw, _)| raw.trim())
    }

    /// A boolean label.
    #[must_use]
    pub fn boolean(&self, name: &str) -> bool {
        self.text(name).and_then(boolean).unwrap_or(false)
    }

    /// A numeric label.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.text(name).and_then(|raw| raw.parse().ok())
    }

    /// A label that is a list of names, networks or ranges.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<&'a str> {
        find(name).zip(self.text(name)).map_or_else(Vec::new, |(row, raw)| row.kind.parts(raw))
    }

    /// An address range.
    #[must_use]
    pub fn range(&self, name: &str) -> Option<IpNet> {
        self.text(name).and_then(|raw| raw.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_strongest_level_decides_and_booleans_are_read_in_any_case() {
        let group = labels(&[("rdma_mtu", "4200")]);
        let cluster = labels(&[("rdma_mtu", "9000"), ("monitoring_enabled", "TRUE")]);
        let set = LabelSet::new(vec![
            Level { path: "node_groups[1].labels".into(), labels: &group },
            Level { path: "cluster.labels".into(), labels: &cluster },
        ]);
        assert_eq!(set.integer("rdma_mtu"), Some(4200));
        assert_eq!(set.path("rdma_mtu"), "node_groups[1].labels.rdma_mtu");
        assert!(set.boolean("monitoring_enabled"));
        assert_eq!(set.text("octavia_provider"), Some("amphora"));
    }
}
