// SPDX-License-Identifier: Apache-2.0
//! One watch per kind for all clusters of a management cluster. Readers get objects and cannot write.

mod store;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt;
use jiff::Timestamp;
use kube::api::DynamicObject;
use kube::runtime::{WatchStreamExt, watcher};
use tokio::sync::watch as signal;

use crate::management::keepers::read;
use crate::management::{ManagementCluster, ManagementError};
use crate::status::{ObjectKind, ObservedCluster};

pub use store::Store;

/// How many objects one request of the first listing brings.
const PAGE: u32 = 500;

/// What is known of one kind's watch.
#[derive(Debug, Default)]
struct Channel {
    listed: bool,
    trouble: Option<ManagementError>,
}

/// The watches of one management cluster.
#[derive(Debug)]
pub struct Watch {
    management: ManagementCluster,
    store: Arc<Store>,
    channels: Arc<Mutex<std::collections::HashMap<ObjectKind, Channel>>>,
    changed: signal::Receiver<()>,
}

impl Watch {
    /// Starts one watch per kind on the current runtime; they go on until it ends.
    ///
    /// `clock` says when a change arrived.
    #[must_use]
    pub fn start(management: ManagementCluster, clock: fn() -> Timestamp) -> Self {
        let (notify, changed) = signal::channel(());
        let notify = Arc::new(notify);
        let watch = Self { management, store: Arc::default(), channels: Arc::default(), changed };
        for kind in ObjectKind::ALL {
            tokio::spawn(follow(watch.management.clone(), kind, watch.store.clone(), watch.channels.clone(), notify.clone(), clock));
        }
        watch
    }

    /// The objects of one cluster, once every kind has been listed.
    ///
    /// # Errors
    /// What keeps a kind from being watched, if it was not listed within `patience` or if the management
    /// cluster does not answer now.
    pub async fn cluster(&self, namespace: &str, name: &str, patience: Duration) -> Result<ObservedCluster, ManagementError> {
        let mut changed = self.changed.clone();
        let listed = async {
            while !self.is_listed() {
                if changed.changed().await.is_err() {
                    break;
                }
            }
        };
        if tokio::time::timeout(patience, listed).await.is_err() {
            return Err(self
                .take_trouble()
                .unwrap_or_else(|| ManagementError::Unreachable("its objects could not be listed in time".to_owned())));
        }
        self.check_trouble().await?;
        Ok(self.store.cluster(namespace, name))
    }

    fn is_listed(&self) -> bool {
        let channels = lock(&self.channels);
        ObjectKind::ALL.iter().all(|kind| channels.get(kind).is_some_and(|channel| channel.listed))
    }

    fn take_trouble(&self) -> Option<ManagementError> {
        lock(&self.channels).values_mut().find_map(|channel| channel.trouble.take())
    }

    /// A watch that was interrupted says nothing while it resumes quietly, so the trouble stands until the
    /// management cluster answers a question. Without trouble nothing is asked.
    async fn check_trouble(&self) -> Result<(), ManagementError> {
        if lock(&self.channels).values().all(|channel| channel.trouble.is_none()) {
            return Ok(());
        }
        let client = self.management.client();
        self.management.ask("say its version", client.apiserver_version()).await?;
        while self.take_trouble().is_some() {}
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

async fn follow(
    management: ManagementCluster,
    kind: ObjectKind,
    store: Arc<Store>,
    channels: Arc<Mutex<std::collections::HashMap<ObjectKind, Channel>>>,
    notify: Arc<signal::Sender<()>>,
    clock: fn() -> Timestamp,
) {
    let config = watcher::Config::default().page_size(PAGE);
    let mut events = std::pin::pin!(watcher(management.api(kind, ""), config).default_backoff());
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => {
                let listed = matches!(event, watcher::Event::InitDone);
                absorb(&store, kind, event, clock());
                if listed {
                    let mut channels = lock(&channels);
                    *channels.entry(kind).or_default() = Channel { listed: true, trouble: None };
                }
            }
            Err(error) => {
                let trouble = ManagementError::from_watch(&error, kind.as_str());
                let mut channels = lock(&channels);
                let channel = channels.entry(kind).or_default();
                if kind.is_optional() && matches!(trouble, ManagementError::Missing(_)) {
                    channel.listed = true;
                } else {
                    tracing::warn!("watching {} was interrupted: {trouble}", kind.as_str());
                    channel.trouble = Some(trouble);
                }
            }
        }
        let _ = notify.send(());
    }
}

fn absorb(store: &Store, kind: ObjectKind, event: watcher::Event<DynamicObject>, now: Timestamp) {
    match event {
        watcher::Event::Init => store.begin(kind),
        watcher::Event::InitApply(object) => read(kind, &object).into_iter().for_each(|object| store.list(object)),
        watcher::Event::InitDone => store.finish(kind),
        watcher::Event::Apply(object) => read(kind, &object).into_iter().for_each(|object| store.put(object, now)),
        watcher::Event::Delete(object) => read(kind, &object).iter().for_each(|object| store.remove(object)),
    }
}
