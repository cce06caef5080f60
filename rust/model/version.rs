// SPDX-License-Identifier: Apache-2.0
//! Versions of Kubernetes, and how far apart the parts of a cluster may be (Kubernetes' version skew policy).

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// How many minor versions a kubelet may be older than the API server.
pub const OLDEST_KUBELET: u32 = 3;

/// A version such as `1.36.3`, written without a leading `v`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KubernetesVersion {
    /// The major version.
    pub major: u32,
    /// The minor version.
    pub minor: u32,
    /// The patch.
    pub patch: u32,
}

impl FromStr for KubernetesVersion {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let numbers: Vec<u32> =
            text.strip_prefix('v').unwrap_or(text).split('.').map(str::parse).collect::<Result<_, _>>().map_err(drop)?;
        let [major, minor, patch] = numbers[..] else { return Err(()) };
        Ok(Self { major, minor, patch })
    }
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Serialize for KubernetesVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl KubernetesVersion {
    /// Whether kubelets of this version may work with an API server of version `server`.
    #[must_use]
    pub fn may_serve_under(self, server: Self) -> bool {
        self <= server && self.major == server.major && server.minor - self.minor <= OLDEST_KUBELET
    }

    /// Whether a control plane of this version may be upgraded to `target`: to a later patch, or to the next
    /// minor version. The same version counts.
    #[must_use]
    pub fn may_become(self, target: Self) -> bool {
        self <= target && self.major == target.major && target.minor - self.minor <= 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> KubernetesVersion {
        text.parse().expect("a version")
    }

    #[test]
    fn versions_are_read_and_written() {
        assert_eq!(version("v1.36.3").to_string(), "1.36.3");
        assert!(version("1.9.0") < version("1.36.3"));
        for odd in ["", "1.36", "1.36.3.1", "1.36.x", "v", "1.36.3-rc.1"] {
            assert_eq!(odd.parse::<KubernetesVersion>(), Err(()), "{odd}");
        }
    }

    #[test]
    fn a_control_plane_goes_one_minor_version_at_a_time_and_never_back() {
        for (from, to, allowed) in [
            ("1.35.1", "1.35.1", true),
            ("1.35.1", "1.35.7", true),
            ("1.35.7", "1.36.0", true),
            ("1.34.9", "1.36.0", false),
            ("1.36.0", "1.35.9", false),
            ("1.36.3", "1.36.2", false),
            ("1.36.3", "2.0.0", false),
        ] {
            assert_eq!(version(from).may_become(version(to)), allowed, "{from} to {to}");
        }
    }

    #[test]
    fn a_kubelet_may_be_three_minor_versions_older_and_never_newer() {
        for (kubelet, server, allowed) in
            [("1.33.0", "1.36.3", true), ("1.32.9", "1.36.3", false), ("1.36.4", "1.36.3", false), ("1.36.3", "1.36.3", true)]
        {
            assert_eq!(version(kubelet).may_serve_under(version(server)), allowed, "{kubelet} under {server}");
        }
    }
}
