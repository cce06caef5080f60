// SPDX-License-Identifier: Apache-2.0
//! What the driver asks of the core, as short stories. Each step is marked pure or I/O; this is the only
//! file that looks at the clock.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use crate::adoption::{self, Comparison};
use crate::error::CoreError;
use crate::helm::{self, Chart, Helm, HelmCli, ReleaseRef};
use crate::management::{ClusterSecrets, CredentialInUse, ManagementCluster, Waiting};
use crate::model::Cluster;
use crate::release;
use crate::request::ClusterRequest;
use crate::runtime::Core;
use crate::settings::Settings;
use crate::site::Site;
use crate::status::{self, Handover, Health, ObjectKind, ObservedCluster, Operation, OperationKind, Report};
use crate::validate::{check_upgrade, validate};
use crate::values::{self, Values};

/// What became of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// Helm's revision of the release.
    pub revision: i64,
    /// SHA-256 of its values.
    pub digest: String,
}

/// The time, for everything that takes it as an argument.
#[expect(clippy::disallowed_methods, reason = "this is the one place that looks at the clock")]
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// What a request asks for: the cluster and its values, with the operator's own on top.
///
/// # Errors
/// Every problem of the request, or what is wrong with the operator's values.
pub fn plan(request: &ClusterRequest, values_directory: Option<&Path>) -> Result<(Cluster, Values), CoreError> {
    let cluster = validate(request).map_err(CoreError::InvalidRequest)?; // pure
    let overrides = Site::read(values_directory)?.files(&cluster.value_layers)?; // I/O: disk
    let values = values::render(&cluster, &overrides)?; // pure
    Ok((cluster, values))
}

/// Brings a cluster's release to what the request says, or takes the first step to it: when the software of machines
/// changes, worker groups wait for the control plane, and [`observe`] takes the second step.
///
/// Without `secrets` those that the cluster has stay.
///
/// # Errors
/// Every problem of the request before anything is made, or what the management cluster or Helm said.
pub async fn apply(
    core: &Core,
    settings: &Settings,
    request: &ClusterRequest,
    secrets: Option<&ClusterSecrets>,
) -> Result<Applied, CoreError> {
    let (cluster, values) = plan(request, settings.values_directory.as_deref())?; // I/O: disk
    cluster.warnings.iter().for_each(|warning| tracing::warn!("cluster {}: {warning}", cluster.uuid));
    let chart = helm::chart::chart(settings, cluster.chart_version.as_deref(), &HelmCli::new(settings)).await?; // I/O: disk
    let management = core.management(settings).await?; // I/O: kubeconfig
    management.apply_namespace(&cluster).await?; // I/O
    let release = ReleaseRef { namespace: cluster.namespace.as_str(), name: cluster.release.as_str() };
    let work = change(&management, settings, &cluster, release, &chart, values, secrets);
    let applied = management.locked(release, now, work).await?; // I/O
    tracing::info!("cluster {}: release {} is at revision {}", cluster.uuid, release.name, applied.revision);
    Ok(applied)
}

/// What [`apply`] does while nobody else works on the cluster.
async fn change(
    management: &ManagementCluster,
    settings: &Settings,
    cluster: &Cluster,
    release: ReleaseRef<'_>,
    chart: &Chart,
    values: Values,
    secrets: Option<&ClusterSecrets>,
) -> Result<Applied, CoreError> {
    let deployed = management.deployed(release).await?.map(|deployed| deployed.values); // I/O
    deployed.as_ref().map_or(Ok(()), |deployed| check_upgrade(deployed, cluster)).map_err(CoreError::InvalidRequest)?; // pure
    if let Some(secrets) = secrets {
        management.apply_secrets(cluster, secrets).await?; // I/O
    }
    let is_moving = deployed.is_some() && management.waiting(release).await?.is_some(); // I/O
    let step = values::first_step(deployed.as_ref(), &values, is_moving); // pure
    let target = Waiting { values, chart_version: cluster.chart_version.clone() };
    if step != target.values {
        management.keep_waiting(release, &cluster.uuid, &target).await?; // I/O
    }
    let revision = release::bring(management, settings, release, chart, &step).await?; // I/O
    if is_moving && step == target.values {
        management.forget_waiting(release).await?; // I/O
    }
    Ok(Applied { revision, digest: step.digest() })
}

/// How a cluster's release stands; nothing where there is none.
///
/// # Errors
/// What the management cluster said.
pub async fn held(core: &Core, settings: &Settings, operation: &Operation) -> Result<Option<release::Held>, CoreError> {
    let Some(name) = operation.release.as_deref() else { return Ok(None) };
    let management = core.management(settings).await?; // I/O: kubeconfig
    let release = ReleaseRef { namespace: &operation.namespace, name };
    release::held(&management, release).await // I/O
}

/// What the next operation of this driver would make of a cluster's release; nothing where there is none.
///
/// # Errors
/// Every problem of the request, or what the management cluster or Helm said.
pub async fn prospect(core: &Core, settings: &Settings, request: &ClusterRequest) -> Result<Option<Comparison>, CoreError> {
    let (cluster, values) = plan(request, settings.values_directory.as_deref())?; // I/O: disk
    let management = core.management(settings).await?; // I/O: kubeconfig
    let release = ReleaseRef { namespace: cluster.namespace.as_str(), name: cluster.release.as_str() };
    let Some(held) = management.deployed(release).await? else { return Ok(None) }; // I/O
    let helm = HelmCli::new(settings);
    let chart = helm::chart::chart(settings, cluster.chart_version.as_deref(), &helm).await?; // I/O: disk
    let ours = helm.preview(release, &chart, &values).await?; // I/O: process
    Ok(Some(adoption::compare(&held.values, &held.rendered(), &values, &ours.rendered())?)) // pure
}

/// The file by which a cluster reaches OpenStack; nothing where there is none.
///
/// # Errors
/// What the management cluster said.
pub async fn clouds_yaml(core: &Core, settings: &Settings, operation: &Operation) -> Result<Option<String>, CoreError> {
    let Some(name) = operation.release.as_deref() else { return Ok(None) };
    let management = core.management(settings).await?; // I/O: kubeconfig
    Ok(management.clouds_yaml(ReleaseRef { namespace: &operation.namespace, name }).await?) // I/O
}

/// How an operation stands. Once the watch is there, this asks nothing of the management cluster unless the end is
/// seen or Cluster API has not heard of what is wanted: then it is confirmed before anybody believes it.
///
/// # Errors
/// What keeps the management cluster from being watched, or a second step from being taken.
pub async fn observe(
    core: &Core,
    settings: &Settings,
    operation: &Operation,
    server_faults: BTreeMap<String, String>,
) -> Result<Report, CoreError> {
    let mut observed = observed(core, settings, operation).await?; // I/O: memory
    observed.server_faults = server_faults;
    let report = status::report(operation, &observed, now()); // pure
    if !status::is_doubtful(operation, &observed, &report) {
        return Ok(report);
    }
    let Some(name) = operation.release.as_deref() else { return Ok(status::judged(operation, &observed, report, Handover::Undone, now())) };
    let release = ReleaseRef { namespace: &operation.namespace, name };
    confirm(&core.management(settings).await?, settings, operation, release, observed).await // I/O
}

/// How an operation stands at this very moment. Takes the second step of a change of which the first is done.
async fn confirm(
    management: &ManagementCluster,
    settings: &Settings,
    operation: &Operation,
    release: ReleaseRef<'_>,
    observed: ObservedCluster,
) -> Result<Report, CoreError> {
    let observed = observed.replacing(&ObjectKind::KEEPERS, management.keepers(release).await?); // I/O
    let mut report = status::report(operation, &observed, now()); // pure
    if operation.kind == OperationKind::Update && (report.is_complete() || report.groups_are_next) {
        if take_second_step(management, settings, release).await? {
            return Ok(report.going_on()); // pure
        }
        report = status::report(&operation.content_with_versions(), &observed, now()); // pure
    }
    let handover = release::handover(management, operation, release, now()).await?; // I/O
    Ok(status::judged(operation, &observed, report, handover, now())) // pure
}

/// Brings a release to the values that waited until the control plane was replaced, if any did.
async fn take_second_step(management: &ManagementCluster, settings: &Settings, release: ReleaseRef<'_>) -> Result<bool, CoreError> {
    if management.waiting(release).await?.is_none() {
        return Ok(false);
    }
    let work = async {
        // Another conductor may have been faster.
        let Some(next) = management.waiting(release).await? else { return Ok(()) }; // I/O
        let chart = helm::chart::chart(settings, next.chart_version.as_deref(), &HelmCli::new(settings)).await?; // I/O: disk
        let revision = release::bring(management, settings, release, &chart, &next.values).await?; // I/O
        tracing::info!("release {}: the worker groups follow the control plane, at revision {revision}", release.name);
        Ok::<_, CoreError>(management.forget_waiting(release).await?) // I/O
    };
    management.locked(release, now, work).await.map(|()| true) // I/O
}

/// Lets the machines of `servers` go first when a node group shrinks.
///
/// # Errors
/// Servers that are not the group's, more than it shrinks by, or what the management cluster said.
pub async fn choose_machines(
    core: &Core,
    settings: &Settings,
    operation: &Operation,
    node_group: &str,
    servers: &[String],
) -> Result<(), CoreError> {
    let group = operation.node_groups.iter().find(|group| group.name == node_group);
    let Some(group) = group.filter(|_| !servers.is_empty()) else { return Ok(()) };
    let observed = observed(core, settings, operation).await?; // I/O: memory
    let machines = status::removal::machines_of(&observed, group, servers).map_err(CoreError::InvalidRequest)?; // pure
    Ok(core.management(settings).await?.let_go_first(&operation.namespace, &machines).await?) // I/O
}

/// The application credential that a cluster uses.
///
/// # Errors
/// What the management cluster said.
pub async fn credential(core: &Core, settings: &Settings, operation: &Operation) -> Result<Option<CredentialInUse>, CoreError> {
    let Some(name) = operation.release.as_deref() else { return Ok(None) };
    let release = ReleaseRef { namespace: &operation.namespace, name };
    Ok(core.management(settings).await?.credential(release).await?) // I/O
}

/// How healthy a cluster is.
///
/// # Errors
/// What keeps the management cluster from being watched.
pub async fn health(core: &Core, settings: &Settings, operation: &Operation) -> Result<Health, CoreError> {
    Ok(status::health(operation, &observed(core, settings, operation).await?, now()))
}

/// What is to be saved of a cluster whose last operation failed, if that has come to its end after all.
///
/// # Errors
/// The same as for [`observe`].
pub async fn recovery(core: &Core, settings: &Settings, operation: &Operation) -> Result<Option<Report>, CoreError> {
    let report = observe(core, settings, operation, BTreeMap::new()).await?;
    Ok(status::recovered(operation, report))
}

/// Of a cluster without a release nothing was ever made, so nobody need be asked.
async fn observed(core: &Core, settings: &Settings, operation: &Operation) -> Result<ObservedCluster, CoreError> {
    let Some(release) = &operation.release else { return Ok(ObservedCluster::default()) };
    let watch = core.watch(settings).await?; // I/O: kubeconfig
    Ok(watch.cluster(&operation.namespace, release, settings.request_timeout()).await?)
}

/// Begins the end of a cluster: the release goes, and with it everything Cluster API made. Fine if nothing was made.
///
/// # Errors
/// What the management cluster or Helm said.
pub async fn delete(core: &Core, settings: &Settings, operation: &Operation) -> Result<(), CoreError> {
    let Some(name) = operation.release.as_deref() else { return Ok(()) };
    let management = core.management(settings).await?; // I/O: kubeconfig
    let release = ReleaseRef { namespace: &operation.namespace, name };
    if !management.has_namespace(release.namespace).await? {
        return Ok(()); // nothing was ever made there
    }
    let work = async {
        if !management.revisions(release).await?.is_empty() {
            HelmCli::new(settings).uninstall(release).await?; // I/O: process
        }
        if !management.delete_cluster(release).await? {
            management.delete_kept(release).await?; // I/O
        }
        Ok(())
    };
    management.locked(release, now, work).await // I/O
}

/// Deletes a cluster's secrets and whatever Cluster API did not own, once it has nothing left of the cluster.
///
/// # Errors
/// [`CoreError::StillThere`] if it has, or what the management cluster said.
pub async fn forget(core: &Core, settings: &Settings, operation: &Operation) -> Result<(), CoreError> {
    let Some(name) = operation.release.as_deref() else { return Ok(()) };
    let management = core.management(settings).await?; // I/O: kubeconfig
    let release = ReleaseRef { namespace: &operation.namespace, name };
    if !management.has_namespace(release.namespace).await? {
        return Ok(()); // nothing was ever made there
    }
    let work = async {
        match management.count_objects(release).await? {
            0 => {
                management.delete_kept(release).await?; // I/O
                Ok(management.delete_secrets(release.namespace, &operation.uuid).await?) // I/O
            }
            left => Err(CoreError::StillThere(left)),
        }
    };
    management.locked(release, now, work).await // I/O
}
