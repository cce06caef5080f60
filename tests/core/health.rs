// SPDX-License-Identifier: Apache-2.0
//! How healthy clusters are said to be, and when one that failed is said to have recovered.
#![allow(clippy::expect_used, clippy::panic, reason = "what cannot be read fails its test")]

mod states;
mod support;

use magnum_capi_rdma::status::{self, Health, OperationKind};
use serde_json::{Value, json};
use states::{Fixture, fixtures};

fn health_of(fixture: &Fixture) -> Health {
    status::health(&fixture.operation, &fixture.observed(), fixture.now)
}

fn health(name: &str) -> Health {
    health_of(&Fixture::named(name))
}

fn reason<'a>(health: &'a Health, key: &str) -> &'a str {
    health.health_status_reason.get(key).unwrap_or_else(|| panic!("there is no {key} in {health:?}"))
}

#[test]
fn health_is_told_component_by_component() {
    let complete = health("create-complete-with-addons");
    assert_eq!(complete.health_status, "HEALTHY");
    assert!(complete.health_status_reason.values().all(|state| state == "Ready"), "{complete:?}");
    let components: Vec<&str> = complete.health_status_reason.keys().map(String::as_str).collect();
    assert_eq!(components, ["add-ons", "cluster", "default-master", "default-worker", "infrastructure"]);
    let short = health("update-quota-on-scale-up");
    assert_eq!((short.health_status, reason(&short, "default-worker")), ("UNHEALTHY", "2 of 3 nodes are ready."));
    assert_eq!(reason(&short, "cluster"), "Ready");
    assert_eq!(reason(&health("create-addons"), "add-ons"), "add-ons 1/2: waiting for rdma-custom-resources.");
    assert_eq!(health("update-gone").health_status, "UNKNOWN");
}

#[test]
fn each_node_that_is_not_ready_says_why() {
    const WORKER: &str = "training-q7w3kz5m2x9a-default-worker-7d9fc-2hplm";
    let key = format!("default-worker/{WORKER}");
    let with = |status: &str, why: &str, message: &str| {
        Fixture::named("create-complete").with("Machine", |machine| {
            if machine["metadata"]["name"] == WORKER {
                machine["status"]["conditions"] = json!([
                    {"type": "InfrastructureReady", "status": "True"},
                    {"type": "NodeHealthy", "status": status, "reason": why, "message": message},
                ]);
            }
        })
    };
    for (status, why, message, told) in [
        ("False", "NodeNotHealthy", "* Node.Ready: container runtime network not ready", "Ready: container runtime network not ready."),
        ("Unknown", "ConnectionDown", "Last successful probe at x", "The management cluster cannot reach the cluster's Kubernetes API."),
        ("False", "NodeDeleted", "Node n has been deleted", "Somebody deleted the node while its server runs."),
        (
            "Unknown",
            "InspectionFailed",
            "Waiting for a Node with spec.providerID x to exist",
            "Its server runs, and the node has yet to join.",
        ),
    ] {
        let told_of = health_of(&with(status, why, message));
        assert_eq!((told_of.health_status, reason(&told_of, &key)), ("UNHEALTHY", told));
        assert_eq!(told_of.health_status_reason.keys().filter(|name| name.contains('/')).count(), 1, "the others are fine");
    }
    let broken = health("port-quota");
    assert!(reason(&broken, &key).contains("quota for ports is used up"), "{broken:?}");
    let leaving = with("False", "NodeDeleted", "gone")
        .with("Machine", |machine| machine["metadata"]["deletionTimestamp"] = json!("2026-08-01T12:01:00Z"));
    assert_eq!(health_of(&leaving).health_status, "HEALTHY", "machines on their way out count for nothing");
}

#[test]
fn a_thousand_broken_nodes_make_no_text_of_a_thousand_lines() {
    let mut fixture = Fixture::named("create-complete");
    let model = fixture
        .objects
        .iter()
        .find(|object| object["kind"] == "Machine" && object["metadata"]["name"].as_str().is_some_and(|name| name.contains("worker")));
    let model = model.expect("a worker").clone();
    let broken = (0..1000).map(|number| {
        let mut machine: Value = model.clone();
        machine["metadata"]["name"] = json!(format!("worker-{number:04}"));
        machine["status"]["conditions"] = json!([{"type": "InfrastructureReady", "status": "True"},
            {"type": "NodeHealthy", "status": "False", "reason": "NodeNotHealthy", "message": "* Node.Ready: no"}]);
        machine
    });
    fixture.objects.extend(broken);
    let told = health_of(&fixture);
    assert_eq!(told.health_status_reason.len(), 4 + 10 + 1, "{told:?}");
    assert_eq!(reason(&told, "default-worker/…"), "990 more nodes are not ready.");
}

#[test]
fn only_what_has_come_to_its_end_has_recovered() {
    let mut recovered = 0;
    for fixture in fixtures() {
        let report = fixture.report();
        let is_over = report.is_complete() || report.groups_are_next;
        let seen = status::recovered(&fixture.operation, report.clone());
        assert_eq!(seen.is_some(), is_over, "{}", fixture.name);
        recovered += usize::from(is_over);
        if let Some(seen) = seen.filter(|_| fixture.operation.kind == OperationKind::Delete) {
            assert_eq!(
                (seen.status.as_str(), seen.gone),
                ("DELETE_IN_PROGRESS", false),
                "{}: the task for statuses ends a delete",
                fixture.name
            );
        }
    }
    assert!(recovered > 5 && recovered < fixtures().len());
}

#[test]
fn the_autoscalers_counts_are_told_and_no_others() {
    let autoscaled = health("update-autoscaled");
    assert_eq!(autoscaled.node_counts.keys().map(String::as_str).collect::<Vec<_>>(), ["default-worker"]);
    assert!(autoscaled.node_counts.values().all(|count| *count > 0), "{autoscaled:?}");
    assert!(health("update-scaled").node_counts.is_empty());
}
