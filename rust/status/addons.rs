// SPDX-License-Identifier: Apache-2.0
//! The add-ons of a cluster: how many are there, which are waited for, and what is wrong with one.
//!
//! Cluster API applies the ClusterResourceSets of the embedded chart, the addon provider the HelmReleases and
//! Manifests of upstream's. Neither begins before the control plane answers.

use jiff::{SignedDuration, Timestamp};

use super::cluster_api::items;
use super::failure::Failure;
use super::meaning::OUTAGE;
use super::object::{Object, ObjectKind, Role, Truth};
use super::observed::ObservedCluster;

/// How many names of add-ons one text tells.
const MOST_TOLD: usize = 3;
/// How long Cluster API may take for its first attempts without a word about them.
const FIRST_ATTEMPTS: SignedDuration = SignedDuration::from_mins(2);
/// How long Cluster API may go on trying: it waits up to 17 minutes between two attempts.
const ATTEMPTS: SignedDuration = SignedDuration::from_mins(25);
/// How long an add-on may be without any phase before somebody asks who is to install it.
const IGNORED: SignedDuration = SignedDuration::from_mins(5);

/// How far a cluster's add-ons are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddonProgress {
    /// How many there are to be.
    pub wanted: usize,
    /// Those that are not there yet.
    pub waiting: Vec<String>,
}

impl AddonProgress {
    /// Whether all of them are there.
    #[must_use]
    pub fn settled(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How far they are, for a person; `None` for a cluster without add-ons.
    #[must_use]
    pub fn counts(&self) -> Option<String> {
        (self.wanted > 0).then(|| format!("add-ons {}/{}", self.wanted - self.waiting.len(), self.wanted))
    }

    /// The counts, and what is waited for.
    #[must_use]
    pub fn sentence(&self) -> String {
        let counts = self.counts().unwrap_or_default();
        let more = self.waiting.len().saturating_sub(MOST_TOLD);
        let names = self.waiting.iter().take(MOST_TOLD).map(String::as_str).collect::<Vec<_>>().join(", ");
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{counts}: waiting for {names}{rest}")
    }
}

fn addons(observed: &ObservedCluster) -> impl Iterator<Item = &Object> {
    observed.objects.iter().map(AsRef::as_ref).filter(|object| object.kind.is_addon() && !object.is_deleting())
}

fn is_there(addon: &Object) -> bool {
    addon.up_to_date && addon.kind.conditions().iter().all(|kind| addon.is(kind))
}

/// How far the add-ons are.
pub fn progress(observed: &ObservedCluster) -> AddonProgress {
    let waiting = addons(observed).filter(|addon| !is_there(addon)).map(|addon| addon.own_name().to_owned()).collect();
    AddonProgress { wanted: addons(observed).count(), waiting }
}

/// What is wrong with add-ons, once the control plane answers.
pub fn failures(observed: &ObservedCluster, now: Timestamp) -> Vec<Failure> {
    let initialized = observed.cluster().and_then(|cluster| cluster.condition("ControlPlaneInitialized"));
    let Some(begun) = initialized.filter(|condition| condition.status == Truth::True) else { return Vec::new() };
    addons(observed).filter_map(|addon| failure(addon, begun.since, now)).collect()
}

fn failure(addon: &Object, begun: Option<Timestamp>, now: Timestamp) -> Option<Failure> {
    let condition = addon.conditions.first()?;
    let since = condition.since.or(addon.created_at).max(begun);
    let stood = now.duration_since(since.unwrap_or(now));
    let told = |sentence: String, patience| Some(Failure { role: Role::Cluster, sentence, patience, since, blocks_delete: false });
    let name = addon.own_name();
    match (addon.kind, condition.status) {
        (ObjectKind::ClusterResourceSet, Truth::False) if stood >= FIRST_ATTEMPTS => told(
            format!(
                "Add-on {name} cannot be applied to the cluster ({}). Cluster API goes on trying; its log tells the operator why.",
                condition.reason
            ),
            ATTEMPTS,
        ),
        (ObjectKind::ClusterResourceSet, _) => None,
        (_, Truth::False) => {
            let cause = items(&condition.message);
            let cause = if cause.is_empty() { "Helm does not say why".to_owned() } else { cause };
            told(
                format!(
                    "Add-on {name} could not be installed: {cause}. It is tried again; if this does not pass, show it to the operator."
                ),
                OUTAGE,
            )
        }
        (_, Truth::Unknown) if condition.reason.is_empty() && stood >= IGNORED => told(
            format!("Nobody installs add-on {name}. Ask the operator whether the addon provider runs in the management cluster."),
            OUTAGE,
        ),
        _ => None,
    }
}
