// SPDX-License-Identifier: Apache-2.0
//! The end of a cluster's objects in the management cluster.
//!
//! Charts keep the control plane, the OpenStackCluster and templates when a release is uninstalled
//! (`helm.sh/resource-policy`), because Cluster API needs them to delete the machines; it removes those
//! that it owns together with the Cluster. What it never owned, because an install failed half-way, is
//! removed here.

use kube::api::{ApiResource, DeleteParams, DynamicObject, ListParams};
use kube::core::GroupVersionKind;
use kube::{Api, ResourceExt};

use super::keepers::CLUSTER_LABEL;
use super::objects::gone_is_fine;
use super::{ManagementCluster, ManagementError};
use crate::helm::ReleaseRef;
use crate::status::ObjectKind;

/// The label by which charts mark everything of a release.
const RELEASE_LABEL: &str = "capi.stackhpc.com/cluster";

/// Kinds that charts keep and that are no machines: group, version, kind, plural.
const KEPT: [(&str, &str, &str, &str); 4] = [
    ("controlplane.cluster.x-k8s.io", "v1beta2", "KubeadmControlPlane", "kubeadmcontrolplanes"),
    ("infrastructure.cluster.x-k8s.io", "v1beta1", "OpenStackCluster", "openstackclusters"),
    ("infrastructure.cluster.x-k8s.io", "v1beta1", "OpenStackMachineTemplate", "openstackmachinetemplates"),
    ("bootstrap.cluster.x-k8s.io", "v1beta2", "KubeadmConfigTemplate", "kubeadmconfigtemplates"),
];

impl ManagementCluster {
    /// Asks Cluster API to delete a Cluster that outlived its release. Says whether there is one.
    ///
    /// # Errors
    /// What the management cluster said.
    pub async fn delete_cluster(&self, release: ReleaseRef<'_>) -> Result<bool, ManagementError> {
        let api = self.api(ObjectKind::Cluster, release.namespace);
        let Some(cluster) = self.ask("read the Cluster", api.get_opt(release.name)).await? else { return Ok(false) };
        if cluster.metadata.deletion_timestamp.is_none() {
            let delete = async { gone_is_fine(api.delete(release.name, &DeleteParams::background()).await) };
            self.ask("delete the Cluster", delete).await?;
        }
        Ok(true)
    }

    /// Deletes what charts kept of a release whose Cluster is not there.
    ///
    /// # Errors
    /// What the management cluster said.
    pub async fn delete_kept(&self, release: ReleaseRef<'_>) -> Result<(), ManagementError> {
        let selected = ListParams::default().labels(&format!("{RELEASE_LABEL}={}", release.name));
        for (group, version, kind, plural) in KEPT {
            let resource = ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural);
            let api: Api<DynamicObject> = Api::namespaced_with(self.client(), release.namespace, &resource);
            for object in self.ask("list what is left of the cluster", api.list_metadata(&selected)).await?.items {
                let name = object.name_any();
                let delete = async { gone_is_fine(api.delete(&name, &DeleteParams::background()).await) };
                self.ask("delete what is left of the cluster", delete).await?;
            }
        }
        Ok(())
    }

    /// How many objects of the cluster Cluster API still has.
    ///
    /// # Errors
    /// What the management cluster said.
    pub async fn count_objects(&self, release: ReleaseRef<'_>) -> Result<usize, ManagementError> {
        let selected = ListParams::default().labels(&format!("{CLUSTER_LABEL}={}", release.name));
        let mut left = 0;
        for kind in ObjectKind::LASTING {
            let api = self.api(kind, release.namespace);
            let count = async {
                match kind {
                    ObjectKind::Cluster => api.get_metadata_opt(release.name).await.map(|found| usize::from(found.is_some())),
                    _ => match api.list_metadata(&selected).await {
                        Err(kube::Error::Api(status)) if status.code == 404 && kind.is_optional() => Ok(0),
                        listed => listed.map(|list| list.items.len()),
                    },
                }
            };
            left += self.ask("list the cluster's objects", count).await?;
        }
        Ok(left)
    }
}
