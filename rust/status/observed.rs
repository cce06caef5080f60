// SPDX-License-Identifier: Apache-2.0
//! All objects of one cluster at one moment, with what Nova said of its broken servers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::object::{Object, ObjectKind, Role};

/// All objects of one cluster.
#[derive(Debug, Clone, Default)]
pub struct ObservedCluster {
    /// The objects, in the order of kind and name.
    pub objects: Vec<Arc<Object>>,
    /// Nova's fault of a server, by its id: CAPO keeps it to itself.
    pub server_faults: BTreeMap<String, String>,
}

impl ObservedCluster {
    /// The objects among `all` that belong to the Cluster `name` in `namespace`.
    #[must_use]
    pub fn select(all: impl IntoIterator<Item = Object>, namespace: &str, name: &str) -> Self {
        let mut objects: Vec<Arc<Object>> = all
            .into_iter()
            .filter(|object| &*object.cluster == name && (namespace.is_empty() || &*object.namespace == namespace))
            .map(Arc::new)
            .collect();
        objects.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        Self { objects, server_faults: BTreeMap::new() }
    }

    /// The objects of one kind.
    pub fn of(&self, kind: ObjectKind) -> impl Iterator<Item = &Object> {
        self.objects.iter().map(Arc::as_ref).filter(move |object| object.kind == kind)
    }

    /// The Cluster.
    #[must_use]
    pub fn cluster(&self) -> Option<&Object> {
        self.of(ObjectKind::Cluster).next()
    }

    /// The object that keeps the machines of `role`: the control plane or a machine deployment.
    #[must_use]
    pub fn keeper(&self, role: &Role) -> Option<&Object> {
        let kind = match role {
            Role::ControlPlane => ObjectKind::KubeadmControlPlane,
            Role::Workers(_) => ObjectKind::MachineDeployment,
            Role::Cluster => ObjectKind::Cluster,
        };
        self.of(kind).find(|object| object.role == *role)
    }

    /// How many machines of `role` there are, those that are being deleted among them.
    #[must_use]
    pub fn machines(&self, role: &Role) -> usize {
        [ObjectKind::Machine, ObjectKind::OpenStackMachine]
            .map(|kind| self.of(kind).filter(|machine| machine.role == *role).count())
            .into_iter()
            .max()
            .unwrap_or(0)
    }

    /// The same cluster with `objects` in place of all that it had of their `kinds`.
    #[must_use]
    pub fn replacing(mut self, kinds: &[ObjectKind], objects: Vec<Object>) -> Self {
        self.objects.retain(|object| !kinds.contains(&object.kind));
        self.objects.extend(objects.into_iter().map(Arc::new));
        self.objects.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        self
    }

    /// Internal addresses of the machines of `role`.
    #[must_use]
    pub fn addresses(&self, role: &Role) -> Vec<String> {
        self.of(ObjectKind::Machine)
            .filter(|machine| machine.role == *role)
            .filter_map(|machine| machine.address.as_deref().map(str::to_owned))
            .collect()
    }

    /// Nova's id of a machine's server: the OpenStackMachine knows it once the server runs, its
    /// OpenStackServer of the same name from the start.
    #[must_use]
    pub fn server_id<'a>(&'a self, machine: &'a Object) -> Option<&'a str> {
        let server = || self.of(ObjectKind::OpenStackServer).find(|server| server.name == machine.name);
        machine.server_id.as_deref().or_else(|| server().and_then(|server| server.server_id.as_deref()))
    }

    /// Whether nothing of the cluster is left that stands for something in OpenStack.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.objects.iter().all(|object| !ObjectKind::LASTING.contains(&object.kind))
    }
}
