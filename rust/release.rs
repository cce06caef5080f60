// SPDX-License-Identifier: Apache-2.0
//! A cluster's release between the management cluster, which holds it, and Helm, which changes it.

use jiff::Timestamp;
use serde::Serialize;

use crate::error::CoreError;
use crate::helm::release::{asked_for, recovery, unfinished};
use crate::helm::{Chart, Helm, HelmCli, ReleaseRef, Step};
use crate::management::ManagementCluster;
use crate::settings::Settings;
use crate::status::{Handover, Operation, OperationKind};
use crate::values::Values;

/// Brings a release to a chart and values, whatever was left of it. What is so already starts no process.
///
/// # Errors
/// What the management cluster or Helm said.
pub async fn bring(
    management: &ManagementCluster,
    settings: &Settings,
    release: ReleaseRef<'_>,
    chart: &Chart,
    values: &Values,
) -> Result<i64, CoreError> {
    let revisions = management.revisions(release).await?; // I/O
    let stored = match asked_for(&revisions) {
        Some(revision) => management.stored(release, revision).await?, // I/O
        None => None,
    };
    let steps = recovery(&revisions, stored.as_ref().is_some_and(|stored| stored.has_values(values))); // pure
    if let Some(stored) = stored.filter(|stored| steps.is_empty() && stored.is(chart, values)) {
        return Ok(stored.revision);
    }
    let helm = HelmCli::new(settings);
    for step in steps {
        tracing::warn!("release {}: an operation was interrupted or failed: {step}", release.name);
        match step {
            Step::Forget(secrets) => management.forget_revisions(release, &secrets).await?, // I/O
            Step::RollBack(revision) => roll_back(management, &helm, release, revision).await?, // I/O
        }
    }
    Ok(helm.upgrade(release, chart, values).await?) // I/O: process
}

/// Rolls a release back. If it does not go back, it may still go on.
async fn roll_back(management: &ManagementCluster, helm: &HelmCli, release: ReleaseRef<'_>, revision: i64) -> Result<(), CoreError> {
    if let Err(error) = helm.roll_back(release, revision).await {
        // I/O: process
        tracing::warn!("release {}: {error}", release.name);
        let left = unfinished(&management.revisions(release).await?); // I/O
        management.forget_revisions(release, &left).await?; // I/O
    }
    Ok(())
}

/// How an operation reaches the management cluster: who works on the release, and what it is meanwhile.
///
/// # Errors
/// What the management cluster said.
pub async fn handover(
    management: &ManagementCluster,
    operation: &Operation,
    release: ReleaseRef<'_>,
    now: Timestamp,
) -> Result<Handover, CoreError> {
    let before = management.holder(release).await?; // I/O
    let revisions = management.revisions(release).await?; // I/O
    // Asked again, since an operation may have begun or ended in between.
    let after = management.holder(release).await?; // I/O
    if before.iter().chain(&after).any(|holder| !holder.is_gone(now)) {
        return Ok(Handover::Working);
    }
    let is_deployed = asked_for(&revisions).is_some_and(|revision| revision.status == "deployed");
    let is_abandoned = after.is_some() && operation.kind != OperationKind::Create;
    Ok(if is_deployed && !is_abandoned { Handover::Done } else { Handover::Undone })
}

/// A release as Helm has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// Helm's number of its revision.
    pub revision: i64,
    /// `deployed`, or what keeps it from being changed.
    pub status: String,
    /// Whether this driver made the revision.
    pub is_ours: bool,
}

/// How a release stands; nothing where there is none.
///
/// # Errors
/// What the management cluster said.
pub async fn held(management: &ManagementCluster, release: ReleaseRef<'_>) -> Result<Option<Held>, CoreError> {
    let revisions = management.revisions(release).await?; // I/O
    let is_ours = management.deployed(release).await?.is_some_and(|deployed| deployed.is_ours()); // I/O
    let latest = revisions.into_iter().max_by_key(|revision| revision.number);
    Ok(latest.map(|latest| Held { revision: latest.number, status: latest.status, is_ours }))
}
