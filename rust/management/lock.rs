// SPDX-License-Identifier: Apache-2.0
//! One operation on a cluster at a time, whichever conductor does it: a lease in the management cluster.
//!
//! The lease is there only while an operation runs. It is made by whoever begins one, which the API server
//! lets only one do, renewed meanwhile, and deleted at the end. Of a conductor that was killed it stays, and
//! is taken over by whoever has seen it unchanged for its whole duration; no two clocks are compared for that.
//! Who cannot renew its lease gives its operation up before another may take over, and Helm is ended with it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::Api;
use kube::api::{DeleteParams, ObjectMeta, PostParams, Preconditions};

use super::{ManagementCluster, ManagementError};
use crate::helm::ReleaseRef;

/// How long a lease is good without being renewed.
const DURATION: Duration = Duration::from_secs(30);
/// How often it is renewed, and how often somebody else's is looked at.
const RENEWAL: Duration = Duration::from_secs(5);
/// How long its holder goes on while it cannot be renewed.
const LAST_RENEWAL: Duration = Duration::from_secs(20);
/// How often somebody who waits looks.
const LOOK: Duration = Duration::from_secs(1);
/// How long to wait for somebody else's operation, and thereby longer than for a lease whose holder is gone.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why an operation cannot have a cluster for itself.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another operation is under way.
    #[error(
        "Another operation on the cluster is under way: {holder}. Try again when it is over. If that process is gone, its lock runs out \
         after {limit} s.",
        holder = .0,
        limit = DURATION.as_secs()
    )]
    Busy(Holder),
    /// The lease could not be renewed, or somebody took it.
    #[error("The operation was given up because its lock in the management cluster could not be kept: {0} Try again.")]
    Lost(String),
    /// The management cluster did not answer as it should.
    #[error(transparent)]
    Management(#[from] ManagementError),
}

impl LockError {
    /// A stable word for the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Busy(_) => "cluster-busy",
            Self::Lost(_) => "lock-lost",
            Self::Management(error) => error.code(),
        }
    }
}

/// A lease that this process holds.
struct Held {
    api: Api<Lease>,
    lease: Lease,
}

/// Somebody else's lease as it is looked at again and again.
#[derive(Debug, Default)]
struct Watched {
    version: Option<String>,
    looks: u64,
}

impl Watched {
    /// Whether the lease has stayed as it is for its whole duration, at one look for each [`LOOK`].
    fn is_abandoned(&mut self, found: &Lease) -> bool {
        if self.version == found.metadata.resource_version {
            self.looks += 1;
        } else {
            *self = Self { version: found.metadata.resource_version.clone(), looks: 0 };
        }
        let duration = found.spec.as_ref().and_then(|spec| spec.lease_duration_seconds).and_then(|seconds| u64::try_from(seconds).ok());
        self.looks * LOOK.as_secs() >= duration.unwrap_or(DURATION.as_secs())
    }
}

/// Who holds a lease, and what is known of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The process.
    pub name: String,
    /// When it took the lease.
    pub since: Timestamp,
    /// When it last renewed it.
    pub renewed: Timestamp,
}

impl Holder {
    fn of(lease: &Lease) -> Self {
        let spec = lease.spec.clone().unwrap_or_default();
        let since = spec.acquire_time.map_or(Timestamp::UNIX_EPOCH, |time| time.0);
        Self {
            name: spec.holder_identity.unwrap_or_else(|| "an unknown process".to_owned()),
            since,
            renewed: spec.renew_time.map_or(since, |time| time.0),
        }
    }

    fn is_same_as(&self, other: &Self) -> bool {
        (&self.name, self.since) == (&other.name, other.since)
    }

    /// Whether it has stopped to renew, for twice the lease's duration: the clocks of two hosts may differ.
    #[must_use]
    pub fn is_gone(&self, now: Timestamp) -> bool {
        SignedDuration::try_from(2 * DURATION).is_ok_and(|limit| now.duration_since(self.renewed) > limit)
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}, since {:.0}", self.name, self.since)
    }
}

/// The name by which this process holds leases.
fn own_name() -> String {
    let host = hostname::get().map_or_else(|_| "a conductor".to_owned(), |host| host.to_string_lossy().into_owned());
    format!("process {} on {host}", std::process::id())
}

fn lease(name: &str, version: Option<String>, now: Timestamp) -> Lease {
    Lease {
        metadata: ObjectMeta { name: Some(name.to_owned()), resource_version: version, ..ObjectMeta::default() },
        spec: Some(LeaseSpec {
            holder_identity: Some(own_name()),
            lease_duration_seconds: i32::try_from(DURATION.as_secs()).ok(),
            acquire_time: Some(MicroTime(now)),
            renew_time: Some(MicroTime(now)),
            ..LeaseSpec::default()
        }),
    }
}

/// The lease of a release.
fn lease_name(release: ReleaseRef<'_>) -> String {
    format!("{}-magnum", release.name)
}

/// Whether somebody else was faster.
fn is_conflict(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == 409)
}

/// Whether what was to be replaced is not there any more.
fn is_gone(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == 404)
}

impl ManagementCluster {
    /// Does `work` while nobody else works on the release.
    ///
    /// # Errors
    /// [`LockError`], or what `work` failed with.
    pub async fn locked<T, E: From<LockError>>(
        &self,
        release: ReleaseRef<'_>,
        clock: fn() -> Timestamp,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let mut held = self.acquire(release, clock).await?;
        let outcome = tokio::select! {
            done = work => done,
            lost = self.keep(&mut held, clock) => Err(lost.into()),
        };
        self.release_lease(held).await;
        outcome
    }

    /// Makes the lease, or takes it over once it has not changed for its whole duration.
    async fn acquire(&self, release: ReleaseRef<'_>, clock: fn() -> Timestamp) -> Result<Held, LockError> {
        let api: Api<Lease> = Api::namespaced(self.client(), release.namespace);
        let name = lease_name(release);
        let mut watched = Watched::default();
        for look in 0_u64.. {
            let found = self.ask("look at the cluster's lock", api.get_opt(&name)).await?;
            let version = found.as_ref().and_then(|found| found.metadata.resource_version.clone());
            match found.as_ref().filter(|found| !watched.is_abandoned(found)).map(Holder::of) {
                Some(holder) if look * LOOK.as_secs() >= PATIENCE.as_secs() => return Err(LockError::Busy(holder)),
                Some(_) => tokio::time::sleep(LOOK).await,
                None => {
                    if let Some(lease) = self.write(&api, &lease(&name, version, clock())).await? {
                        found.iter().for_each(|lost| tracing::warn!("{name}: taken over from {}", Holder::of(lost)));
                        return Ok(Held { api, lease });
                    }
                }
            }
        }
        Err(LockError::Lost("it was never there.".to_owned()))
    }

    /// Makes or replaces a lease; nothing if somebody else was faster.
    async fn write(&self, api: &Api<Lease>, lease: &Lease) -> Result<Option<Lease>, ManagementError> {
        let name = lease.metadata.name.as_deref().unwrap_or_default();
        let params = PostParams::default();
        let written = async {
            match &lease.metadata.resource_version {
                None => api.create(&params, lease).await.map(Some),
                Some(_) => match api.replace(name, &params, lease).await {
                    Err(error) if is_gone(&error) => Ok(None),
                    other => other.map(Some),
                },
            }
        };
        let written = async {
            match written.await {
                Err(error) if is_conflict(&error) => Ok(None),
                other => other,
            }
        };
        self.ask("lock the cluster", written).await
    }

    /// Renews the lease for as long as it can; says why it cannot any more.
    async fn keep(&self, held: &mut Held, clock: fn() -> Timestamp) -> LockError {
        loop {
            tokio::time::sleep(RENEWAL).await;
            match tokio::time::timeout(LAST_RENEWAL - RENEWAL, self.renew(held, clock)).await {
                Ok(Some(lease)) => held.lease = lease,
                Ok(None) => return LockError::Lost("somebody else has taken it.".to_owned()),
                Err(_) => return LockError::Lost(format!("it could not be renewed for {} s.", LAST_RENEWAL.as_secs())),
            }
        }
    }

    /// Renews the lease, however often that takes; nothing if it is somebody else's by now.
    async fn renew(&self, held: &Held, clock: fn() -> Timestamp) -> Option<Lease> {
        let mut next = held.lease.clone();
        loop {
            next.spec.get_or_insert_default().renew_time = Some(MicroTime(clock()));
            match self.write(&held.api, &next).await {
                Ok(written) => return written,
                Err(error) => tracing::warn!("a cluster's lock could not be renewed and is tried again: {error}"),
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Deletes the lease if it is still this operation's own. If that fails it runs out by itself.
    async fn release_lease(&self, mut held: Held) {
        let own = Holder::of(&held.lease);
        let name = held.lease.metadata.name.clone().unwrap_or_default();
        let deleted = async {
            loop {
                let version = held.lease.metadata.resource_version.clone();
                let condition = Preconditions { uid: None, resource_version: version };
                let params = DeleteParams { preconditions: Some(condition), ..DeleteParams::default() };
                match held.api.delete(&name, &params).await {
                    // It may have been renewed just when the operation ended.
                    Err(error) if is_conflict(&error) => match held.api.get_opt(&name).await? {
                        Some(found) if Holder::of(&found).is_same_as(&own) => held.lease = found,
                        _ => return Ok(()),
                    },
                    other => return other.map(drop),
                }
            }
        };
        if let Err(error) = self.ask("unlock the cluster", deleted).await {
            tracing::warn!("the lock {name} could not be released and runs out by itself: {error}");
        }
    }

    /// Who works on a release.
    ///
    /// # Errors
    /// What the management cluster said.
    pub async fn holder(&self, release: ReleaseRef<'_>) -> Result<Option<Holder>, ManagementError> {
        let api: Api<Lease> = Api::namespaced(self.client(), release.namespace);
        let found = self.ask("look at the cluster's lock", api.get_opt(&lease_name(release))).await?;
        Ok(found.as_ref().map(Holder::of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(version: &str) -> Lease {
        lease("r-magnum", Some(version.to_owned()), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_lease_is_abandoned_once_it_was_seen_unchanged_for_its_duration() {
        let mut watched = Watched::default();
        let looks = DURATION.as_secs() / LOOK.as_secs();
        assert!((0..looks).all(|_| !watched.is_abandoned(&seen("1"))));
        assert!(!watched.is_abandoned(&seen("2")), "it was renewed");
        assert!((1..looks).all(|_| !watched.is_abandoned(&seen("2"))));
        assert!(watched.is_abandoned(&seen("2")));
    }

    #[test]
    fn a_lease_that_lasts_longer_is_waited_for() {
        let mut other = seen("1");
        other.spec.get_or_insert_default().lease_duration_seconds = Some(50);
        let mut watched = Watched::default();
        assert_eq!((0..100).take_while(|_| !watched.is_abandoned(&other)).count(), 50);
    }

    #[test]
    fn a_holder_that_has_not_renewed_for_long_is_gone() {
        let holder = Holder::of(&seen("1"));
        let after = |seconds| Timestamp::from_second(seconds).expect("a time");
        assert!(!holder.is_gone(after(60)));
        assert!(holder.is_gone(after(61)));
    }

    #[test]
    fn who_waits_outlasts_a_lease_and_who_holds_one_gives_up_before_it_runs_out() {
        assert!(PATIENCE > DURATION + LOOK);
        assert!(LAST_RENEWAL + LOOK < DURATION);
    }

    #[test]
    fn the_holder_and_the_remedy_are_told() {
        let text = LockError::Busy(Holder::of(&seen("1"))).to_string();
        assert!(text.contains(&format!("process {}", std::process::id())), "{text}");
        assert!(text.contains("since 1970-01-01T00:00:00Z"), "{text}");
        assert!(text.ends_with("its lock runs out after 30 s."), "{text}");
    }
}
