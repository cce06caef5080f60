// SPDX-License-Identifier: Apache-2.0
//! The objects of all clusters in their compact form, by cluster.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, RwLock};

use jiff::Timestamp;

use crate::status::{Object, ObjectKind, ObservedCluster};

/// Namespace and name of a Cluster.
type ClusterKey = (String, String);
/// An object within its cluster.
type ObjectKey = (ObjectKind, String);

#[derive(Debug, Default)]
struct Shelves {
    clusters: HashMap<ClusterKey, BTreeMap<ObjectKey, Arc<Object>>>,
    /// What a listing under way has brought so far.
    listing: HashMap<ObjectKind, Vec<Object>>,
}

/// Objects by cluster. A cluster is read without a look at any other.
#[derive(Debug, Default)]
pub struct Store(RwLock<Shelves>);

impl Store {
    /// The objects of one cluster.
    #[must_use]
    pub fn cluster(&self, namespace: &str, name: &str) -> ObservedCluster {
        let shelves = self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let objects = shelves.clusters.get(&(namespace.to_owned(), name.to_owned()));
        ObservedCluster { objects: objects.into_iter().flat_map(BTreeMap::values).cloned().collect(), ..Default::default() }
    }

    /// A listing of `kind` begins; what is there stays until it is complete.
    pub fn begin(&self, kind: ObjectKind) {
        self.write(|shelves| drop(shelves.listing.insert(kind, Vec::new())));
    }

    /// An object of a listing under way.
    pub fn list(&self, object: Object) {
        self.write(|shelves| shelves.listing.entry(object.kind).or_default().push(object));
    }

    /// The listing of `kind` is complete: it replaces all that was there.
    pub fn finish(&self, kind: ObjectKind) {
        self.write(|shelves| {
            let listed = shelves.listing.remove(&kind).unwrap_or_default();
            let mut before: HashMap<(String, String), Arc<Object>> = HashMap::new();
            for objects in shelves.clusters.values_mut() {
                objects.retain(|(found, name), object| {
                    let other = *found != kind;
                    if !other {
                        before.insert((object.namespace.clone(), name.clone()), object.clone());
                    }
                    other
                });
            }
            for mut object in listed {
                if let Some(earlier) = before.get(&(object.namespace.clone(), object.name.clone())) {
                    object.remember(earlier, None);
                }
                shelves.insert(Arc::new(object));
            }
            shelves.clusters.retain(|_, objects| !objects.is_empty());
        });
    }

    /// An object is new or changed.
    pub fn put(&self, mut object: Object, now: Timestamp) {
        self.write(|shelves| {
            if let Some(earlier) = shelves.remove(&object) {
                object.remember(&earlier, Some(now));
            }
            shelves.insert(Arc::new(object));
        });
    }

    /// An object is gone.
    pub fn remove(&self, object: &Object) {
        self.write(|shelves| {
            shelves.remove(object);
        });
    }

    fn write(&self, change: impl FnOnce(&mut Shelves)) {
        change(&mut self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner));
    }
}

impl Shelves {
    fn insert(&mut self, object: Arc<Object>) {
        let cluster = (object.namespace.clone(), object.cluster.clone());
        self.clusters.entry(cluster).or_default().insert((object.kind, object.name.clone()), object);
    }

    /// Takes an object out, wherever it is: its cluster may have become known only by now.
    fn remove(&mut self, object: &Object) -> Option<Arc<Object>> {
        let key = (object.kind, object.name.clone());
        let cluster = (object.namespace.clone(), object.cluster.clone());
        let found = self.clusters.get_mut(&cluster).and_then(|objects| objects.remove(&key));
        if self.clusters.get(&cluster).is_some_and(BTreeMap::is_empty) {
            self.clusters.remove(&cluster);
        }
        found.or_else(|| {
            let mut others = self.clusters.iter_mut().filter(|((namespace, _), _)| *namespace == object.namespace);
            others.find_map(|(_, objects)| objects.remove(&key))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn machine(name: &str, reason: &str) -> Object {
        let document = json!({"kind": "OpenStackMachine", "metadata": {"name": name, "namespace": "n",
            "labels": {"cluster.x-k8s.io/cluster-name": "c"}},
            "status": {"conditions": [{"type": "InstanceReady", "status": "False", "reason": reason,
                "lastTransitionTime": "2026-01-01T00:00:00Z"}]}});
        Object::read(&document).expect("an object")
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_767_225_600 + minute * 60).expect("a time")
    }

    fn since(store: &Store) -> Option<Timestamp> {
        store.cluster("n", "c").objects[0].conditions[0].since
    }

    #[test]
    fn a_reason_stands_since_it_first_came() {
        let store = Store::default();
        store.put(machine("m", "InstanceNotReady"), at(0));
        store.put(machine("m", "InstanceCreateFailed"), at(5));
        assert_eq!(since(&store), Some(at(5)));
        store.put(machine("m", "InstanceCreateFailed"), at(9));
        assert_eq!(since(&store), Some(at(5)));
    }

    #[test]
    fn a_listing_replaces_its_kind_and_no_cluster_is_left_empty() {
        let store = Store::default();
        store.put(machine("old", "x"), at(0));
        store.begin(ObjectKind::OpenStackMachine);
        store.list(machine("new", "x"));
        assert_eq!(store.cluster("n", "c").objects[0].name, "old", "what is there stays until the listing is complete");
        store.finish(ObjectKind::OpenStackMachine);
        assert_eq!(store.cluster("n", "c").objects[0].name, "new");
        store.remove(&machine("new", "x"));
        assert!(store.cluster("n", "c").is_gone());
        assert!(store.0.read().expect("a lock").clusters.is_empty());
    }
}
