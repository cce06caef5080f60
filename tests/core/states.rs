// SPDX-License-Identifier: Apache-2.0
//! The states of clusters in `tests/fixtures/status`.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::collections::BTreeMap;
use std::fs;

use jiff::Timestamp;
use magnum_capi_rdma::status::{self, Object, ObservedCluster, Operation, Report};
use serde::Deserialize;
use serde_json::Value;

use crate::support::{document, path};

const FIXTURES: &str = "tests/fixtures/status";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    #[serde(skip)]
    pub name: String,
    pub what: String,
    pub operation: Operation,
    pub now: Timestamp,
    pub server_faults: BTreeMap<String, String>,
    pub expect: Expected,
    pub objects: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    pub status: String,
    pub reason: Vec<String>,
    #[serde(default)]
    pub groups: BTreeMap<String, String>,
    #[serde(default)]
    pub wanted_server_faults: Vec<String>,
    /// The first moment at which the operation counts as failed; never, if it is not given.
    #[serde(default)]
    pub fails_at: Option<Timestamp>,
}

impl Fixture {
    pub fn named(name: &str) -> Self {
        let fixture: Self =
            serde_json::from_value(document(&format!("{FIXTURES}/{name}.json"))).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name: name.to_owned(), ..fixture }
    }

    /// The same state, but for the objects of one kind.
    pub fn with(&self, kind: &str, change: impl Fn(&mut Value)) -> Self {
        let mut changed = Self::named(&self.name);
        changed.objects.iter_mut().filter(|object| object["kind"] == kind).for_each(change);
        changed
    }

    pub fn observed(&self) -> ObservedCluster {
        let release = self.operation.release.as_deref().unwrap_or_default();
        let objects = self.objects.iter().map(|object| Object::read(object).unwrap_or_else(|| panic!("{}: {object}", self.name)));
        let mut observed = ObservedCluster::select(objects, &self.operation.namespace, release);
        observed.server_faults = self.server_faults.clone();
        observed
    }

    pub fn report(&self) -> Report {
        status::report(&self.operation, &self.observed(), self.now)
    }

    pub fn status_at(&self, now: Timestamp) -> String {
        status::report(&self.operation, &self.observed(), now).status
    }
}

/// Every state.
pub fn fixtures() -> Vec<Fixture> {
    let mut names: Vec<String> = fs::read_dir(path(FIXTURES))
        .expect("fixtures")
        .map(|entry| entry.expect("a fixture").path().file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    names.sort();
    names.iter().map(|name| Fixture::named(name)).collect()
}
