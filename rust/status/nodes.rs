// SPDX-License-Identifier: Apache-2.0
//! What is wrong with single nodes, for a person.

use jiff::Timestamp;

use super::cluster_api::items;
use super::failure;
use super::object::{Object, ObjectKind, Role, Truth};
use super::observed::ObservedCluster;

/// What is wrong with each node of `role` that is not as it should be, by the machine's name. Machines that are
/// on their way out count for nothing.
pub fn problems<'a>(observed: &'a ObservedCluster, role: &Role, now: Timestamp) -> Vec<(&'a str, String)> {
    let machines = observed.of(ObjectKind::Machine).filter(|machine| machine.role == *role && !machine.is_deleting());
    machines.filter_map(|machine| Some((&*machine.name, problem(machine, observed, now)?))).collect()
}

fn problem(machine: &Object, observed: &ObservedCluster, now: Timestamp) -> Option<String> {
    if let Some(sentence) = failure::of_machine(&machine.name, observed, now) {
        return Some(sentence);
    }
    let bad = ["NodeHealthy", "NodeReady"].iter().filter_map(|kind| machine.condition(kind)).find(|found| found.status != Truth::True);
    match bad {
        None if machine.condition("NodeHealthy").is_none() => Some("Nobody has looked at it yet.".to_owned()),
        None => None,
        Some(_) if !machine.is("InfrastructureReady") => Some("Its server is being made.".to_owned()),
        Some(condition) if condition.message.starts_with("Waiting for") => {
            Some("Its server runs, and the node has yet to join.".to_owned())
        }
        Some(condition) => Some(match &*condition.reason {
            "NodeDeleted" => "Somebody deleted the node while its server runs.".to_owned(),
            "ConnectionDown" => "The management cluster cannot reach the cluster's Kubernetes API.".to_owned(),
            _ => format!("{}.", items(&condition.message.replace("Node.", ""))),
        }),
    }
}
