// SPDX-License-Identifier: Apache-2.0
//! Which labels are in force where, and whether each level holds only what it may.
//!
//! Precedence, the strongest first: node group, cluster, template, the operator's defaults, the table. What a tenant says
//! of a label that the operator wants ignored counts for nothing.

use super::Findings;
use super::lookups::is_control_plane;
use crate::model::labels::{self, Level};
use crate::model::{LabelSet, Scope};
use crate::request::{ClusterRequest, Labels, MagnumNodeGroup};

/// The labels in force for the whole cluster.
pub fn of_cluster(request: &ClusterRequest) -> LabelSet<'_> {
    with_levels(request, None)
}

/// The labels in force for one node group.
pub fn of_group<'a>(request: &'a ClusterRequest, index: usize, group: &'a MagnumNodeGroup) -> LabelSet<'a> {
    with_levels(request, Some(Level { path: format!("node_groups[{index}].labels"), labels: &group.labels }))
}

fn with_levels<'a>(request: &'a ClusterRequest, group: Option<Level<'a>>) -> LabelSet<'a> {
    let common = [
        Level { path: "cluster.labels".to_owned(), labels: &request.cluster.labels },
        Level { path: "template.labels".to_owned(), labels: &request.template.labels },
    ];
    let defaults = Level { path: "settings.label_defaults".to_owned(), labels: &request.settings.label_defaults };
    LabelSet::new(group.into_iter().chain(common).collect(), defaults).ignoring(&request.settings.ignored_labels)
}

/// What a level says for itself. Magnum and its clients copy labels downwards: the template's into the
/// cluster, the cluster's into its first groups. A copy is judged where it came from.
fn own(labels: &Labels, above: &[&Labels], ignored: &[String]) -> Labels {
    let is_copy = |name: &str, value: &str| above.iter().any(|level| level.get(name).is_some_and(|other| other == value));
    let counts = |name: &String, value: &String| !ignored.contains(name) && !is_copy(name, value);
    labels.iter().filter(|(name, value)| counts(name, value)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Checks every level.
pub fn check(request: &ClusterRequest, findings: &mut Findings) {
    const TEMPLATE: &[Scope] = &[Scope::Cluster, Scope::NodeGroup, Scope::Template];
    const CLUSTER: &[Scope] = &[Scope::Cluster, Scope::NodeGroup];
    const WORKERS: &[Scope] = &[Scope::NodeGroup];
    let (cluster, template, ignored) = (&request.cluster.labels, &request.template.labels, &request.settings.ignored_labels);
    check_level("settings.label_defaults", &request.settings.label_defaults, CLUSTER, findings);
    check_level("template.labels", &own(template, &[], ignored), TEMPLATE, findings);
    check_level("cluster.labels", &own(cluster, &[template], ignored), CLUSTER, findings);
    for (index, group) in request.node_groups.iter().enumerate() {
        let scopes = if is_control_plane(&group.role) { &[] } else { WORKERS };
        check_level(&format!("node_groups[{index}].labels"), &own(&group.labels, &[cluster, template], ignored), scopes, findings);
    }
}

fn check_level(path: &str, labels: &Labels, scopes: &[Scope], findings: &mut Findings) {
    let checked = labels::check(&Level { path: path.to_owned(), labels }, scopes);
    findings.problems.extend(checked.problems);
    if !checked.foreign.is_empty() {
        findings.warnings.push(format!("{path}: {} mean nothing to this driver", checked.foreign.join(", ")));
    }
}
