// SPDX-License-Identifier: Apache-2.0
//! Following all objects of one kind, for as long as the process lives.
//!
//! An interruption leads to a new listing, always: a watch that resumes by itself does so without a word, and
//! nobody could tell whether what is kept is from now or from an hour ago.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::core::PartialObjectMeta;
use kube::runtime::watcher;
use serde::Serialize;
use tokio::sync::{Semaphore, watch as signal};

use super::{State, States, Store};
use crate::management::{ManagementCluster, ManagementError, keepers};
use crate::status::{Object, ObjectKind};

/// How many objects one request of a listing brings. Whole objects take a hundred times what is kept of them.
const PAGE: u32 = 100;
/// After how many seconds the API server ends a watch, which is then renewed: that of a kind without objects is silent
/// till then, and only so can it be told from one whose server is gone.
const RENEWAL: u32 = 60;
/// How many kinds are listed at a time, for the same reason.
pub const LISTINGS: usize = 2;
/// How long to leave a kind alone that the management cluster need not have.
const ABSENT: Duration = Duration::from_secs(300);

/// A step of a listing, or a change after it. Objects that status does not read are none.
enum Event {
    Begin,
    Listed(Option<Object>),
    Done,
    Changed(Option<Object>),
    Gone(Option<Object>),
}

/// Where what is followed goes, shared by all kinds.
#[derive(Debug)]
pub struct Common {
    /// The objects.
    pub store: Arc<Store>,
    /// How the kinds stand.
    pub tell: signal::Sender<States>,
    /// Who may list now.
    pub turns: Semaphore,
    /// The time.
    pub clock: fn() -> Timestamp,
}

/// Lists the objects of a kind and keeps them as they change. Does not end.
pub async fn follow(management: ManagementCluster, kind: ObjectKind, common: Arc<Common>) {
    let Common { store, tell, clock, .. } = &*common;
    let mut pauses = watcher::DefaultBackoff::default();
    loop {
        let trouble = listen(&management, kind, &common).await;
        if kind.is_optional() && matches!(trouble, ManagementError::Missing(_)) {
            store.begin(kind);
            store.finish(kind, clock());
            set(tell, kind, State::Current);
            tokio::time::sleep(ABSENT).await;
            continue;
        }
        tracing::warn!("watching {} was interrupted: {trouble}", kind.as_str());
        interrupted(tell, kind, trouble);
        tokio::time::sleep(pauses.next().unwrap_or(ABSENT)).await;
    }
}

/// Follows until something is in the way.
async fn listen(management: &ManagementCluster, kind: ObjectKind, common: &Common) -> ManagementError {
    let mut turn = common.turns.acquire().await.ok();
    let mut events = events(management, kind);
    loop {
        let next = events.next();
        let next = if turn.is_none() { Ok(next.await) } else { management.within(next).await };
        match next {
            Ok(Some(Ok(event))) => {
                let done = matches!(event, Event::Done);
                absorb(&common.store, kind, event, (common.clock)());
                if done {
                    turn = None;
                    set(&common.tell, kind, State::Current);
                }
            }
            Ok(Some(Err(trouble))) | Err(trouble) => return trouble,
            Ok(None) => return ManagementError::Unreachable("the watch has ended".to_owned()),
        }
    }
}

/// A watch that broke off is listed anew at once, and readers wait for that. Whatever else is in the way, they
/// are told.
fn interrupted(tell: &signal::Sender<States>, kind: ObjectKind, trouble: ManagementError) {
    let broke_off = matches!(trouble, ManagementError::Unreachable(_) | ManagementError::Failed { .. });
    tell.send_modify(|states| {
        let was_current = matches!(states.get(&kind), Some(State::Current));
        states.insert(kind, if was_current && broke_off { State::Listing } else { State::Broken(trouble) });
    });
}

fn set(tell: &signal::Sender<States>, kind: ObjectKind, state: State) {
    tell.send_modify(|states| drop(states.insert(kind, state)));
}

fn absorb(store: &Store, kind: ObjectKind, event: Event, now: Timestamp) {
    match event {
        Event::Begin => store.begin(kind),
        Event::Done => store.finish(kind, now),
        Event::Listed(Some(object)) => store.list(object),
        Event::Changed(Some(object)) => store.put(object, now),
        Event::Gone(Some(object)) => store.remove(&object),
        Event::Listed(None) | Event::Changed(None) | Event::Gone(None) => {}
    }
}

type Events = BoxStream<'static, Result<Event, ManagementError>>;

/// What happens to a kind. Of Helm's Secrets only the metadata is asked for.
fn events(management: &ManagementCluster, kind: ObjectKind) -> Events {
    let config = watcher::Config::default().page_size(PAGE).timeout(RENEWAL);
    let config = kind.selector().map_or(config.clone(), |selector| config.labels(selector));
    match kind {
        ObjectKind::Revision => read(kind, watcher(Api::<PartialObjectMeta<Secret>>::all(management.client()), config)),
        _ => read(kind, watcher(management.api(kind, ""), config)),
    }
}

fn read<K: Serialize + Send + 'static>(
    kind: ObjectKind,
    events: impl Stream<Item = watcher::Result<watcher::Event<K>>> + Send + 'static,
) -> Events {
    let compact = move |object: K| keepers::read(kind, &object);
    let read = move |event| match event {
        Ok(watcher::Event::Init) => Ok(Event::Begin),
        Ok(watcher::Event::InitApply(object)) => Ok(Event::Listed(compact(object))),
        Ok(watcher::Event::InitDone) => Ok(Event::Done),
        Ok(watcher::Event::Apply(object)) => Ok(Event::Changed(compact(object))),
        Ok(watcher::Event::Delete(object)) => Ok(Event::Gone(compact(object))),
        Err(error) => Err(ManagementError::from_watch(&error, kind.as_str())),
    };
    events.map(read).boxed()
}
