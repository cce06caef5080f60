// SPDX-License-Identifier: Apache-2.0
//! Operations whose conductor was killed: Magnum keeps them in progress and nobody works on them.
//!
//! The watch cannot tell them from those that are only slow, so the management cluster is asked who works on
//! the release and what became of it. That is done where a report cannot be believed without it, which is
//! when an operation seems complete and when Cluster API has not heard of what Magnum wants.

use jiff::{SignedDuration, Timestamp};

use super::observed::ObservedCluster;
use super::operation::{ExpectedGroup, Operation, OperationKind};
use super::report::Report;
use super::revision;

/// How long a conductor may need before it locks the cluster: it asks OpenStack first.
const GRACE: SignedDuration = SignedDuration::from_mins(2);

/// What is known of how an operation reaches the management cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handover {
    /// A process works on the release.
    Working,
    /// Nobody does, and the release is as it was asked for last.
    Done,
    /// Nobody does, and the release is half-made or not there, or whoever worked on it is gone.
    Undone,
}

/// Whether a report can only be believed once it is known how the operation reached the management cluster.
#[must_use]
pub fn is_doubtful(operation: &Operation, observed: &ObservedCluster, report: &Report) -> bool {
    operation.kind != OperationKind::Delete
        && (report.is_complete() || report.groups_are_next || (report.is_in_progress() && is_unheard(operation, observed)))
}

/// Whether Cluster API has not been told all that Magnum wants, or Helm has not come to an end.
fn is_unheard(operation: &Operation, observed: &ObservedCluster) -> bool {
    observed.cluster().is_none()
        || !revision::settled(observed)
        || operation.node_groups.iter().any(|group| group_is_unheard(operation, observed, group))
}

fn group_is_unheard(operation: &Operation, observed: &ObservedCluster, group: &ExpectedGroup) -> bool {
    match (observed.keeper(&group.role()), group.kind(operation.kind)) {
        (keeper, OperationKind::Delete) => keeper.is_some_and(|keeper| !keeper.is_deleting()),
        (None, _) => true,
        (Some(keeper), _) => !group.autoscaled && keeper.wanted.is_some_and(|wanted| wanted != group.node_count),
    }
}

/// The report in the light of how the operation reached the management cluster.
#[must_use]
pub fn judged(operation: &Operation, observed: &ObservedCluster, report: Report, handover: Handover, now: Timestamp) -> Report {
    let young = operation.started_at.is_some_and(|start| now.duration_since(start) < GRACE);
    let is_create = operation.kind == OperationKind::Create;
    match handover {
        _ if report.is_failed() => report,
        Handover::Working => report.unfinished("The management cluster is being told what is wanted."),
        Handover::Done if young || is_create || !is_unheard(operation, observed) => report,
        Handover::Undone if young => report.unfinished("Waiting for the management cluster to be told what is wanted."),
        _ if is_create => report.failed(
            "The create was interrupted before everything was made, most likely by a restart of Magnum's conductor. Delete the cluster \
             and create it again.",
        ),
        _ => report.failed(
            "The operation was interrupted before the management cluster was told all of it, most likely by a restart of Magnum's \
             conductor. Repeat it.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::object::Object;
    use super::super::report::report;
    use super::*;

    fn operation(kind: &str) -> Operation {
        let groups =
            json!([{"name": "default-master", "role": "master", "node_count": 1}, {"name": "w", "role": "worker", "node_count": 2}]);
        let document = json!({"kind": kind, "release": "c", "started_at": "2026-01-01T00:00:00Z", "node_groups": groups});
        serde_json::from_value(document).expect("an operation")
    }

    fn keeper(kind: &str, name: &str, replicas: i64) -> Value {
        let labels = json!({"cluster.x-k8s.io/cluster-name": "c", "cluster.x-k8s.io/deployment-name": name,
            "capi.stackhpc.com/node-group": name});
        let conditions = json!([{"type": "Available", "status": "True", "reason": "Available"}]);
        json!({"kind": kind, "metadata": {"name": name, "namespace": "n", "generation": 1, "labels": labels},
            "spec": {"replicas": replicas},
            "status": {"observedGeneration": 1, "replicas": replicas, "upToDateReplicas": replicas, "availableReplicas": replicas,
                "conditions": conditions}})
    }

    fn observed(workers: &[i64]) -> ObservedCluster {
        let mut all = vec![keeper("Cluster", "c", 1), keeper("KubeadmControlPlane", "c-control-plane", 1)];
        all.extend(workers.iter().map(|count| keeper("MachineDeployment", "w", *count)));
        ObservedCluster::select(all.iter().filter_map(Object::read), "n", "c")
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_767_225_600 + seconds).expect("a time")
    }

    fn judge(kind: &str, workers: &[i64], handover: Handover, seconds: i64) -> Report {
        let (operation, observed) = (operation(kind), observed(workers));
        let seen = report(&operation, &observed, at(seconds));
        assert!(is_doubtful(&operation, &observed, &seen), "{seen:?}");
        judged(&operation, &observed, seen, handover, at(seconds))
    }

    /// All objects are there, and the Cluster is not available yet.
    fn building() -> ObservedCluster {
        let mut objects = observed(&[2]).objects;
        objects.retain(|object| object.kind != super::super::ObjectKind::Cluster);
        let mut cluster = keeper("Cluster", "c", 1);
        cluster["status"]["conditions"] = json!([]);
        objects.extend(Object::read(&cluster).map(std::sync::Arc::new));
        ObservedCluster { objects, ..ObservedCluster::default() }
    }

    #[test]
    fn nobody_is_asked_while_machines_are_made() {
        let seen = report(&operation("create"), &building(), at(9));
        assert!(seen.is_in_progress(), "{seen:?}");
        assert!(!is_doubtful(&operation("create"), &building(), &seen));
    }

    #[test]
    fn what_a_closer_look_finds_unfinished_goes_on() {
        let (operation, observed) = (operation("update"), building());
        let seen = report(&operation, &observed, at(999));
        assert_eq!(judged(&operation, &observed, seen.clone(), Handover::Done, at(999)), seen);
    }

    #[test]
    fn an_end_is_believed_once_nobody_works_on_the_release() {
        assert_eq!(judge("create", &[2], Handover::Done, 9).status, "CREATE_COMPLETE");
        assert_eq!(judge("update", &[2], Handover::Done, 9).status, "UPDATE_COMPLETE");
        let working = judge("update", &[2], Handover::Working, 999);
        assert_eq!(working.status, "UPDATE_IN_PROGRESS");
        assert!(working.status_reason.is_some());
    }

    #[test]
    fn what_was_interrupted_has_failed_after_a_while() {
        for (kind, workers, handover) in [
            ("create", &[] as &[i64], Handover::Undone),
            ("create", &[2], Handover::Undone),
            ("update", &[2], Handover::Undone),
            ("update", &[1], Handover::Done),
            ("update", &[], Handover::Done),
        ] {
            let status = |seconds| judge(kind, workers, handover, seconds).status;
            let (going_on, failed) = (format!("{}_IN_PROGRESS", kind.to_uppercase()), format!("{}_FAILED", kind.to_uppercase()));
            assert_eq!((status(119), status(120)), (going_on, failed), "{kind} {workers:?}");
        }
    }

    #[test]
    fn what_only_takes_long_has_not_failed() {
        assert_eq!(judge("create", &[], Handover::Working, 999).status, "CREATE_IN_PROGRESS");
        assert_eq!(judge("create", &[1], Handover::Done, 999).status, "CREATE_IN_PROGRESS");
    }

    #[test]
    fn a_failure_says_what_to_do_and_reaches_the_node_groups() {
        let failed = judge("create", &[], Handover::Undone, 999);
        assert!(failed.status_reason.as_deref().is_some_and(|reason| reason.ends_with("Delete the cluster and create it again.")));
        let groups: Vec<&str> = failed.node_groups.iter().map(|group| group.status.as_str()).collect();
        assert_eq!(groups, ["CREATE_COMPLETE", "CREATE_FAILED"]);
        let failed = judge("update", &[1], Handover::Done, 999);
        assert!(failed.status_reason.as_deref().is_some_and(|reason| reason.ends_with("Repeat it.")));
    }
}
