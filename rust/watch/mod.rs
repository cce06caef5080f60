// SPDX-License-Identifier: Apache-2.0
//! One watch per kind for all clusters of a management cluster. Readers get objects and cannot write, and they
//! get none while what is kept may be old.

mod follow;
mod store;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Semaphore, watch as signal};
use tokio::task::JoinSet;

use crate::management::{ManagementCluster, ManagementError};
use crate::status::{ObjectKind, ObservedCluster};

use follow::{Common, LISTINGS, follow};
use store::Store;

/// What is known of a kind's objects.
#[derive(Debug, Clone)]
enum State {
    /// They are being listed: what is kept is old, if there is anything.
    Listing,
    /// They are kept as they are.
    Current,
    /// They cannot be followed.
    Broken(ManagementError),
}

/// The state of every kind.
type States = BTreeMap<ObjectKind, State>;

/// The watches of one management cluster; they end with it.
#[derive(Debug)]
pub struct Watch {
    store: Arc<Store>,
    states: signal::Receiver<States>,
    _followers: JoinSet<()>,
}

impl Watch {
    /// Starts one watch per kind on the current runtime.
    ///
    /// `clock` says when a change arrived. What an `earlier` watch of the same management cluster kept is shown
    /// to nobody, but tells since when conditions stand.
    #[must_use]
    pub fn start(management: &ManagementCluster, clock: fn() -> Timestamp, earlier: Option<&Self>) -> Self {
        let store = earlier.map(|watch| watch.store.clone()).unwrap_or_default();
        let (tell, states) = signal::channel(ObjectKind::ALL.map(|kind| (kind, State::Listing)).into());
        let common = Arc::new(Common { store: store.clone(), tell, turns: Semaphore::new(LISTINGS), clock });
        let mut followers = JoinSet::new();
        for kind in ObjectKind::ALL {
            followers.spawn(follow(management.clone(), kind, common.clone()));
        }
        Self { store, states, _followers: followers }
    }

    /// The objects of one cluster as they are. Waits while a kind is being listed, but not longer than `patience`.
    ///
    /// # Errors
    /// What keeps a kind from being followed.
    pub async fn cluster(&self, namespace: &str, name: &str, patience: Duration) -> Result<ObservedCluster, ManagementError> {
        let mut states = self.states.clone();
        let listed = states.wait_for(|states| states.values().all(|state| !matches!(state, State::Listing)));
        let late = || ManagementError::Unreachable("its objects could not be listed in time".to_owned());
        let states = tokio::time::timeout(patience, listed).await.map_err(|_| late())?.map_err(|_| late())?;
        let broken = states.values().find_map(|state| match state {
            State::Broken(trouble) => Some(trouble.clone()),
            _ => None,
        });
        drop(states);
        broken.map_or_else(|| Ok(self.store.cluster(namespace, name)), Err)
    }
}
