// SPDX-License-Identifier: Apache-2.0
//! What an interrupted or failed operation left of a release, and how to bring it back. A pure decision over
//! the secrets in which Helm keeps its revisions (`helm.sh/release.v1`, labels `name`, `status`, `version`).
//!
//! Helm itself refuses to change a release that is pending, and of one that failed it knows only what was
//! deployed before: an object is patched by the difference between *that* manifest and the new one. What the
//! failed revision changed and the new one does not, stays changed, and what it made and the new one lacks,
//! stays for ever. So either the same values are applied again, which finishes what was begun, or the release
//! is rolled back first, which undoes it.

use std::collections::BTreeMap;

/// One revision of a release, as the labels of its secret tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The secret's name.
    pub secret: String,
    /// Helm's revision number.
    pub number: i64,
    /// `deployed`, `pending-install`, `pending-upgrade`, `pending-rollback`, `uninstalling`, `failed`, …
    pub status: String,
}

impl Revision {
    /// Reads a revision from its secret's metadata.
    #[must_use]
    pub fn read(secret: &str, labels: &BTreeMap<String, String>) -> Option<Self> {
        Some(Self { secret: secret.to_owned(), number: labels.get("version")?.parse().ok()?, status: labels.get("status")?.clone() })
    }

    /// Whether an operation on it has not ended.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        self.status == "uninstalling" || self.status.starts_with("pending-")
    }

    fn is_unfinished_rollback(&self) -> bool {
        self.status == "pending-rollback"
    }
}

/// The revision that was last asked for: the latest that is no unfinished way back to another one.
#[must_use]
pub fn asked_for(revisions: &[Revision]) -> Option<&Revision> {
    revisions.iter().filter(|revision| !revision.is_unfinished_rollback()).max_by_key(|revision| revision.number)
}

/// The revision that is deployed; nothing if none ever was.
#[must_use]
pub fn deployed(revisions: &[Revision]) -> Option<&Revision> {
    revisions.iter().filter(|revision| revision.status == "deployed").max_by_key(|revision| revision.number)
}

/// The secrets of all revisions on which an operation has not ended.
#[must_use]
pub fn unfinished(revisions: &[Revision]) -> Vec<String> {
    secrets(revisions, Revision::is_unfinished)
}

/// What must be done before a release can be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Forget revisions, by their secrets. What they made stays, and Helm knows it by its annotations.
    Forget(Vec<String>),
    /// Roll back to a revision.
    RollBack(i64),
}

impl std::fmt::Display for Step {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Forget(secrets) => write!(formatter, "forgetting {}", secrets.join(", ")),
            Self::RollBack(revision) => write!(formatter, "rolling back to revision {revision}"),
        }
    }
}

/// Decides how to bring a release back, while nobody else can be working on it.
///
/// `again` says whether the values to come are those of [`asked_for`].
#[must_use]
pub fn recovery(revisions: &[Revision], again: bool) -> Vec<Step> {
    let Some(latest) = asked_for(revisions) else { return Vec::new() };
    let rollbacks = secrets(revisions, Revision::is_unfinished_rollback);
    match deployed(revisions) {
        // Somebody began to roll back what was deployed: that is undone.
        Some(deployed) if deployed == latest && !rollbacks.is_empty() => vec![Step::RollBack(latest.number)],
        Some(deployed) if deployed == latest => Vec::new(),
        _ if again => forget(unfinished(revisions)),
        // An interrupted rollback is begun anew from what it was to undo, of which only that revision knows.
        Some(deployed) => [forget(rollbacks), vec![Step::RollBack(deployed.number)]].concat(),
        // Nothing was deployed before, so the revision itself is completed and the next can build on it.
        None if latest.is_unfinished() => [forget(rollbacks), vec![Step::RollBack(latest.number)]].concat(),
        None => forget(rollbacks),
    }
}

fn secrets(revisions: &[Revision], which: impl Fn(&Revision) -> bool) -> Vec<String> {
    revisions.iter().filter(|revision| which(revision)).map(|revision| revision.secret.clone()).collect()
}

fn forget(secrets: Vec<String>) -> Vec<Step> {
    if secrets.is_empty() { Vec::new() } else { vec![Step::Forget(secrets)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revision(number: i64, status: &str) -> Revision {
        Revision { secret: format!("v{number}"), number, status: status.to_owned() }
    }

    fn steps(statuses: &[&str], again: bool) -> Vec<Step> {
        let revisions: Vec<Revision> = (1..).zip(statuses).map(|(number, status)| revision(number, status)).collect();
        recovery(&revisions, again)
    }

    fn forgotten(secrets: &[&str]) -> Step {
        Step::Forget(secrets.iter().map(|secret| (*secret).to_owned()).collect())
    }

    #[test]
    fn a_healthy_or_absent_release_needs_nothing() {
        for statuses in [&[] as &[&str], &["deployed"], &["superseded", "deployed"], &["uninstalled"]] {
            assert_eq!(steps(statuses, false), [], "{statuses:?}");
            assert_eq!(steps(statuses, true), [], "{statuses:?}");
        }
    }

    #[test]
    fn the_same_values_finish_what_was_begun() {
        assert_eq!(steps(&["pending-install"], true), [forgotten(&["v1"])]);
        assert_eq!(steps(&["deployed", "pending-upgrade"], true), [forgotten(&["v2"])]);
        assert_eq!(steps(&["superseded", "pending-upgrade"], true), [forgotten(&["v2"])]);
        assert_eq!(steps(&["superseded", "uninstalling"], true), [forgotten(&["v2"])]);
        assert_eq!(steps(&["deployed", "failed"], true), []);
        assert_eq!(steps(&["failed"], true), []);
    }

    #[test]
    fn other_values_undo_it_first() {
        assert_eq!(steps(&["deployed", "pending-upgrade"], false), [Step::RollBack(1)]);
        assert_eq!(steps(&["superseded", "deployed", "failed"], false), [Step::RollBack(2)]);
    }

    #[test]
    fn what_nothing_was_deployed_before_is_completed() {
        assert_eq!(steps(&["pending-install"], false), [Step::RollBack(1)]);
        assert_eq!(steps(&["superseded", "pending-upgrade"], false), [Step::RollBack(2)]);
        assert_eq!(steps(&["superseded", "uninstalling"], false), [Step::RollBack(2)]);
        assert_eq!(steps(&["failed"], false), [], "Helm upgrades from a failed install itself");
    }

    #[test]
    fn an_interrupted_rollback_is_begun_anew_from_what_it_undoes() {
        assert_eq!(steps(&["deployed", "failed", "pending-rollback"], false), [forgotten(&["v3"]), Step::RollBack(1)]);
        assert_eq!(steps(&["deployed", "pending-upgrade", "pending-rollback"], true), [forgotten(&["v2", "v3"])]);
        assert_eq!(steps(&["superseded", "deployed", "pending-rollback"], false), [Step::RollBack(2)]);
    }

    #[test]
    fn a_revision_is_read_from_labels() {
        let labels = BTreeMap::from([("status", "deployed"), ("version", "3")].map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert_eq!(Revision::read("v3", &labels), Some(revision(3, "deployed")));
        assert_eq!(Revision::read("v3", &BTreeMap::new()), None);
    }
}
