// SPDX-License-Identifier: Apache-2.0
//! The core's threads and its watches: one of each per process, started on first use and never before a
//! fork. Magnum's conductor forks its workers, and threads do not survive that.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::runtime::{Builder, Runtime};

use crate::error::CoreError;
use crate::management::ManagementCluster;
use crate::pipeline;
use crate::settings::Settings;
use crate::watch::Watch;

/// What was made from a kubeconfig, and from which state of it: an operator may replace the file.
#[derive(Debug)]
struct Made<T> {
    modified: Option<SystemTime>,
    value: T,
}

/// What was made, by the kubeconfig's path.
type ByKubeconfig<T> = Mutex<HashMap<Option<PathBuf>, Made<T>>>;

/// The core of one process.
#[derive(Debug)]
pub struct Core {
    runtime: Runtime,
    clusters: ByKubeconfig<ManagementCluster>,
    watches: ByKubeconfig<Arc<Watch>>,
}

static CORE: Mutex<Option<(u32, Arc<Core>)>> = Mutex::new(None);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The core of this process.
///
/// # Errors
/// [`CoreError::Start`] if the system gives no threads.
pub fn core() -> Result<Arc<Core>, CoreError> {
    let process = std::process::id();
    let mut slot = lock(&CORE);
    match slot.take() {
        Some((owner, core)) if owner == process => {
            *slot = Some((owner, core.clone()));
            return Ok(core);
        }
        // A parent's core has no threads here, so it can neither be used nor ended.
        Some(inherited) => std::mem::forget(inherited),
        None => {}
    }
    let core = Arc::new(Core::start()?);
    *slot = Some((process, core.clone()));
    Ok(core)
}

fn modified(settings: &Settings) -> Option<SystemTime> {
    settings.kubeconfig.as_deref()?.metadata().and_then(|metadata| metadata.modified()).ok()
}

impl Core {
    fn start() -> Result<Self, CoreError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("magnum-capi-rdma")
            .enable_all()
            .build()
            .map_err(|error| CoreError::Start(error.to_string()))?;
        Ok(Self { runtime, clusters: Mutex::default(), watches: Mutex::default() })
    }

    /// Runs a story to its end on this thread.
    pub fn run<T>(&self, story: impl Future<Output = T>) -> T {
        self.runtime.block_on(story)
    }

    /// The management cluster of the settings.
    ///
    /// # Errors
    /// A kubeconfig that cannot be used.
    pub async fn management(&self, settings: &Settings) -> Result<ManagementCluster, CoreError> {
        let modified = modified(settings);
        if let Some(known) = lock(&self.clusters).get(&settings.kubeconfig).filter(|made| made.modified == modified) {
            return Ok(known.value.clone());
        }
        let value = ManagementCluster::open(settings.kubeconfig.as_deref(), settings.request_timeout()).await?;
        lock(&self.clusters).insert(settings.kubeconfig.clone(), Made { modified, value: value.clone() });
        Ok(value)
    }

    /// The watch of the settings' management cluster, started if it is not there.
    ///
    /// # Errors
    /// A kubeconfig that cannot be used.
    pub async fn watch(&self, settings: &Settings) -> Result<Arc<Watch>, CoreError> {
        let management = self.management(settings).await?;
        let modified = modified(settings);
        let mut watches = lock(&self.watches);
        let before = watches.get(&settings.kubeconfig);
        if let Some(known) = before.filter(|made| made.modified == modified) {
            return Ok(known.value.clone());
        }
        let value = Arc::new(Watch::start(&management, pipeline::now, before.map(|made| &*made.value)));
        watches.insert(settings.kubeconfig.clone(), Made { modified, value: value.clone() });
        Ok(value)
    }
}
