// SPDX-License-Identifier: Apache-2.0
//! A cluster as it is at this moment: the Cluster, and the keepers of its machines. The watch may be a moment late.

use kube::api::{DynamicObject, ListParams};
use serde::Serialize;

use super::{ManagementCluster, ManagementError};
use crate::helm::ReleaseRef;
use crate::status::{Object, ObjectKind};

/// The label by which Cluster API marks everything of a cluster.
pub(super) const CLUSTER_LABEL: &str = "cluster.x-k8s.io/cluster-name";

/// Reads an object of a known kind: lists bring objects without their kind, so it is put back first.
#[must_use]
pub fn read(kind: ObjectKind, object: &impl Serialize) -> Option<Object> {
    let mut document = serde_json::to_value(object).ok()?;
    document["kind"] = kind.as_str().into();
    Object::read(&document)
}

impl ManagementCluster {
    /// The Cluster and the keepers of its machines, as they are now.
    ///
    /// # Errors
    /// What the management cluster said.
    pub async fn keepers(&self, release: ReleaseRef<'_>) -> Result<Vec<Object>, ManagementError> {
        let selected = ListParams::default().labels(&format!("{CLUSTER_LABEL}={}", release.name));
        let mut found = Vec::new();
        for kind in ObjectKind::KEEPERS {
            let api = self.api(kind, release.namespace);
            let objects = async {
                match kind {
                    ObjectKind::Cluster => api.get_opt(release.name).await.map(|cluster| cluster.into_iter().collect()),
                    _ => api.list(&selected).await.map(|list| list.items),
                }
            };
            let objects: Vec<DynamicObject> = self.ask("read the cluster's objects", objects).await?;
            found.extend(objects.iter().filter_map(|object| read(kind, object)));
        }
        Ok(found)
    }
}
