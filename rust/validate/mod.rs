// SPDX-License-Identifier: Apache-2.0
//! A request becomes a [`Cluster`], or every [`Problem`] it has at once. Pure.
//!
//! Each file looks after one part of the cluster and reports into the same [`Findings`], so that a
//! tenant reads all that is wrong in one go and nothing is repaired in silence.

mod addons;
mod answers;
mod api_server;
mod counts;
mod flavors;
mod images;
mod labels;
mod lookups;
mod network;
mod node_groups;
mod node_labels;
mod placement;
mod ranges;
mod rdma;
mod software;
mod upgrade;
mod volumes;

pub use lookups::lookups;
pub use node_groups::expected;
pub use upgrade::check_upgrade;

use crate::model::{Cluster, Namespace, ReleaseName};
use crate::problem::{Code, Problem};
use crate::request::ClusterRequest;

/// What the parts of a request report while it is validated.
#[derive(Debug, Default)]
struct Findings {
    problems: Vec<Problem>,
    warnings: Vec<String>,
}

impl Findings {
    /// What several groups have in common is told once.
    fn report(&mut self, problem: Problem) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// The value of a result, or `None` with its problem reported.
    fn keep<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.report(problem)).ok()
    }
}

/// Turns a request into a cluster.
///
/// # Errors
/// Every problem of the request, in the order of its parts.
pub fn validate(request: &ClusterRequest) -> Result<Cluster, Vec<Problem>> {
    let mut findings = Findings::default();
    let cluster = assemble(request, &mut findings);
    match cluster {
        Some(mut cluster) if findings.problems.is_empty() => {
            cluster.warnings = findings.warnings;
            Ok(cluster)
        }
        _ => Err(findings.problems),
    }
}

/// Each part reports what is wrong with it before the first `?` leaves.
fn assemble(request: &ClusterRequest, findings: &mut Findings) -> Option<Cluster> {
    let labels = labels::of_cluster(request);
    labels::check(request, findings);
    let release = release(request, findings);
    let server_type = server_type(request, findings);
    let software = software::resolve(request, findings);
    let network = network::resolve(request, &labels, findings);
    let api_server = api_server::resolve(request, &labels, findings);
    let control_plane = node_groups::control_plane(request, &labels, &api_server, findings);
    let root_volume = volumes::root_volume(request, &labels, findings);
    let kubelet_cipher_suites = api_server::cipher_suites(&labels, "kubelet_tls_cipher_suites", findings);
    let workers = node_groups::workers(request, release.as_ref().map_or("", ReleaseName::as_str), software.as_ref(), findings);
    let extra_networks = network::extra_networks(request, &labels, findings);
    let addons = addons::resolve(request, &labels, findings);
    server_type?;
    let (release, software, workers) = (release?, software?, workers?);
    let own_root_volumes = workers.groups.iter().any(|group| group.root_volume != root_volume);
    Some(Cluster {
        uuid: request.cluster.uuid.clone(),
        project_id: request.cluster.project_id.clone(),
        user_id: request.cluster.user_id.clone(),
        namespace: namespace(request),
        credentials_secret: release.credentials_secret(),
        release,
        kubernetes_version: software.kubernetes_version,
        image_id: software.image_id,
        operating_system: software.operating_system,
        key_pair: request.cluster.keypair.clone().filter(|name| !name.is_empty()),
        network: network?,
        api_server,
        control_plane: control_plane?,
        node_groups: workers.groups,
        auto_healing: labels.boolean("auto_healing_enabled"),
        etcd_disk: volumes::etcd_disk(&labels),
        own_root_volumes,
        root_volume,
        kubelet_cipher_suites,
        images: images::resolve(&labels),
        extra_networks: extra_networks?,
        addons: addons?,
        rdma_networks: workers.rdma_networks,
        chart_version: labels.text("capi_helm_chart_version").map(str::to_owned),
        value_layers: labels.list("values_overrides").into_iter().map(str::to_owned).collect(),
        warnings: Vec::new(),
    })
}

/// The namespace of the request's project in the management cluster.
#[must_use]
pub fn namespace(request: &ClusterRequest) -> Namespace {
    Namespace::of_project(&request.settings.namespace_prefix, &request.cluster.project_id)
}

/// The release's name: the one it has, or a new one with `suffix`.
#[must_use]
pub fn release_name(request: &ClusterRequest, suffix: &str) -> ReleaseName {
    match request.cluster.stack_id.as_deref().filter(|id| !id.is_empty()) {
        Some(stack_id) => ReleaseName::existing(stack_id),
        None => ReleaseName::generate(request.cluster.name.as_deref(), suffix),
    }
}

fn release(request: &ClusterRequest, findings: &mut Findings) -> Option<ReleaseName> {
    let release = release_name(request, "");
    if request.cluster.stack_id.as_deref().is_none_or(str::is_empty) {
        // A request that is only being tried has no release yet; it is shown with its stem.
        return Some(ReleaseName::existing(release.as_str().trim_end_matches('-')));
    }
    if release.as_str().len() > 53 {
        findings.report(Problem::new(
            Code::ClusterName,
            "cluster.stack_id",
            "the release name is longer than Helm's 53 characters",
            "Create the cluster anew with a shorter name.",
        ));
        return None;
    }
    Some(release)
}

fn server_type(request: &ClusterRequest, findings: &mut Findings) -> Option<()> {
    match request.template.server_type.as_deref() {
        None | Some("vm" | "bm") => Some(()),
        Some(other) => {
            findings.report(
                Problem::new(Code::ServerType, "template.server_type", format!("{other} is not provided"), "Use another template.")
                    .allowing("vm, bm"),
            );
            None
        }
    }
}
