// SPDX-License-Identifier: Apache-2.0
//! The image: which Kubernetes it brings, and on which operating system.

use super::Findings;
use super::answers::{self, Attributes};
use crate::model::version::OLDEST_KUBELET;
use crate::model::{KubernetesVersion, OperatingSystem};
use crate::problem::{Code, Problem};
use crate::request::{ClusterRequest, Kind};

/// What an image brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Software {
    /// Glance's id.
    pub image_id: String,
    /// Kubernetes version.
    pub kubernetes_version: KubernetesVersion,
    /// What it runs.
    pub operating_system: OperatingSystem,
}

/// The software of the template's image.
pub fn resolve(request: &ClusterRequest, findings: &mut Findings) -> Option<Software> {
    let path = "template.image_id";
    let image = findings.keep(answers::one(request, Kind::Image, &request.template.image_id, path))?;
    read(image, path, findings)
}

/// The software of any image.
pub fn read(image: &Attributes, path: &str, findings: &mut Findings) -> Option<Software> {
    let version = findings.keep(kubernetes_version(image, path));
    let system = findings.keep(operating_system(image, path));
    Some(Software { image_id: answers::id(image), kubernetes_version: version?, operating_system: system? })
}

/// Whether a group may run `own` in a cluster of `cluster`: the chart configures one operating system, and
/// Kubernetes bounds how far apart kubelet and API server may be.
pub fn check_together(own: &Software, cluster: &Software, path: &str) -> Result<(), Problem> {
    let remedy = "Choose an image that goes with the template's.";
    if own.operating_system != cluster.operating_system {
        let message = format!("the image's os_distro is {}, and the cluster's is {}", own.operating_system, cluster.operating_system);
        return Err(Problem::new(Code::ImageProperty, path, message, remedy));
    }
    let (own, cluster) = (own.kubernetes_version, cluster.kubernetes_version);
    if !own.may_serve_under(cluster) {
        let message = format!("nodes of Kubernetes {own} cannot work with a control plane of {cluster}");
        let allowed = format!("{cluster}, or up to {OLDEST_KUBELET} minor versions older");
        return Err(Problem::new(Code::VersionSkew, path, message, remedy).allowing(allowed));
    }
    Ok(())
}

fn shown(image: &Attributes) -> &str {
    answers::text(image, "name").or_else(|| answers::text(image, "id")).unwrap_or("without a name")
}

/// A version such as `1.36.3`, from the property `kube_version` (with or without a `v`).
fn kubernetes_version(image: &Attributes, path: &str) -> Result<KubernetesVersion, Problem> {
    let problem = |message: String| {
        Problem::new(
            Code::ImageProperty,
            path,
            message,
            "Set it to the version of Kubernetes in the image: openstack image set --property kube_version=v1.36.3 IMAGE.",
        )
        .allowing("a version such as v1.36.3")
    };
    let raw =
        answers::text(image, "kube_version").ok_or_else(|| problem(format!("image {} has no property kube_version", shown(image))))?;
    raw.parse().map_err(|()| problem(format!("the property kube_version of image {} is {raw:?}", shown(image))))
}

fn operating_system(image: &Attributes, path: &str) -> Result<OperatingSystem, Problem> {
    let (message, remedy) = match answers::text(image, "os_distro") {
        Some("ubuntu") => return Ok(OperatingSystem::Ubuntu),
        Some("flatcar") => return Ok(OperatingSystem::Flatcar),
        Some(other) => {
            (format!("the property os_distro of image {} is {other:?}", shown(image)), "Use an image that the cluster chart can boot.")
        }
        None => {
            (format!("image {} has no property os_distro", shown(image)), "Set it: openstack image set --property os_distro=ubuntu IMAGE.")
        }
    };
    Err(Problem::new(Code::ImageProperty, path, message, remedy).allowing("ubuntu, flatcar"))
}
