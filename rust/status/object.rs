// SPDX-License-Identifier: Apache-2.0
//! An object of the management cluster in one compact form: thousands of them are kept in memory.

use std::sync::Arc;

use jiff::Timestamp;

pub use super::kind::ObjectKind;

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It does.
    True,
    /// It does not.
    False,
    /// Nobody knows.
    Unknown,
}

/// One condition of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Its type, such as `InstanceReady`.
    pub kind: &'static str,
    /// Whether it holds.
    pub status: Truth,
    /// The reason, a word in camel case.
    pub reason: Box<str>,
    /// The message.
    pub message: Box<str>,
    /// Since when it has stood like this, as far as that is known.
    pub since: Option<Timestamp>,
}

/// Which machines an object stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// The control plane.
    ControlPlane,
    /// The worker group of this name, as Kubernetes has it.
    Workers(String),
    /// The whole cluster.
    Cluster,
}

/// An object of the management cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its namespace.
    pub namespace: Arc<str>,
    /// Its name.
    pub name: Box<str>,
    /// The Cluster it belongs to.
    pub cluster: Arc<str>,
    /// Which machines it stands for.
    pub role: Role,
    /// Since when it has been there.
    pub created_at: Option<Timestamp>,
    /// Since when it is being deleted.
    pub deleted_at: Option<Timestamp>,
    /// Whether its controller has seen its latest specification.
    pub up_to_date: bool,
    /// `spec.replicas`.
    pub wanted: Option<i64>,
    /// `status.replicas`.
    pub replicas: i64,
    /// `status.upToDateReplicas`.
    pub up_to_date_replicas: i64,
    /// `status.availableReplicas`.
    pub available_replicas: i64,
    /// Kubernetes version, as observed or else as specified; the number of a release's revision.
    pub version: Option<Box<str>>,
    /// Kubernetes version that its machines are to have.
    pub wanted_version: Option<Box<str>>,
    /// Where the Kubernetes API is, as `https://host:port`.
    pub endpoint: Option<Box<str>>,
    /// Nova's id of the server.
    pub server_id: Option<Box<str>>,
    /// Internal address of the machine.
    pub address: Option<Box<str>>,
    /// Those of its conditions that its kind says are read.
    pub conditions: Box<[Condition]>,
}

impl Object {
    /// A condition by its type.
    #[must_use]
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.kind == kind)
    }

    /// Whether a condition is `True`.
    #[must_use]
    pub fn is(&self, kind: &str) -> bool {
        self.condition(kind).is_some_and(|condition| condition.status == Truth::True)
    }

    /// Whether a condition is there and says anything but `expected`; unknown is not good enough.
    #[must_use]
    pub fn contradicts(&self, kind: &str, expected: Truth) -> bool {
        self.condition(kind).is_some_and(|condition| condition.status != expected)
    }

    /// Whether it is being deleted.
    #[must_use]
    pub fn is_deleting(&self) -> bool {
        self.deleted_at.is_some()
    }

    /// Its name without the cluster's in front.
    #[must_use]
    pub fn own_name(&self) -> &str {
        self.name.strip_prefix(&*self.cluster).map_or(&*self.name, |rest| rest.trim_start_matches('-'))
    }

    /// Keeps, for each condition that says the same as in `earlier`, the time since when it does; one that
    /// says something new stands like this since `changed_at`, or else since the time it gives itself.
    ///
    /// A condition's own transition time changes only with its status, not with its reason.
    pub fn remember(&mut self, earlier: &Self, changed_at: Option<Timestamp>) {
        for condition in &mut self.conditions {
            let before = earlier.condition(condition.kind);
            let same = before.filter(|before| before.status == condition.status && before.reason == condition.reason);
            condition.since = same.map_or(changed_at.or(condition.since), |before| before.since);
        }
    }

    /// Gives conditions that have no time of their own the time at which they were seen first.
    pub fn seen_at(&mut self, now: Timestamp) {
        self.conditions.iter_mut().filter(|condition| condition.since.is_none()).for_each(|condition| condition.since = Some(now));
    }
}
