// SPDX-License-Identifier: Apache-2.0
//! Kubernetes labels and taints that a group's nodes are to have.

use super::Findings;
use crate::model::Taint;
use crate::problem::{Code, Problem};
use crate::request::{Labels, MagnumNodeGroup};

/// Longest name part of a key, and longest value.
const LONGEST: usize = 63;
/// Longest domain of a key.
const LONGEST_DOMAIN: usize = 253;

const REMEDY: &str =
    "Use [domain/]name and a value of up to 63 letters, digits and - _ . characters, both with a letter or digit at either end.";

/// Whether a text is a label's value that is not empty, which is also the shape of a key's name.
fn is_word(text: &str) -> bool {
    let at_end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.len() <= LONGEST
        && at_end(text.chars().next())
        && at_end(text.chars().last())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn is_value(text: &str) -> bool {
    text.is_empty() || is_word(text)
}

fn is_domain(text: &str) -> bool {
    let part = |part: &str| is_word(part) && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    text.len() <= LONGEST_DOMAIN && text.split('.').all(part)
}

fn is_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((domain, name)) => is_domain(domain) && is_word(name),
        None => is_word(text),
    }
}

/// Whether a kubelet may give its own node a label of this key (kubelet's `--node-labels`): Kubernetes keeps its
/// domains to itself, but for two.
fn is_free(key: &str) -> bool {
    let domain = key.split_once('/').map_or("", |(domain, _)| domain);
    let within = |parent: &str| domain == parent || domain.ends_with(&format!(".{parent}"));
    let reserved = within("kubernetes.io") || within("k8s.io");
    !reserved || within("node.kubernetes.io") || within("kubelet.kubernetes.io")
}

/// Checks the labels of a group's nodes.
pub fn check(labels: &Labels, path: &str, findings: &mut Findings) {
    for (key, value) in labels {
        let place = format!("{path}.node_labels.{key}");
        if !is_key(key) || !is_value(value) {
            findings.report(Problem::new(Code::NodeLabel, place, format!("{key:?} = {value:?} is no label in Kubernetes"), REMEDY));
        } else if !is_free(key) {
            findings.report(Problem::new(
                Code::NodeLabel,
                place,
                "Kubernetes does not let a node set this label for itself",
                "Use a domain of your own, or node.kubernetes.io.",
            ));
        }
    }
}

/// The taints of a group's nodes.
pub fn taints(group: &MagnumNodeGroup, path: &str, findings: &mut Findings) -> Option<Vec<Taint>> {
    let before = findings.problems.len();
    for (index, taint) in group.node_taints.iter().enumerate() {
        let path = format!("{path}.node_taints[{index}]");
        let value = taint.value.as_deref().unwrap_or_default();
        if !is_key(&taint.key) || !is_value(value) {
            let message = format!("{:?} = {value:?} is no taint in Kubernetes", taint.key);
            findings.report(Problem::new(Code::NodeLabel, &path, message, REMEDY));
        }
        if !matches!(taint.effect.as_str(), "NoSchedule" | "PreferNoSchedule" | "NoExecute") {
            let message = format!("{:?} is no effect of a taint", taint.effect);
            let problem = Problem::new(Code::NodeLabel, format!("{path}.effect"), message, "Change the effect.");
            findings.report(problem.allowing("NoSchedule, PreferNoSchedule, NoExecute"));
        }
    }
    let taints = group.node_taints.iter().map(|taint| Taint {
        key: taint.key.clone(),
        value: taint.value.clone().unwrap_or_default(),
        effect: taint.effect.clone(),
    });
    (findings.problems.len() == before).then(|| taints.collect())
}
