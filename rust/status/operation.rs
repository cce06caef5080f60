// SPDX-License-Identifier: Apache-2.0
//! What Magnum asked for, and what it expects to see once that is done.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::object::Role;
use crate::model::names::sanitized;

/// What Magnum asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OperationKind {
    /// A new cluster.
    Create,
    /// A change of an existing cluster.
    Update,
    /// The end of a cluster.
    Delete,
}

impl OperationKind {
    /// The start of Magnum's status, such as `CREATE`.
    #[must_use]
    pub const fn status(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

/// One operation on one cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// What was asked for.
    pub kind: OperationKind,
    /// Magnum's UUID of the cluster.
    #[serde(default)]
    pub uuid: String,
    /// The release's name; unset if the create failed before there was one.
    #[serde(default)]
    pub release: Option<String>,
    /// The namespace in the management cluster.
    #[serde(default)]
    pub namespace: String,
    /// When the operation began.
    #[serde(default)]
    pub started_at: Option<Timestamp>,
    /// Minutes until it counts as failed; unset or 0 for no limit.
    #[serde(default)]
    pub timeout_minutes: Option<i64>,
    /// The node groups as they are to be.
    #[serde(default)]
    pub node_groups: Vec<ExpectedGroup>,
}

impl Operation {
    /// The same operation, content with the versions that groups have.
    #[must_use]
    pub fn content_with_versions(&self) -> Self {
        let mut content = self.clone();
        content.node_groups.iter_mut().for_each(|group| group.follows_control_plane = false);
        content
    }

    /// How long the operation has gone on beyond its limit, if it has.
    #[must_use]
    pub fn is_late(&self, now: Timestamp) -> bool {
        let limit = self.timeout_minutes.filter(|minutes| *minutes > 0).map(SignedDuration::from_mins);
        limit.zip(self.started_at).is_some_and(|(limit, start)| now.duration_since(start) > limit)
    }
}

/// A node group as Magnum wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedGroup {
    /// Name in Magnum.
    pub name: String,
    /// `master` for the control plane.
    pub role: String,
    /// How many machines.
    pub node_count: i64,
    /// Whether the autoscaler decides on the count.
    #[serde(default)]
    pub autoscaled: bool,
    /// Whether its machines are to have the control plane's version of Kubernetes.
    #[serde(default)]
    pub follows_control_plane: bool,
    /// What is done to the group, where that is not what is done to the cluster: a cluster is updated when a
    /// group is made or deleted.
    #[serde(default)]
    pub operation: Option<OperationKind>,
}

impl ExpectedGroup {
    /// What is done to the group while `of_cluster` is done to its cluster. Deleting a cluster deletes its groups.
    #[must_use]
    pub fn kind(&self, of_cluster: OperationKind) -> OperationKind {
        match of_cluster {
            OperationKind::Delete => OperationKind::Delete,
            other => self.operation.unwrap_or(other),
        }
    }

    /// The machines that the group stands for.
    #[must_use]
    pub fn role(&self) -> Role {
        match self.role.as_str() {
            "master" => Role::ControlPlane,
            _ => Role::Workers(sanitized(&self.name)),
        }
    }
}
