// SPDX-License-Identifier: Apache-2.0
//! Helm's releases, in the secrets in which Helm keeps them.

use k8s_openapi::api::core::v1::Secret;
use kube::api::{DeleteParams, ListParams};
use kube::core::PartialObjectMeta;
use kube::{Api, ResourceExt};

use super::{ManagementCluster, ManagementError};
use crate::helm::release::deployed;
use crate::helm::{ReleaseRef, Revision, StoredRelease};

/// What Helm calls what it stores in a secret.
const KEY: &str = "release";

impl ManagementCluster {
    /// The revisions that Helm keeps of a release.
    ///
    /// # Errors
    /// What the management cluster said.
    pub async fn revisions(&self, release: ReleaseRef<'_>) -> Result<Vec<Revision>, ManagementError> {
        let api: Api<Secret> = Api::namespaced(self.client(), release.namespace);
        let selected = ListParams::default().labels(&format!("owner=helm,name={}", release.name));
        let found = self.ask("list the release's revisions", api.list_metadata(&selected)).await?;
        let read = |secret: &PartialObjectMeta<Secret>| Revision::read(&secret.name_any(), secret.labels());
        Ok(found.items.iter().filter_map(read).collect())
    }

    /// What Helm stored of a revision; nothing if it is not there any more.
    ///
    /// # Errors
    /// What the management cluster said, or a secret that holds no release.
    pub async fn stored(&self, release: ReleaseRef<'_>, revision: &Revision) -> Result<Option<StoredRelease>, ManagementError> {
        const ACT: &str = "read the release's revision";
        let api: Api<Secret> = Api::namespaced(self.client(), release.namespace);
        let Some(secret) = self.ask(ACT, api.get_opt(&revision.secret)).await? else { return Ok(None) };
        let payload = secret.data.unwrap_or_default().remove(KEY).unwrap_or_default().0;
        let unreadable = |reason| ManagementError::Failed { act: ACT.to_owned(), reason: format!("secret {}: {reason}", revision.secret) };
        StoredRelease::read(&payload).map(Some).map_err(unreadable)
    }

    /// The revision of a release that is deployed; nothing if none ever was.
    ///
    /// # Errors
    /// What the management cluster said, or a secret that holds no release.
    pub async fn deployed(&self, release: ReleaseRef<'_>) -> Result<Option<StoredRelease>, ManagementError> {
        match deployed(&self.revisions(release).await?) {
            Some(revision) => self.stored(release, revision).await,
            None => Ok(None),
        }
    }

    /// Deletes revisions of a release.
    ///
    /// # Errors
    /// What the management cluster said.
    pub async fn forget_revisions(&self, release: ReleaseRef<'_>, secrets: &[String]) -> Result<(), ManagementError> {
        let api: Api<Secret> = Api::namespaced(self.client(), release.namespace);
        for secret in secrets {
            self.ask("delete a revision of the release", api.delete(secret, &DeleteParams::default())).await?;
        }
        Ok(())
    }
}
