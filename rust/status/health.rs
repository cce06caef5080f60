// SPDX-License-Identifier: Apache-2.0
//! Whether a cluster is healthy, component by component.

use std::collections::BTreeMap;

use serde::Serialize;

use super::object::{Object, ObjectKind};
use super::observed::ObservedCluster;
use super::operation::{ExpectedGroup, Operation, OperationKind};
use super::progress;

/// The word for a component without a fault.
const READY: &str = "Ready";

/// What Magnum is to show as a cluster's health.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// `HEALTHY`, `UNHEALTHY` or `UNKNOWN`.
    pub health_status: &'static str,
    /// A sentence for each component; `Ready` where nothing is wrong.
    pub health_status_reason: BTreeMap<String, String>,
}

/// Judges a cluster's health.
#[must_use]
pub fn health(operation: &Operation, observed: &ObservedCluster) -> Health {
    let Some(cluster) = observed.cluster() else {
        let reason = "The management cluster has no such cluster.".to_owned();
        return Health { health_status: "UNKNOWN", health_status_reason: BTreeMap::from([("cluster".to_owned(), reason)]) };
    };
    let mut components = BTreeMap::from([("cluster".to_owned(), judged(cluster, "Available"))]);
    if let Some(infrastructure) = observed.of(ObjectKind::OpenStackCluster).next() {
        components.insert("infrastructure".to_owned(), judged(infrastructure, "Ready"));
    }
    let kept = |group: &&ExpectedGroup| group.kind(operation.kind) != OperationKind::Delete;
    for group in operation.node_groups.iter().filter(kept) {
        let state = match observed.keeper(&group.role()) {
            None => "It has no machines in the management cluster.".to_owned(),
            Some(keeper) if !keeper.is("Available") => judged(keeper, "Available"),
            Some(_) => {
                let state = progress::group(observed, group, operation.kind);
                if state.ready < state.wanted { format!("{} of {} nodes are ready.", state.ready, state.wanted) } else { READY.to_owned() }
            }
        };
        components.insert(group.name.clone(), state);
    }
    let healthy = components.values().all(|state| state == READY);
    Health { health_status: if healthy { "HEALTHY" } else { "UNHEALTHY" }, health_status_reason: components }
}

fn judged(object: &Object, kind: &str) -> String {
    match object.condition(kind) {
        Some(condition) if condition.status == "True" => READY.to_owned(),
        Some(condition) if condition.message.is_empty() => format!("{} is not {kind}: {}.", object.name, condition.reason),
        Some(condition) => condition.message.clone(),
        None => format!("{} has not been looked at yet.", object.name),
    }
}
