// SPDX-License-Identifier: Apache-2.0
//! What Helm keeps of a cluster's release: whether its last change came to an end, and how. A conductor that
//! was stopped while Helm was at work can tell nobody.

use jiff::{SignedDuration, Timestamp};

use super::failure::Failure;
use super::meaning::{NEEDS_A_PERSON, OUTAGE};
use super::object::{Object, ObjectKind, Role, Truth};
use super::observed::ObservedCluster;

/// How long Helm may be at work before it is told.
const AT_WORK: SignedDuration = SignedDuration::from_mins(10);

/// The latest revision; releases that were made by other means have none.
fn latest(observed: &ObservedCluster) -> Option<&Object> {
    let number = |revision: &&Object| revision.version.as_deref().and_then(|version| version.parse::<u64>().ok());
    observed.of(ObjectKind::Revision).max_by_key(number)
}

/// Whether Helm has brought the cluster to its latest specification.
pub fn settled(observed: &ObservedCluster) -> bool {
    latest(observed).is_none_or(|revision| revision.is("Deployed"))
}

/// What is wrong with the release.
pub fn failure(observed: &ObservedCluster, now: Timestamp) -> Option<Failure> {
    let revision = latest(observed)?;
    let condition = revision.condition("Deployed")?;
    let since = condition.since.or(revision.created_at);
    let stood = now.duration_since(since.unwrap_or(now));
    let (sentence, patience) = match condition.status {
        Truth::False => (
            "Helm could not bring the cluster to what was asked for. Ask for the change again; if that does not help, the operator \
             finds the reason with helm history."
                .to_owned(),
            NEEDS_A_PERSON,
        ),
        Truth::Unknown if stood >= AT_WORK => (
            format!(
                "Helm has been at work on the cluster for over {} minutes ({}): it was most likely interrupted. Ask for the change \
                 again, or delete the cluster.",
                AT_WORK.as_mins(),
                condition.reason
            ),
            OUTAGE,
        ),
        _ => return None,
    };
    Some(Failure { role: Role::Cluster, sentence, patience, since, blocks_delete: false })
}
