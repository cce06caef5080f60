// SPDX-License-Identifier: Apache-2.0
//! `(Operation, ObservedCluster, now) → Report`. Pure: the one owner of a cluster's status and of the
//! reason a person reads.

pub mod failure;
pub mod health;
mod meaning;
mod message;
pub mod object;
pub mod observed;
pub mod operation;
mod progress;
pub mod removal;
pub mod report;

pub use health::{Health, health};
pub use object::{Condition, Object, ObjectKind};
pub use observed::ObservedCluster;
pub use operation::{ExpectedGroup, Operation, OperationKind};
pub use report::{Report, report};
