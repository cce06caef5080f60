// SPDX-License-Identifier: Apache-2.0
//! The objects of all clusters in their compact form, by cluster.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use jiff::Timestamp;

use crate::status::{Object, ObjectKind, ObservedCluster};

/// The objects of one cluster, in the order of kind and name.
type Shelf = Vec<Arc<Object>>;

#[derive(Debug, Default)]
struct Shelves {
    /// By namespace and name of the Cluster.
    clusters: HashMap<Arc<str>, HashMap<Arc<str>, Shelf>>,
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
        let objects = shelves.clusters.get(namespace).and_then(|clusters| clusters.get(name));
        ObservedCluster { objects: objects.cloned().unwrap_or_default(), ..Default::default() }
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
    pub fn finish(&self, kind: ObjectKind, now: Timestamp) {
        self.write(|shelves| {
            let listed = shelves.listing.remove(&kind).unwrap_or_default();
            let before = shelves.take(kind);
            for mut object in listed {
                if let Some(earlier) = before.get(&(object.namespace.clone(), object.name.clone())) {
                    object.remember(earlier, None);
                }
                object.seen_at(now);
                shelves.insert(object);
            }
            shelves.sweep();
        });
    }

    /// An object is new or changed.
    pub fn put(&self, mut object: Object, now: Timestamp) {
        self.write(|shelves| {
            if let Some(earlier) = shelves.remove(&object) {
                object.remember(&earlier, Some(now));
            }
            object.seen_at(now);
            shelves.insert(object);
        });
    }

    /// An object is gone.
    pub fn remove(&self, object: &Object) {
        self.write(|shelves| {
            if shelves.remove(object).is_some() {
                shelves.sweep();
            }
        });
    }

    fn write(&self, change: impl FnOnce(&mut Shelves)) {
        change(&mut self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner));
    }
}

/// Where an object is on its shelf, or belongs.
fn place(shelf: &Shelf, kind: ObjectKind, name: &str) -> Result<usize, usize> {
    shelf.binary_search_by(|found| (found.kind, &*found.name).cmp(&(kind, name)))
}

impl Shelves {
    /// The names of namespace and cluster are kept once for all objects of a cluster.
    fn insert(&mut self, mut object: Object) {
        object.namespace = self.clusters.get_key_value(&object.namespace).map_or(object.namespace, |(namespace, _)| namespace.clone());
        let clusters = self.clusters.entry(object.namespace.clone()).or_default();
        object.cluster = clusters.get_key_value(&object.cluster).map_or(object.cluster, |(cluster, _)| cluster.clone());
        let shelf = clusters.entry(object.cluster.clone()).or_default();
        match place(shelf, object.kind, &object.name) {
            Ok(index) => shelf[index] = Arc::new(object),
            Err(index) => {
                shelf.reserve_exact(1);
                shelf.insert(index, Arc::new(object));
            }
        }
    }

    /// Takes an object out, wherever it is: its cluster may have become known only by now.
    fn remove(&mut self, object: &Object) -> Option<Arc<Object>> {
        let clusters = self.clusters.get_mut(&object.namespace)?;
        let from = |shelf: &mut Shelf| place(shelf, object.kind, &object.name).ok().map(|index| shelf.remove(index));
        let own = clusters.get_mut(&object.cluster).and_then(from);
        own.or_else(|| clusters.values_mut().find_map(from))
    }

    /// Takes out all objects of a kind.
    fn take(&mut self, kind: ObjectKind) -> HashMap<(Arc<str>, Box<str>), Arc<Object>> {
        let shelves = self.clusters.values_mut().flat_map(HashMap::values_mut);
        let taken = shelves.flat_map(|shelf| shelf.extract_if(.., |object| object.kind == kind));
        taken.map(|object| ((object.namespace.clone(), object.name.clone()), object)).collect()
    }

    /// Forgets clusters that have nothing left.
    fn sweep(&mut self) {
        self.clusters.retain(|_, clusters| {
            clusters.retain(|_, shelf| !shelf.is_empty());
            !clusters.is_empty()
        });
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
        assert_eq!(store.cluster("n", "c").objects[0].name.as_ref(), "old", "what is there stays until the listing is complete");
        store.finish(ObjectKind::OpenStackMachine, at(1));
        assert_eq!(store.cluster("n", "c").objects[0].name.as_ref(), "new");
        store.remove(&machine("new", "x"));
        assert!(store.cluster("n", "c").is_gone());
        assert!(store.0.read().expect("a lock").clusters.is_empty());
    }
}
