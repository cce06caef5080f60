// SPDX-License-Identifier: Apache-2.0
//! Whether an operation that failed has come to its end after all. Cluster API does not give up, and Magnum
//! looks at no cluster again that has failed.

use super::operation::{Operation, OperationKind};
use super::report::Report;

/// What Magnum is to save for a cluster whose last operation failed and that stands like this; `None` while there is
/// no reason to.
///
/// A create or update that is complete, or that has taken its second step, is told as such. A delete of which nothing
/// is left goes on, since what belongs to it in OpenStack is taken away by whoever sees its end.
#[must_use]
pub fn recovered(operation: &Operation, seen: Report) -> Option<Report> {
    match operation.kind {
        OperationKind::Delete => seen.gone.then(|| Report {
            status: "DELETE_IN_PROGRESS".to_owned(),
            status_reason: Some("Nothing is left in the management cluster; the delete goes on.".to_owned()),
            gone: false,
            ..seen
        }),
        _ => (seen.is_complete() || seen.groups_are_next).then_some(seen),
    }
}
