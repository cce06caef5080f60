// SPDX-License-Identifier: Apache-2.0
//! How far a cluster is, and whether it has settled.
//!
//! Settled means that every controller has seen the latest specification and that all counts agree;
//! phases and single conditions come too early (Cluster API reports `ScalingUp=False` before the node is ready).

use super::addons::AddonProgress;
use super::object::{Object, ObjectKind, Role, Truth};
use super::observed::ObservedCluster;
use super::operation::{ExpectedGroup, OperationKind};

/// Conditions that say that something is still going on.
const ONGOING: [&str; 5] = ["RollingOut", "ScalingUp", "ScalingDown", "Remediating", "Deleting"];

/// Conditions of the Cluster that must hold where Cluster API sets them.
const GOOD: [&str; 4] = ["ControlPlaneMachinesReady", "ControlPlaneMachinesUpToDate", "WorkerMachinesReady", "WorkerMachinesUpToDate"];

/// How far one node group is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupProgress {
    /// Whose machines.
    pub role: Role,
    /// How many there are to be.
    pub wanted: i64,
    /// How many of those are up to date and available.
    pub ready: i64,
    /// How many there are beyond those wanted: replaced or not needed any more.
    pub surplus: i64,
    /// Whether nothing is going on any more.
    pub settled: bool,
    /// Whether its machines have yet to be asked to take the control plane's version of Kubernetes.
    pub behind: bool,
}

impl GroupProgress {
    /// How far the group is, for a person.
    #[must_use]
    pub fn sentence(&self) -> String {
        if self.settled && self.behind {
            return "Waiting for the control plane to be upgraded.".to_owned();
        }
        match self.surplus {
            surplus if surplus > 0 && self.ready == self.wanted => format!("Removing {}.", machines(surplus)),
            _ => format!("{} of {} ready.", self.ready, machines(self.wanted)),
        }
    }
}

fn machines(count: i64) -> String {
    format!("{count} machine{}", if count == 1 { "" } else { "s" })
}

fn is_quiet(object: &Object) -> bool {
    object.up_to_date && !object.is_deleting() && !ONGOING.iter().any(|kind| object.contradicts(kind, Truth::False))
}

/// How far a group is, while `kind` is done to its cluster.
pub fn group(observed: &ObservedCluster, expected: &ExpectedGroup, kind: OperationKind) -> GroupProgress {
    match expected.kind(kind) {
        OperationKind::Delete => leaving(observed, expected),
        _ => coming(observed, expected),
    }
}

/// How far a group is that is deleted: its machines outlive their machine deployment.
fn leaving(observed: &ObservedCluster, expected: &ExpectedGroup) -> GroupProgress {
    let role = expected.role();
    let machines = observed.machines(&role);
    let settled = machines == 0 && observed.keeper(&role).is_none();
    GroupProgress { role, wanted: 0, ready: 0, surplus: i64::try_from(machines).unwrap_or(i64::MAX), settled, behind: false }
}

fn coming(observed: &ObservedCluster, expected: &ExpectedGroup) -> GroupProgress {
    let role = expected.role();
    let Some(keeper) = observed.keeper(&role) else {
        return GroupProgress { role, wanted: expected.node_count, ready: 0, surplus: 0, settled: false, behind: false };
    };
    let wanted = if expected.autoscaled { keeper.wanted.unwrap_or(expected.node_count) } else { expected.node_count };
    let counts = [keeper.wanted.unwrap_or(1), keeper.replicas, keeper.up_to_date_replicas, keeper.available_replicas];
    let agreed = counts.iter().all(|count| *count == wanted);
    let good = keeper.is("Available") && !["MachinesReady", "MachinesUpToDate"].iter().any(|kind| keeper.contradicts(kind, Truth::True));
    GroupProgress {
        role,
        wanted,
        ready: keeper.available_replicas.min(keeper.up_to_date_replicas).min(wanted),
        surplus: keeper.replicas - wanted,
        settled: is_quiet(keeper) && agreed && good,
        behind: expected.follows_control_plane && is_behind(observed, keeper),
    }
}

fn is_behind(observed: &ObservedCluster, keeper: &Object) -> bool {
    let control_plane = observed.keeper(&Role::ControlPlane).and_then(|keeper| keeper.wanted_version.as_deref());
    control_plane.zip(keeper.wanted_version.as_deref()).is_some_and(|(wanted, own)| wanted != own)
}

/// Whether the Cluster itself has settled; its groups are judged by [`group`].
pub fn cluster_settled(observed: &ObservedCluster) -> bool {
    observed.cluster().is_some_and(|cluster| {
        is_quiet(cluster) && cluster.is("Available") && !GOOD.iter().any(|kind| cluster.contradicts(kind, Truth::True))
    })
}

/// The stage, for a person: what is being waited for, with counts.
pub fn stage(observed: &ObservedCluster, groups: &[GroupProgress], addons: &AddonProgress) -> String {
    let Some(cluster) = observed.cluster() else {
        return "Waiting for the management cluster to take the cluster up.".to_owned();
    };
    if !cluster.is("InfrastructureReady") {
        return "Making networks, security groups and the API endpoint.".to_owned();
    }
    let of = |is_control_plane: bool| groups.iter().filter(move |group| (group.role == Role::ControlPlane) == is_control_plane);
    let ready = |is_control_plane| of(is_control_plane).map(|group| group.ready).sum::<i64>();
    let wanted = |is_control_plane| of(is_control_plane).map(|group| group.wanted).sum::<i64>();
    let counts = format!("control plane {}/{}, workers {}/{}", ready(true), wanted(true), ready(false), wanted(false));
    let surplus: i64 = groups.iter().map(|group| group.surplus.max(0)).sum();
    if groups.iter().any(|group| group.ready < group.wanted) {
        let counts = [Some(counts), addons.counts()].into_iter().flatten().collect::<Vec<_>>().join(", ");
        return format!("Making machines: {counts}.{}{}", starting(observed), draining(observed));
    }
    if surplus > 0 {
        return format!("Removing {} ({counts}).{}", machines(surplus), draining(observed));
    }
    if groups.iter().any(|group| group.behind) {
        return format!("Upgrading the control plane; the worker groups follow ({counts}).");
    }
    if !addons.settled() {
        return format!("Machines are ready ({counts}); {}.", addons.sentence());
    }
    format!("Machines are ready ({counts}); the cluster is settling.")
}

/// Servers that run while their nodes have yet to join: where a create that never ends most often hangs.
fn starting(observed: &ObservedCluster) -> String {
    let waits = |machine: &&Object| {
        machine.condition("NodeHealthy").is_some_and(|condition| condition.message.starts_with("Waiting for a Node with spec.providerID"))
    };
    match observed.of(ObjectKind::Machine).filter(waits).count() {
        0 => String::new(),
        1 => " 1 server runs, and its node has yet to join.".to_owned(),
        many => format!(" {many} servers run, and their nodes have yet to join."),
    }
}

/// What keeps a node from being emptied before its machine goes, in the words of the first pod that stays.
fn draining(observed: &ObservedCluster) -> String {
    let drained = |machine: &Object| {
        let condition = machine.condition("Deleting").filter(|condition| &*condition.reason == "DrainingNode")?;
        let pod = condition.message.lines().find_map(|line| line.trim().strip_prefix("* "))?;
        Some(format!(" Node {} is being drained: {}.", machine.name, pod.trim_end_matches('.')))
    };
    observed.of(ObjectKind::Machine).find_map(drained).unwrap_or_default()
}
