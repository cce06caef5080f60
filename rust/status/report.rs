// SPDX-License-Identifier: Apache-2.0
//! What Magnum is to save for a cluster and its node groups.

use jiff::Timestamp;
use serde::Serialize;

use super::failure::{self, Failure};
use super::object::{ObjectKind, Role};
use super::observed::ObservedCluster;
use super::operation::{ExpectedGroup, Operation, OperationKind};
use super::progress::{self, GroupProgress};
use super::{addons, revision};

/// What Magnum is to save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// One of Magnum's statuses, such as `CREATE_IN_PROGRESS`.
    pub status: String,
    /// The stage, or what is wrong and what to do about it.
    pub status_reason: Option<String>,
    /// URL of the Kubernetes API.
    pub api_address: Option<String>,
    /// Kubernetes version of the control plane.
    pub coe_version: Option<String>,
    /// For a delete: no object of the cluster is left in the management cluster.
    pub gone: bool,
    /// Everything has settled but for worker groups that have yet to be given the control plane's version.
    pub groups_are_next: bool,
    /// Servers whose fault only Nova knows; a report with [`ObservedCluster::server_faults`] says more.
    pub wanted_server_faults: Vec<String>,
    /// The node groups.
    pub node_groups: Vec<GroupReport>,
}

/// What Magnum is to save for one node group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupReport {
    /// Its name in Magnum.
    pub name: String,
    /// One of Magnum's statuses.
    pub status: String,
    /// What is wrong with its machines.
    pub status_reason: Option<String>,
    /// Addresses of its machines.
    pub node_addresses: Vec<String>,
    /// How many machines the autoscaler wants, where it decides.
    pub node_count: Option<i64>,
    /// For a group that is deleted while its cluster stays: nothing of it is left.
    pub gone: bool,
}

impl Report {
    /// Whether the operation has come to its good end.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.status.ends_with("_COMPLETE")
    }

    /// Whether the operation goes on.
    #[must_use]
    pub fn is_in_progress(&self) -> bool {
        self.status.ends_with("_IN_PROGRESS")
    }

    /// Whether the operation has failed.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        self.status.ends_with("_FAILED")
    }

    /// The same, but not complete yet.
    #[must_use]
    pub fn unfinished(mut self, reason: &str) -> Self {
        if self.is_complete() {
            self.status = with_outcome(&self.status, Outcome::InProgress);
            self.status_reason = Some(reason.to_owned());
        }
        self
    }

    /// The same, but failed, and with it every node group that is not complete.
    #[must_use]
    pub fn failed(mut self, reason: &str) -> Self {
        self.status = with_outcome(&self.status, Outcome::Failed);
        self.status_reason = Some(reason.to_owned());
        for group in self.node_groups.iter_mut().filter(|group| group.status.ends_with("_IN_PROGRESS")) {
            group.status = with_outcome(&group.status, Outcome::Failed);
            group.status_reason = Some(reason.to_owned());
        }
        self
    }

    /// The same with a next step begun: nothing is complete any more.
    #[must_use]
    pub fn going_on(mut self) -> Self {
        let unfinished = |status: &str| status.replace("_COMPLETE", "_IN_PROGRESS");
        self.status = unfinished(&self.status);
        self.status_reason = Some("The control plane is upgraded; the worker groups follow.".to_owned());
        self.node_groups.iter_mut().for_each(|group| group.status = unfinished(&group.status));
        self
    }
}

/// How an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Complete,
    InProgress,
    Failed,
}

impl Outcome {
    const fn end(self) -> &'static str {
        match self {
            Self::Complete => "COMPLETE",
            Self::InProgress => "IN_PROGRESS",
            Self::Failed => "FAILED",
        }
    }

    fn status(self, kind: OperationKind) -> String {
        format!("{}_{}", kind.status(), self.end())
    }
}

/// The status of the same operation with another outcome.
fn with_outcome(status: &str, outcome: Outcome) -> String {
    let operation = status.split('_').next().unwrap_or(status);
    format!("{operation}_{}", outcome.end())
}

/// Judges an operation by what is observed.
#[must_use]
pub fn report(operation: &Operation, observed: &ObservedCluster, now: Timestamp) -> Report {
    let failures = failure::failures(observed, now);
    let groups: Vec<GroupProgress> = operation.node_groups.iter().map(|group| progress::group(observed, group, operation.kind)).collect();
    let (outcome, reason) = match operation.kind {
        OperationKind::Delete => deletion(operation, observed, &failures, now),
        _ => building(operation, observed, &groups, &failures, now),
    };
    Report {
        status: outcome.status(operation.kind),
        status_reason: reason,
        api_address: observed.cluster().and_then(|cluster| cluster.endpoint.as_deref().map(str::to_owned)),
        coe_version: observed.keeper(&Role::ControlPlane).and_then(|keeper| keeper.version.as_deref().map(str::to_owned)),
        gone: operation.kind == OperationKind::Delete && outcome == Outcome::Complete,
        groups_are_next: outcome == Outcome::InProgress && everything_settled(observed, &groups),
        wanted_server_faults: failure::wanted_server_faults(observed),
        node_groups: operation
            .node_groups
            .iter()
            .zip(&groups)
            .map(|(expected, group)| group_report(operation, expected, group, outcome, observed, &failures))
            .collect(),
    }
}

fn building(
    operation: &Operation,
    observed: &ObservedCluster,
    groups: &[GroupProgress],
    failures: &[Failure],
    now: Timestamp,
) -> (Outcome, Option<String>) {
    if let Some(sentence) = taken_away(operation, observed) {
        return (Outcome::Failed, Some(sentence.to_owned()));
    }
    let addons = addons::progress(observed);
    let is_there = addons.settled() && revision::settled(observed);
    if everything_settled(observed, groups) && is_there && !groups.iter().any(|group| group.behind) {
        return (Outcome::Complete, None);
    }
    let stage = progress::stage(observed, groups, &addons);
    let told = failure::summary(failures);
    if failures.iter().any(|failure| failure.is_final(operation, now)) {
        return (Outcome::Failed, told);
    }
    if operation.is_late(now) {
        let minutes = operation.timeout_minutes.unwrap_or_default();
        let told = told.unwrap_or_default();
        let since = if operation.kind == OperationKind::Create { "Not ready after" } else { "No progress for" };
        let late = format!("{since} {minutes} minutes. {stage} {told}");
        return (Outcome::Failed, Some(late.trim_end().to_owned()));
    }
    let reason = told.map_or_else(|| stage.clone(), |told| format!("{stage} Trying again: {told}"));
    (Outcome::InProgress, Some(reason))
}

fn everything_settled(observed: &ObservedCluster, groups: &[GroupProgress]) -> bool {
    progress::cluster_settled(observed) && groups.iter().all(|group| group.settled)
}

/// Whether somebody other than Magnum deletes the cluster, or has. A cluster that is being created may not be there yet.
fn taken_away(operation: &Operation, observed: &ObservedCluster) -> Option<&'static str> {
    match observed.cluster() {
        Some(cluster) if cluster.is_deleting() => Some(
            "Somebody is deleting the cluster in the management cluster, and it was not Magnum. Ask the operator, and delete the \
             cluster in Magnum too.",
        ),
        None if operation.kind == OperationKind::Update => Some(
            "The cluster is not in the management cluster any more, and it was not Magnum that deleted it. Ask the operator, and \
             delete the cluster in Magnum too.",
        ),
        _ => None,
    }
}

fn deletion(operation: &Operation, observed: &ObservedCluster, failures: &[Failure], now: Timestamp) -> (Outcome, Option<String>) {
    if observed.is_gone() {
        return (Outcome::Complete, None);
    }
    let machines = observed.of(ObjectKind::Machine).count();
    let left = match machines {
        0 => "Deleting networks and security groups.".to_owned(),
        1 => "Deleting 1 machine.".to_owned(),
        many => format!("Deleting {many} machines."),
    };
    let blocking = || failures.iter().filter(|failure| failure.blocks_delete);
    let told = failure::summary(blocking());
    if blocking().any(|failure| failure.is_final(operation, now)) {
        return (Outcome::Failed, told.map(|told| format!("{told} Delete the cluster again after that.")));
    }
    if operation.is_late(now) {
        let minutes = operation.timeout_minutes.unwrap_or_default();
        let late = format!("No progress for {minutes} minutes. {left} {}", told.unwrap_or_default());
        return (Outcome::Failed, Some(late.trim_end().to_owned()));
    }
    (Outcome::InProgress, Some(told.map_or_else(|| left.clone(), |told| format!("{left} Blocked: {told}"))))
}

fn group_report(
    operation: &Operation,
    expected: &ExpectedGroup,
    progress: &GroupProgress,
    outcome: Outcome,
    observed: &ObservedCluster,
    failures: &[Failure],
) -> GroupReport {
    let kind = expected.kind(operation.kind);
    let deleting = kind == OperationKind::Delete;
    let with_cluster = operation.kind == OperationKind::Delete;
    let group_outcome = if !with_cluster && progress.settled && !progress.behind { Outcome::Complete } else { outcome };
    let own = failures.iter().filter(|failure| failure.role == progress.role && (!deleting || failure.blocks_delete));
    let reason = failure::summary(own).or_else(|| (!with_cluster).then(|| progress.sentence()));
    GroupReport {
        name: expected.name.clone(),
        status: group_outcome.status(kind),
        status_reason: reason.filter(|_| group_outcome != Outcome::Complete),
        node_addresses: observed.addresses(&progress.role),
        node_count: observed.keeper(&progress.role).filter(|_| expected.autoscaled).and_then(|keeper| keeper.wanted),
        gone: deleting && !with_cluster && progress.settled,
    }
}
