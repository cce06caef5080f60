// SPDX-License-Identifier: Apache-2.0
//! What can be wrong with a request: one table of codes, and a problem that names its place and its remedy.

use std::fmt;

use serde::Serialize;

macro_rules! codes {
    ($($variant:ident = $code:literal : $doc:literal,)+) => {
        /// Every kind of problem that a request can have. The text form is stable: people search for it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $doc] $variant,)+ }

        impl Code {
            /// All codes, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable text form.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// One sentence on what the code means.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc,)+ }
            }
        }
    };
}

codes! {
    LabelUnknown = "label-unknown": "A label that looks like one of this driver's but is none.",
    LabelInvalid = "label-invalid": "A label's value is not of the label's type or outside its bounds.",
    LabelScope = "label-scope": "A label stands where it has no effect.",
    LabelConflict = "label-conflict": "Two labels contradict each other.",
    NotFound = "not-found": "OpenStack has nothing of that name or id which the project can see.",
    Ambiguous = "ambiguous": "A name fits several things; only an id tells them apart.",
    NotLookedUp = "not-looked-up": "The request lacks OpenStack's answer to a look-up it needs.",
    ImageProperty = "image-property": "An image lacks a property that the driver needs, or it has a value that cannot be used.",
    FlavorTooSmall = "flavor-too-small": "A flavor has too little memory or too few virtual CPUs for a Kubernetes node.",
    FlavorMissing = "flavor-missing": "A node group has no flavor.",
    NodeCount = "node-count": "A node count is outside what is possible.",
    NodeGroupName = "node-group-name": "A node group's name cannot be used in Kubernetes.",
    NodeGroups = "node-groups": "The set of node groups is not one control plane and workers with names of their own.",
    NodeLabel = "node-label": "A node's Kubernetes label or taint is not valid.",
    NetworkSettings = "network-settings": "Network settings of the template or cluster are not valid.",
    NetworkOwner = "network-owner": "Neutron's policy lets only the network's own project do what was asked.",
    PodRange = "pod-range": "The range for pods' RDMA addresses is missing, or clashes with the subnet.",
    RdmaNetwork = "rdma-network": "A network cannot carry RDMA as it is.",
    VersionSkew = "version-skew": "Versions of Kubernetes are too far apart, or an upgrade would skip one or go back.",
    ServerType = "server-type": "The template's server type is none that the driver provides.",
    VolumeType = "volume-type": "Cinder does not have the volume type.",
    ClusterName = "cluster-name": "The cluster has no name from which a release name can be made.",
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What kind of problem.
    pub code: Code,
    /// Where: a path into the request, such as `cluster.labels.rdma_network`.
    pub path: String,
    /// What is wrong, as a clause that follows the path.
    pub message: String,
    /// What would be allowed, if that can be said in few words.
    pub allowed: Option<String>,
    /// What to do about it, as a sentence.
    pub remedy: String,
}

impl Problem {
    /// A problem without a list of what is allowed.
    pub fn new(code: Code, path: impl Into<String>, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { code, path: path.into(), message: message.into(), allowed: None, remedy: remedy.into() }
    }

    /// The same problem, saying what is allowed.
    #[must_use]
    pub fn allowing(mut self, allowed: impl Into<String>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path, self.message)?;
        if let Some(allowed) = &self.allowed {
            write!(formatter, " (allowed: {allowed})")?;
        }
        write!(formatter, ". {} [{}]", self.remedy, self.code)
    }
}

/// Several problems as the one text that Magnum shows as `status_reason`.
#[must_use]
pub fn summary(problems: &[Problem]) -> String {
    match problems {
        [only] => only.to_string(),
        many => {
            let numbered: Vec<String> = many.iter().enumerate().map(|(index, problem)| format!("({}) {problem}", index + 1)).collect();
            format!("{} problems: {}", many.len(), numbered.join(" "))
        }
    }
}
