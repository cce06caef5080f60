// SPDX-License-Identifier: Apache-2.0
//! What went wrong, in words for a person, and how long it may stand.
//!
//! Cluster API never says that a cluster failed: reasons stand on the infrastructure objects, as Cluster
//! API Provider OpenStack words them, and one of them (a server in ERROR) only Nova can explain.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::meaning::{self, Hinders, Meaning};
use super::object::{Condition, Object, ObjectKind, Role, Truth};
use super::observed::ObservedCluster;
use super::operation::Operation;
use super::{addons, cluster_api, revision};

/// Something that keeps a cluster from being built or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Whose machines it concerns.
    pub role: Role,
    /// What is wrong and what to do about it.
    pub sentence: String,
    /// How long Cluster API may go on trying before it counts as failed.
    pub patience: SignedDuration,
    /// Since when it has stood, as far as that is known.
    pub since: Option<Timestamp>,
    /// Whether it also keeps the cluster from being deleted.
    pub blocks_delete: bool,
}

/// How long a failure that an operation found may stand at least: the operation may be what mends it.
const INHERITED: SignedDuration = SignedDuration::from_mins(2);
/// How many failures one text tells.
const MOST_TOLD: usize = 3;
/// How long the infrastructure may take to delete something without a word.
const SILENCE: SignedDuration = SignedDuration::from_mins(10);
/// How long it may stay silent after that.
const SILENCE_GOES_ON: SignedDuration = SignedDuration::from_mins(20);

impl Failure {
    /// Whether it has stood for longer than it may.
    #[must_use]
    pub fn is_final(&self, operation: &Operation, now: Timestamp) -> bool {
        let inherited = operation.started_at.filter(|start| self.since.is_some_and(|since| since < *start));
        let (since, patience) = match inherited {
            Some(start) => (Some(start), self.patience.max(INHERITED)),
            None => (self.since, self.patience),
        };
        now.duration_since(since.unwrap_or(now)) >= patience
    }
}

/// Reasons that only say that work goes on.
const WORKING: [&str; 10] = [
    "WaitingForBootstrapData",
    "WaitingForClusterInfrastructure",
    "WaitingForInfrastructure",
    "WaitingForInstanceReady",
    "WaitingForIPAMProvider",
    "InstanceNotReady",
    "NotReady",
    "Deleting",
    "DeletionInProgress",
    "",
];

/// Every sentence by which the tables of failures explain one, with placeholders such as `{cause}`.
#[must_use]
pub fn sentences() -> Vec<&'static str> {
    meaning::sentences().chain(cluster_api::sentences()).collect()
}

/// Every failure of a cluster, each sentence once. What Cluster API says of a group follows from a fault of its
/// infrastructure, if there is one, and is left out then.
#[must_use]
pub fn failures(observed: &ObservedCluster, now: Timestamp) -> Vec<Failure> {
    let mut all: Vec<Failure> = infrastructure(observed).filter_map(|object| of_object(object, observed, now)).collect();
    let causes: Vec<Role> = all.iter().map(|failure| failure.role.clone()).collect();
    let symptoms = cluster_api::failures(observed, now).into_iter().chain(addons::failures(observed, now));
    all.extend(symptoms.filter(|symptom| causes.iter().all(|cause| *cause != symptom.role && *cause != Role::Cluster)));
    all.extend(revision::failure(observed, now));
    let mut seen = BTreeSet::new();
    all.retain(|failure| seen.insert((failure.sentence.clone(), format!("{:?}", failure.role))));
    all
}

fn infrastructure(observed: &ObservedCluster) -> impl Iterator<Item = &Object> {
    observed.of(ObjectKind::OpenStackCluster).chain(observed.of(ObjectKind::OpenStackMachine))
}

/// What is wrong with the infrastructure of one machine, for a person.
#[must_use]
pub fn of_machine(name: &str, observed: &ObservedCluster, now: Timestamp) -> Option<String> {
    let machine = observed.of(ObjectKind::OpenStackMachine).find(|machine| &*machine.name == name)?;
    of_object(machine, observed, now).map(|failure| failure.sentence)
}

/// Servers in ERROR of which Nova has not been asked.
#[must_use]
pub fn wanted_server_faults(observed: &ObservedCluster) -> Vec<String> {
    observed
        .of(ObjectKind::OpenStackMachine)
        .filter(|machine| !machine.is_deleting() && failed_conditions(machine).next().is_some_and(is_server_error))
        .filter_map(|machine| observed.server_id(machine))
        .filter(|id| !observed.server_faults.contains_key(*id))
        .map(str::to_owned)
        .collect()
}

/// Failures as one text; `None` if there are none. Of many machines that fail, a few stand for all.
#[must_use]
pub fn summary<'a>(failures: impl IntoIterator<Item = &'a Failure>) -> Option<String> {
    let sentences: BTreeSet<&str> = failures.into_iter().map(|failure| failure.sentence.as_str()).collect();
    let mut told: Vec<String> = sentences.iter().take(MOST_TOLD).map(|&sentence| sentence.to_owned()).collect();
    if sentences.len() > MOST_TOLD {
        told.push(format!("There are {} more failures like these.", sentences.len() - MOST_TOLD));
    }
    (!told.is_empty()).then(|| told.join(" "))
}

/// The conditions that explain why an infrastructure object is not ready, the most telling first.
///
/// An authentication failure hides behind others, so it is looked for first.
fn failed_conditions(object: &Object) -> impl Iterator<Item = &Condition> {
    let kinds = object.kind.conditions();
    kinds
        .iter()
        .filter_map(|kind| object.condition(kind))
        .filter(|condition| condition.status == Truth::False && !WORKING.contains(&&*condition.reason))
}

fn is_server_error(condition: &Condition) -> bool {
    &*condition.reason == "InstanceStateError" && condition.message.contains("Instance is in ERROR state")
}

fn of_object(object: &Object, observed: &ObservedCluster, now: Timestamp) -> Option<Failure> {
    let told = failed_conditions(object)
        .map(|condition| (condition.since, meaning_of(object, condition, observed)))
        .find(|(_, meaning)| !object.is_deleting() || meaning.hinders == Hinders::Everything)
        .or_else(|| silence(object, now).map(|meaning| (object.deleted_at, meaning)));
    told.map(|(since, meaning)| Failure {
        role: object.role.clone(),
        sentence: meaning.sentence,
        patience: meaning.patience,
        since,
        blocks_delete: meaning.hinders == Hinders::Everything,
    })
}

fn meaning_of(object: &Object, condition: &Condition, observed: &ObservedCluster) -> Meaning {
    if is_server_error(condition) {
        let fault = observed.server_id(object).and_then(|id| observed.server_faults.get(id));
        return meaning::of_server_in_error(object, fault.map(String::as_str));
    }
    meaning::meaning(object, condition)
}

/// Something that should have been deleted for long, while all its conditions are fine: that is how Cluster
/// API Provider OpenStack behaves once the application credential is gone.
fn silence(object: &Object, now: Timestamp) -> Option<Meaning> {
    object.deleted_at.filter(|since| now.duration_since(*since) >= SILENCE)?;
    let what = match object.kind {
        ObjectKind::OpenStackCluster => "The cluster's network has been",
        _ => "Servers have been",
    };
    Some(Meaning {
        sentence: format!(
            "{what} waiting to be deleted for over {} minutes, and nothing says why. Most often the cluster's application \
             credential is gone: ask the operator to give the cluster a new one.",
            SILENCE.as_mins()
        ),
        patience: SILENCE + SILENCE_GOES_ON,
        hinders: Hinders::Everything,
    })
}
