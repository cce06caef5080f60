// SPDX-License-Identifier: Apache-2.0
//! What an interrupted operation left of a release, and how to bring it back. A pure decision over the
//! secrets in which Helm keeps its revisions (`helm.sh/release.v1`, labels `name`, `status`, `version`).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

/// One revision of a release, as the labels of its secret tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The secret's name.
    pub secret: String,
    /// Helm's revision number.
    pub number: i64,
    /// `deployed`, `pending-install`, `pending-upgrade`, `pending-rollback`, `uninstalling`, `failed`, …
    pub status: String,
    /// When the secret last changed, as far as it tells.
    pub changed_at: Option<Timestamp>,
}

impl Revision {
    /// Reads a revision from its secret's metadata.
    #[must_use]
    pub fn read(secret: &str, labels: &BTreeMap<String, String>, created: Option<Timestamp>) -> Option<Self> {
        let modified = labels.get("modifiedAt").and_then(|at| at.parse().ok()).and_then(|at| Timestamp::from_second(at).ok());
        Some(Self {
            secret: secret.to_owned(),
            number: labels.get("version")?.parse().ok()?,
            status: labels.get("status")?.clone(),
            changed_at: modified.or(created),
        })
    }
}

/// What must be done before a release can be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovery {
    /// Nothing.
    None,
    /// Somebody else is changing it.
    Busy(String),
    /// Forget the revisions that an interrupted operation left; what it made is adopted by the next one,
    /// because Helm marks every object with its release before it makes it.
    Forget(Vec<String>),
    /// Finish the uninstall that was interrupted.
    Uninstall,
}

/// Decides how to bring a release back.
///
/// An operation younger than `patience` may still run in another conductor.
#[must_use]
pub fn recovery(revisions: &[Revision], patience: SignedDuration, now: Timestamp) -> Recovery {
    let Some(latest) = revisions.iter().max_by_key(|revision| revision.number) else { return Recovery::None };
    let young = latest.changed_at.is_none_or(|at| now.duration_since(at) < patience);
    match latest.status.as_str() {
        "uninstalling" if young => Recovery::Busy(latest.status.clone()),
        "uninstalling" => Recovery::Uninstall,
        pending if pending.starts_with("pending-") && young => Recovery::Busy(latest.status.clone()),
        pending if pending.starts_with("pending-") => {
            let stuck = revisions.iter().filter(|revision| revision.status.starts_with("pending-"));
            Recovery::Forget(stuck.map(|revision| revision.secret.clone()).collect())
        }
        _ => Recovery::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revision(number: i64, status: &str, minutes_ago: i64) -> Revision {
        Revision {
            secret: format!("sh.helm.release.v1.r.v{number}"),
            number,
            status: status.to_owned(),
            changed_at: Timestamp::from_second(100_000 - minutes_ago * 60).ok(),
        }
    }

    fn decided(revisions: &[Revision]) -> Recovery {
        recovery(revisions, SignedDuration::from_mins(5), Timestamp::from_second(100_000).expect("a time"))
    }

    #[test]
    fn a_healthy_or_absent_release_needs_nothing() {
        assert_eq!(decided(&[]), Recovery::None);
        assert_eq!(decided(&[revision(1, "superseded", 90), revision(2, "deployed", 60)]), Recovery::None);
        assert_eq!(decided(&[revision(1, "failed", 60)]), Recovery::None);
    }

    #[test]
    fn a_young_operation_is_left_alone() {
        assert_eq!(decided(&[revision(1, "pending-install", 1)]), Recovery::Busy("pending-install".into()));
        assert_eq!(decided(&[revision(2, "uninstalling", 1)]), Recovery::Busy("uninstalling".into()));
    }

    #[test]
    fn an_interrupted_operation_is_brought_back() {
        assert_eq!(decided(&[revision(1, "pending-install", 9)]), Recovery::Forget(vec!["sh.helm.release.v1.r.v1".into()]));
        let upgrade = [revision(1, "deployed", 90), revision(2, "pending-upgrade", 9)];
        assert_eq!(decided(&upgrade), Recovery::Forget(vec!["sh.helm.release.v1.r.v2".into()]));
        assert_eq!(decided(&[revision(2, "uninstalling", 9)]), Recovery::Uninstall);
    }
}
