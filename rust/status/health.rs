// SPDX-License-Identifier: Apache-2.0
//! Whether a cluster is healthy, component by component and node by node.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::cluster_api::items;
use super::object::{Object, ObjectKind, Truth};
use super::observed::ObservedCluster;
use super::operation::{ExpectedGroup, Operation, OperationKind};
use super::{addons, nodes, progress};

/// The word for a component without a fault.
const READY: &str = "Ready";
/// How many nodes of a group are told one by one.
const MOST_NODES: usize = 10;

/// What Magnum is to show as a cluster's health.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// `HEALTHY`, `UNHEALTHY` or `UNKNOWN`.
    pub health_status: &'static str,
    /// A sentence for each component, `Ready` where nothing is wrong; below a node group, as `group/node`, one
    /// for each node that is not as it should be.
    pub health_status_reason: BTreeMap<String, String>,
    /// How many machines the autoscaler wants of each group where it decides.
    pub node_counts: BTreeMap<String, i64>,
}

/// Judges a cluster's health.
#[must_use]
pub fn health(operation: &Operation, observed: &ObservedCluster, now: Timestamp) -> Health {
    let Some(cluster) = observed.cluster() else {
        let reason = "The management cluster has no such cluster.".to_owned();
        let health_status_reason = BTreeMap::from([("cluster".to_owned(), reason)]);
        return Health { health_status: "UNKNOWN", health_status_reason, node_counts: BTreeMap::new() };
    };
    let mut components = BTreeMap::from([("cluster".to_owned(), judged(cluster, "Available"))]);
    if let Some(infrastructure) = observed.of(ObjectKind::OpenStackCluster).next() {
        components.insert("infrastructure".to_owned(), judged(infrastructure, "Ready"));
    }
    let addons = addons::progress(observed);
    if addons.wanted > 0 {
        components.insert("add-ons".to_owned(), if addons.settled() { READY.to_owned() } else { format!("{}.", addons.sentence()) });
    }
    let kept = |group: &&ExpectedGroup| group.kind(operation.kind) != OperationKind::Delete;
    for group in operation.node_groups.iter().filter(kept) {
        components.insert(group.name.clone(), of_group(observed, group, operation.kind));
        components.extend(of_nodes(observed, group, now));
    }
    let healthy = components.values().all(|state| state == READY);
    Health {
        health_status: if healthy { "HEALTHY" } else { "UNHEALTHY" },
        health_status_reason: components,
        node_counts: node_counts(operation, observed),
    }
}

/// The autoscaler changes counts at any time, also while Magnum waits for nothing.
fn node_counts(operation: &Operation, observed: &ObservedCluster) -> BTreeMap<String, i64> {
    let autoscaled = operation.node_groups.iter().filter(|group| group.autoscaled);
    let wanted = |group: &ExpectedGroup| observed.keeper(&group.role()).and_then(|keeper| keeper.wanted);
    autoscaled.filter_map(|group| wanted(group).map(|count| (group.name.clone(), count))).collect()
}

fn of_group(observed: &ObservedCluster, group: &ExpectedGroup, kind: OperationKind) -> String {
    match observed.keeper(&group.role()) {
        None => "It has no machines in the management cluster.".to_owned(),
        Some(keeper) if !keeper.is("Available") => judged(keeper, "Available"),
        Some(_) => {
            let state = progress::group(observed, group, kind);
            if state.ready < state.wanted { format!("{} of {} nodes are ready.", state.ready, state.wanted) } else { READY.to_owned() }
        }
    }
}

/// The nodes of a group that are not as they should be. Of many a few are told, and how many more there are.
fn of_nodes(observed: &ObservedCluster, group: &ExpectedGroup, now: Timestamp) -> Vec<(String, String)> {
    let problems = nodes::problems(observed, &group.role(), now);
    let more = problems.len().saturating_sub(MOST_NODES);
    let told = problems.into_iter().take(MOST_NODES).map(|(node, state)| (format!("{}/{node}", group.name), state));
    let rest = (more > 0).then(|| (format!("{}/…", group.name), format!("{more} more nodes are not ready.")));
    told.chain(rest).collect()
}

fn judged(object: &Object, kind: &str) -> String {
    match object.condition(kind) {
        Some(condition) if condition.status == Truth::True => READY.to_owned(),
        Some(condition) if condition.message.is_empty() => format!("{} is not {kind}: {}.", object.name, condition.reason),
        Some(condition) => format!("{}.", items(&condition.message)),
        None => format!("{} has not been looked at yet.", object.name),
    }
}
