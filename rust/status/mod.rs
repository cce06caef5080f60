// SPDX-License-Identifier: Apache-2.0
//! `(Operation, ObservedCluster, now) → Report`. Pure: the one owner of a cluster's status and of the
//! reason a person reads.

mod addons;
mod cluster_api;
pub mod failure;
pub mod health;
pub mod interruption;
pub mod kind;
mod meaning;
mod message;
mod nodes;
pub mod object;
pub mod observed;
pub mod operation;
mod progress;
mod read;
pub mod recovery;
pub mod removal;
pub mod report;
mod revision;

pub use health::{Health, health};
pub use interruption::{Handover, is_doubtful, judged};
pub use object::{Condition, Object, ObjectKind, Truth};
pub use observed::ObservedCluster;
pub use operation::{ExpectedGroup, Operation, OperationKind};
pub use recovery::recovered;
pub use report::{Report, report};
