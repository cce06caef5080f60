// SPDX-License-Identifier: Apache-2.0
//! The labels in force somewhere: several levels, of which the strongest that has a label decides.

use ipnet::IpNet;

use super::kind::{self, boolean};
use super::{find, older};
use crate::request::Labels;

/// One level of labels: whose they are, as a path, and what they say.
#[derive(Debug, Clone)]
pub struct Level<'a> {
    /// Path of the dictionary in the request, such as `cluster.labels`.
    pub path: String,
    /// The labels.
    pub labels: &'a Labels,
}

impl<'a> Level<'a> {
    /// A label's value here, and its path.
    fn get(&self, name: &str) -> Option<(&'a str, String)> {
        self.labels.get(name).map(|raw| (raw.as_str(), format!("{}.{name}", self.path)))
    }
}

/// The labels in force for a cluster or a node group: what the tenant says goes before the operator's defaults, and
/// within either the first level that has a label decides.
#[derive(Debug, Clone)]
pub struct LabelSet<'a> {
    tenant: Vec<Level<'a>>,
    operator: Level<'a>,
    ignored: &'a [String],
}

impl<'a> LabelSet<'a> {
    /// The tenant's labels by precedence, the strongest level first, over the operator's defaults.
    #[must_use]
    pub fn new(tenant: Vec<Level<'a>>, operator: Level<'a>) -> Self {
        Self { tenant, operator, ignored: &[] }
    }

    /// The same labels, without those of the tenant that the operator wants ignored.
    #[must_use]
    pub fn ignoring(mut self, names: &'a [String]) -> Self {
        self.ignored = names;
        self
    }

    /// The value and its path; the table's default has a path of its own. An older name counts where nobody of the
    /// same standing says the newer one.
    ///
    /// A value that is not of the label's type counts as absent here; [`check`] reports it.
    ///
    /// [`check`]: super::check
    fn raw(&self, name: &str) -> Option<(&'a str, String)> {
        let row = find(name)?;
        let names = || std::iter::once(row.name).chain(older(name));
        let tenants =
            || names().filter(|name| !self.is_ignored(name)).find_map(|name| self.tenant.iter().find_map(|level| level.get(name)));
        let operators = || names().find_map(|name| self.operator.get(name));
        let given = tenants().or_else(operators).filter(|(raw, _)| row.kind.accepts(raw));
        given.or_else(|| row.default.map(|default| (default, format!("labels.{name}"))))
    }

    fn is_ignored(&self, name: &str) -> bool {
        self.ignored.iter().any(|ignored| ignored == name)
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

    /// The ranges of a label that is a list of them.
    #[must_use]
    pub fn ranges(&self, name: &str) -> Vec<IpNet> {
        self.list(name).into_iter().filter_map(kind::range).collect()
    }

    /// What the operator says, whatever the tenant does.
    #[must_use]
    pub fn operators(&self, name: &str) -> Option<&'a str> {
        let kind = find(name)?.kind;
        self.operator.labels.get(name).map(|raw| raw.trim()).filter(|raw| kind.accepts(raw))
    }

    /// On which of the tenant's levels a label is said, the strongest being 0.
    #[must_use]
    pub fn level(&self, name: &str) -> Option<usize> {
        self.tenant.iter().position(|level| !self.is_ignored(name) && level.labels.contains_key(name))
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

    fn level<'a>(path: &str, labels: &'a Labels) -> Level<'a> {
        Level { path: path.to_owned(), labels }
    }

    #[test]
    fn the_strongest_level_decides_and_booleans_are_read_in_any_case() {
        let group = labels(&[("rdma_mtu", "4200")]);
        let cluster = labels(&[("rdma_mtu", "9000"), ("monitoring_enabled", "TRUE")]);
        let nothing = Labels::new();
        let tenant = vec![level("node_groups[1].labels", &group), level("cluster.labels", &cluster)];
        let set = LabelSet::new(tenant, level("settings.label_defaults", &nothing));
        assert_eq!(set.integer("rdma_mtu"), Some(4200));
        assert_eq!(set.path("rdma_mtu"), "node_groups[1].labels.rdma_mtu");
        assert!(set.boolean("monitoring_enabled"));
        assert_eq!(set.text("octavia_provider"), Some("amphora"));
    }

    #[test]
    fn a_tenants_older_label_goes_before_the_operators_default_of_the_newer() {
        let cluster = labels(&[("etcd_volume_size", "7")]);
        let template = labels(&[("etcd_blockdevice_size", "9")]);
        let defaults = labels(&[("etcd_blockdevice_size", "30"), ("etcd_volume_type", "slow")]);
        let operator = || level("settings.label_defaults", &defaults);
        let set = LabelSet::new(vec![level("cluster.labels", &cluster)], operator());
        assert_eq!(set.integer("etcd_blockdevice_size"), Some(7));
        assert_eq!(set.path("etcd_blockdevice_size"), "cluster.labels.etcd_volume_size");
        assert_eq!(set.text("etcd_blockdevice_volume_type"), Some("slow"));
        let set = LabelSet::new(vec![level("cluster.labels", &cluster), level("template.labels", &template)], operator());
        assert_eq!(set.integer("etcd_blockdevice_size"), Some(9), "the newer name on any of the tenant's levels");
        assert_eq!(LabelSet::new(Vec::new(), operator()).integer("etcd_blockdevice_size"), Some(30));
    }
}
