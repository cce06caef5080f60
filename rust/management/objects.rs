// SPDX-License-Identifier: Apache-2.0
//! The objects that the driver keeps in the management cluster itself: a namespace for each project, and
//! a cluster's secrets. Names and labels follow magnum-capi-helm, so that its clusters can be taken over.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::api::{ApiResource, DeleteParams, DynamicObject, ListParams, Patch, PatchParams};
use kube::core::GroupVersionKind;
use kube::{Api, ResourceExt};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{ManagementCluster, ManagementError};
use crate::helm::ReleaseRef;
use crate::model::{Cluster, ReleaseName};
use crate::status::ObjectKind;

/// Who writes the driver's fields (server-side apply).
pub(super) const FIELD_MANAGER: &str = "magnum-capi-rdma";
/// The label that ties a secret to Magnum's cluster.
pub(super) const UUID_LABEL: &str = "magnum.openstack.org/cluster-uuid";

/// The annotation that says whose credential was replaced.
const PREVIOUS_USER: &str = "magnum.openstack.org/previous-user-id";

/// A certificate and its key, both PEM.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    certificate: String,
    key: String,
}

/// What Cluster API and its OpenStack provider must know and nobody else may. Never printed.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterSecrets {
    /// clouds.yaml with the cluster's application credential.
    clouds_yaml: String,
    /// Certificates to trust for OpenStack's endpoints.
    #[serde(default)]
    cacert: Option<String>,
    /// By their purpose: `ca`, `etcd`, `proxy`, `sa`.
    certificates: BTreeMap<String, Certificate>,
    /// Whose credential is replaced, if it was another user's: it is to be deleted later.
    #[serde(default)]
    previous_user_id: Option<String>,
}

/// A cluster's application credential, and whose the one before was if it was another user's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CredentialInUse {
    /// Keystone's id of it.
    pub id: String,
    /// The user whose credential it replaced.
    pub previous_user_id: Option<String>,
}

impl std::fmt::Debug for ClusterSecrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ClusterSecrets(hidden)")
    }
}

/// The text of `clouds.yaml` in a secret.
fn clouds_yaml(secret: Secret) -> Option<String> {
    String::from_utf8(secret.data?.remove("clouds.yaml")?.0).ok()
}

fn secret_labels(cluster: &Cluster) -> BTreeMap<&'static str, String> {
    let cut = |text: &str| text.chars().take(63).collect::<String>();
    BTreeMap::from([
        ("magnum.openstack.org/project-id", cut(&cluster.project_id)),
        ("magnum.openstack.org/user-id", cut(cluster.user_id.as_deref().unwrap_or_default())),
        (UUID_LABEL, cut(&cluster.uuid)),
        ("cluster.x-k8s.io/cluster-name", cluster.release.as_str().to_owned()),
    ])
}

/// Every secret of a cluster, as documents.
fn secrets(cluster: &Cluster, secrets: &ClusterSecrets) -> Vec<(String, serde_json::Value)> {
    let namespace = cluster.namespace.as_str();
    let document = |name: &str, kind: &str, data: serde_json::Value| {
        json!({"apiVersion": "v1", "kind": "Secret", "type": kind, "stringData": data,
               "metadata": {"name": name, "namespace": namespace, "labels": secret_labels(cluster)}})
    };
    let mut cloud = json!({"clouds.yaml": secrets.clouds_yaml});
    if let Some(cacert) = &secrets.cacert {
        cloud["cacert"] = json!(cacert);
    }
    let credentials = cluster.credentials_secret.clone();
    let mut first = document(&credentials, "Opaque", cloud);
    if let Some(user) = &secrets.previous_user_id {
        first["metadata"]["annotations"] = json!({PREVIOUS_USER: user});
    }
    let mut all = vec![(credentials, first)];
    for (purpose, pair) in &secrets.certificates {
        let name = cluster.release.object(purpose);
        let data = json!({"tls.crt": pair.certificate, "tls.key": pair.key});
        all.push((name.clone(), document(&name, "cluster.x-k8s.io/secret", data)));
    }
    all
}

/// A delete that is fine if there is nothing to delete.
pub(super) fn gone_is_fine<T>(answer: kube::Result<T>) -> kube::Result<()> {
    match answer {
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
        other => other.map(drop),
    }
}

/// The id in a clouds.yaml of the driver's making, or of magnum-capi-helm's.
fn credential_id(clouds: &str) -> Option<String> {
    let document: serde_json::Value = serde_saphyr::from_str(clouds).ok()?;
    Some(document.pointer("/clouds/openstack/auth/application_credential_id")?.as_str()?.to_owned())
}

impl ManagementCluster {
    /// Makes the project's namespace if it is not there.
    ///
    /// # Errors
    /// What the management cluster said.
    pub async fn apply_namespace(&self, cluster: &Cluster) -> Result<(), ManagementError> {
        let name = cluster.namespace.as_str();
        let document = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        let api: Api<Namespace> = Api::all(self.client());
        let params = PatchParams::apply(FIELD_MANAGER).force();
        self.ask("make the project's namespace", api.patch(name, &params, &Patch::Apply(&document))).await.map(drop)
    }

    /// Whether the project's namespace is there. Without it nothing of a cluster is.
    ///
    /// # Errors
    /// What the management cluster said.
    pub async fn has_namespace(&self, name: &str) -> Result<bool, ManagementError> {
        let api: Api<Namespace> = Api::all(self.client());
        Ok(self.ask("look for the project's namespace", api.get_metadata_opt(name)).await?.is_some())
    }

    /// Makes or changes a cluster's secrets, side by side.
    ///
    /// # Errors
    /// What the management cluster said of the first that failed.
    pub async fn apply_secrets(&self, cluster: &Cluster, given: &ClusterSecrets) -> Result<(), ManagementError> {
        let api: Api<Secret> = Api::namespaced(self.client(), cluster.namespace.as_str());
        let params = PatchParams::apply(FIELD_MANAGER).force();
        let documents = secrets(cluster, given);
        let writes = documents.iter().map(|(name, document)| {
            let (api, params) = (&api, &params);
            self.ask("store the cluster's secrets", async move { api.patch(name, params, &Patch::Apply(document)).await.map(drop) })
        });
        futures::future::try_join_all(writes).await.map(drop)
    }

    /// The application credential that a cluster uses; `None` if its secret is gone or is not the driver's.
    ///
    /// # Errors
    /// What the management cluster said.
    pub async fn credential(&self, release: ReleaseRef<'_>) -> Result<Option<CredentialInUse>, ManagementError> {
        let Some(secret) = self.credentials_secret(release).await? else { return Ok(None) };
        let previous_user_id = secret.annotations().get(PREVIOUS_USER).cloned();
        let id = clouds_yaml(secret).and_then(|clouds| credential_id(&clouds));
        Ok(id.map(|id| CredentialInUse { id, previous_user_id }))
    }

    /// The file by which a cluster reaches OpenStack; nothing where there is none.
    ///
    /// # Errors
    /// What the management cluster said.
    pub async fn clouds_yaml(&self, release: ReleaseRef<'_>) -> Result<Option<String>, ManagementError> {
        Ok(self.credentials_secret(release).await?.and_then(clouds_yaml))
    }

    async fn credentials_secret(&self, release: ReleaseRef<'_>) -> Result<Option<Secret>, ManagementError> {
        let api: Api<Secret> = Api::namespaced(self.client(), release.namespace);
        let name = ReleaseName::existing(release.name).credentials_secret();
        self.ask("read the cluster's credential", api.get_opt(&name)).await
    }

    /// Lets machines go before others of their node group when it shrinks (Cluster API's `delete-machine` annotation).
    ///
    /// # Errors
    /// What the management cluster said.
    pub async fn let_go_first(&self, namespace: &str, machines: &[String]) -> Result<(), ManagementError> {
        let api = self.api(ObjectKind::Machine, namespace);
        let mark = Patch::Merge(json!({"metadata": {"annotations": {"cluster.x-k8s.io/delete-machine": "true"}}}));
        for machine in machines {
            self.ask("choose the machines that go", api.patch_metadata(machine, &PatchParams::default(), &mark)).await?;
        }
        Ok(())
    }

    /// Deletes a cluster's secrets.
    ///
    /// # Errors
    /// What the management cluster said.
    pub async fn delete_secrets(&self, namespace: &str, uuid: &str) -> Result<(), ManagementError> {
        let api: Api<Secret> = Api::namespaced(self.client(), namespace);
        let selected = ListParams::default().labels(&format!("{UUID_LABEL}={uuid}"));
        self.ask("delete the cluster's secrets", async { api.delete_collection(&DeleteParams::default(), &selected).await.map(drop) }).await
    }

    /// The API of a watched kind in one namespace, or in all for an empty name.
    #[must_use]
    pub fn api(&self, kind: ObjectKind, namespace: &str) -> Api<DynamicObject> {
        let (group, version, plural) = kind.resource();
        let resource = ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind.as_str()), plural);
        match namespace {
            "" => Api::all_with(self.client(), &resource),
            _ => Api::namespaced_with(self.client(), namespace, &resource),
        }
    }
}
