// SPDX-License-Identifier: Apache-2.0
//! Whether a level of labels holds only what it may.

use super::{LABELS, Level, Scope, find};
use crate::problem::{Code, Problem};

/// What [`check`] found in one level of labels.
#[derive(Debug, Default)]
pub struct Checked {
    /// What must be mended.
    pub problems: Vec<Problem>,
    /// Labels that are somebody else's.
    pub foreign: Vec<String>,
}

/// Checks one level of labels against the table. `scopes` are those that have an effect there.
#[must_use]
pub fn check(level: &Level<'_>, scopes: &[Scope]) -> Checked {
    let mut checked = Checked::default();
    for (name, raw) in level.labels {
        let path = format!("{}.{name}", level.path);
        match find(name) {
            None => match near_miss(name) {
                Some(meant) => checked.problems.push(unknown(&path, name, meant)),
                None => checked.foreign.push(name.clone()),
            },
            Some(row) if row.scope == Scope::Accepted => {}
            Some(row) if !row.kind.accepts(raw) => checked.problems.push(
                Problem::new(
                    Code::LabelInvalid,
                    path,
                    format!("{raw:?} is not of the type {}", row.kind.name()),
                    "Change the label's value.",
                )
                .allowing(row.kind.allowed()),
            ),
            Some(row) if !scopes.contains(&row.scope) => checked.problems.push(Problem::new(
                Code::LabelScope,
                path,
                "the label has no effect here",
                match row.scope {
                    Scope::Template => "Set it on the cluster template.",
                    Scope::NodeGroup => "Set it on a worker group, the cluster or its template.",
                    _ => "Set it on the cluster or its template.",
                },
            )),
            Some(_) => {}
        }
    }
    checked
}

fn unknown(path: &str, name: &str, meant: Option<&str>) -> Problem {
    let remedy = meant.map_or_else(
        || "Remove the label; magnum-capi-rdma labels lists those that exist.".to_owned(),
        |meant| format!("Did you mean {meant}? Correct or remove the label."),
    );
    Problem::new(Code::LabelUnknown, path, format!("there is no label {name}"), remedy)
}

/// Whether an unknown label was meant for this driver: by its prefix, or because it begins like one that exists and
/// is within two edits of it. The inner option is the label that was meant.
fn near_miss(name: &str) -> Option<Option<&'static str>> {
    let closest = LABELS
        .iter()
        .filter(|row| row.name.chars().next() == name.chars().next())
        .map(|row| (strsim::osa_distance(name, row.name), row.name))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= 2);
    match closest {
        Some((_, meant)) => Some(Some(meant)),
        None if name.starts_with("rdma_") => Some(None),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Labels;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn checked(pairs: &[(&str, &str)]) -> Checked {
        let labels = labels(pairs);
        check(&Level { path: "cluster.labels".into(), labels: &labels }, &[Scope::Cluster, Scope::NodeGroup])
    }

    #[test]
    fn a_misspelt_label_is_refused_and_a_foreign_one_is_not() {
        let result = checked(&[("rdma_netwrok", "a"), ("rdma_speed", "9"), ("etcd_tag", "v3"), ("gpu_enabled", "true")]);
        let codes: Vec<Code> = result.problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, [Code::LabelUnknown, Code::LabelUnknown]);
        assert!(result.problems[0].remedy.contains("rdma_network"), "{}", result.problems[0]);
        assert_eq!(result.foreign, ["etcd_tag", "gpu_enabled"]);
    }

    #[test]
    fn a_value_outside_its_type_is_refused_not_repaired() {
        for (name, raw) in [
            ("auto_healing_enabled", "maybe"),
            ("rdma_mtu", "90000"),
            ("rdma_mtu", ""),
            ("csi_cinder_reclaim_policy", "delete"),
            ("fixed_subnet_cidr", "10.0.0.0"),
            ("boot_volume_type", "fast;rm"),
            ("rdma_network", "a++b"),
            ("values_overrides", "../secrets"),
            ("values_overrides", "gpu+"),
            ("values_overrides", ".hidden"),
            ("api_master_lb_allowed_cidrs", "10.0.0.0/8+x"),
            ("api_server_cert_sans", "api.example.org+https://api"),
            ("api_server_tls_cipher_suites", "TLS_RSA_WITH_RC4_128_SHA"),
            ("control_plane_availability_zones", "az-1++az-2"),
            ("container_infra_prefix", "https://registry.example.org"),
            ("registry_mirrors", "docker.io"),
            ("oidc_issuer_url", "http://login.example.org"),
            ("oidc_client_id", "two words"),
            ("calico_tag", "latest"),
            ("api_server_floating_ip", "203.0.113.0/24"),
            ("dns_cluster_domain", "Cluster_local"),
        ] {
            let result = checked(&[(name, raw)]);
            assert_eq!(result.problems.len(), 1, "{name}={raw}");
            assert_eq!(result.problems[0].code, Code::LabelInvalid, "{name}={raw}");
            assert!(result.problems[0].allowed.is_some());
        }
    }

    #[test]
    fn a_template_label_on_a_cluster_is_refused() {
        let result = checked(&[("capi_helm_chart_version", "0.10.1")]);
        assert_eq!(result.problems[0].code, Code::LabelScope);
    }
}
