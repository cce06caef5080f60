// SPDX-License-Identifier: Apache-2.0
//! Types of labels: what a value may be, and how it is read.

use std::net::IpAddr;

use ipnet::IpNet;

use super::form;

/// What a label's value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `true`/`false`, `yes`/`no`, `on`/`off`, `1`/`0`, in any case.
    Boolean,
    /// A whole number within bounds (both included).
    Integer(i64, i64),
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// Some of a few words, separated by `+`.
    Choices(&'static [&'static str]),
    /// The name of something in OpenStack or Kubernetes.
    Name,
    /// Names, separated by `+`.
    JoinedNames,
    /// Network names or ids, separated by `+`.
    Networks,
    /// Names separated by spaces.
    Names,
    /// Layers of the operator's values, separated by `+`.
    Layers,
    /// An address range such as `10.0.0.0/24`.
    Range,
    /// Address ranges, or single addresses, separated by spaces or `+`.
    Ranges,
    /// An IP address.
    Address,
    /// Host names or IP addresses, separated by `+`.
    Hosts,
    /// A DNS domain such as `cluster.local`.
    Domain,
    /// An `https` URL.
    Url,
    /// A version such as `v3.31.5`.
    Version,
    /// A place in a container registry: a host with or without a port, and a path.
    Registry,
    /// Mirrors as `registry=URL`, separated by `+`.
    Mirrors,
    /// A text without blanks.
    Word,
    /// Any text.
    Text,
}

impl Type {
    /// What is allowed, for a person.
    #[must_use]
    pub fn allowed(self) -> String {
        let told = match self {
            Self::Boolean => "true or false",
            Self::Integer(low, i64::MAX) => return format!("a whole number from {low}"),
            Self::Integer(low, high) => return format!("a whole number from {low} to {high}"),
            Self::Choice(words) => return words.join(", "),
            Self::Choices(words) => return format!("some of {}, separated by +", words.join(", ")),
            Self::Name => "a name of letters, digits and . _ - / or blanks, beginning with a letter or digit",
            Self::JoinedNames => "names of letters, digits and . _ - / or blanks, separated by +",
            Self::Networks => "network names or ids, separated by +",
            Self::Names => "names separated by blanks",
            Self::Layers => "names of small letters, digits and hyphens, separated by +",
            Self::Range => "an address range such as 10.0.0.0/24",
            Self::Ranges => "address ranges such as 10.0.0.0/24, separated by + or blanks",
            Self::Address => "an IP address",
            Self::Hosts => "host names or IP addresses, separated by +",
            Self::Domain => "a DNS domain such as cluster.local",
            Self::Url => "a URL such as https://login.example.org/realm, without a query",
            Self::Version => "a version such as v1.2.3",
            Self::Registry => "a registry and a path, such as registry.example.org/kubernetes",
            Self::Mirrors => "mirrors such as docker.io=https://mirror.example.org/v2/docker.io, separated by +",
            Self::Word => "a text without blanks",
            Self::Text => "any text",
        };
        told.to_owned()
    }

    /// The type's name in documentation.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer(..) => "integer",
            Self::Choice(_) => "choice",
            Self::Choices(_) => "choices",
            Self::Name => "name",
            Self::JoinedNames | Self::Names => "names",
            Self::Networks => "networks",
            Self::Layers => "layers",
            Self::Range => "address range",
            Self::Ranges => "address ranges",
            Self::Address => "address",
            Self::Hosts => "hosts",
            Self::Domain => "domain",
            Self::Url => "URL",
            Self::Version => "version",
            Self::Registry => "registry",
            Self::Mirrors => "mirrors",
            Self::Word => "word",
            Self::Text => "text",
        }
    }

    /// Whether `raw` is a value of this type.
    #[must_use]
    pub fn accepts(self, raw: &str) -> bool {
        let parts = self.parts(raw);
        let each = |fits: fn(&str) -> bool| !parts.is_empty() && parts.iter().all(|part| fits(part));
        match self {
            Self::Boolean => boolean(raw).is_some(),
            Self::Integer(low, high) => raw.trim().parse().is_ok_and(|n: i64| (low..=high).contains(&n)),
            Self::Choice(words) => words.contains(&raw.trim()),
            Self::Choices(words) => !parts.is_empty() && parts.iter().all(|part| words.contains(part)),
            Self::Name => form::is_name(raw),
            Self::Networks => raw.split('+').all(|part| !part.trim().is_empty()),
            Self::JoinedNames => raw.split('+').all(|part| form::is_name(part.trim())),
            Self::Names => !parts.is_empty(),
            Self::Layers => raw.split('+').all(|part| form::is_layer(part.trim())),
            Self::Range => raw.trim().parse::<IpNet>().is_ok(),
            Self::Ranges => parts.iter().all(|part| range(part).is_some()),
            Self::Address => each(|part| part.parse::<IpAddr>().is_ok()),
            Self::Hosts => each(form::is_host),
            Self::Domain => each(form::is_domain),
            Self::Url => each(form::is_https_url),
            Self::Version => each(form::is_version),
            Self::Registry => each(form::is_registry),
            Self::Mirrors => each(|part| form::mirror(part).is_some()),
            Self::Word => each(form::is_word),
            Self::Text => true,
        }
    }

    /// The parts of a value that is a list; a value of any other type is its only part.
    #[must_use]
    pub fn parts(self, raw: &str) -> Vec<&str> {
        match self {
            Self::Networks | Self::Layers | Self::Choices(_) | Self::JoinedNames | Self::Hosts | Self::Mirrors => {
                split(raw, &['+']).collect()
            }
            Self::Names => split(raw, &[' ']).collect(),
            Self::Ranges => split(raw, &['+', ' ', ',']).collect(),
            _ => vec![raw.trim()],
        }
    }

    /// The bounds of a number, as far as it has any.
    #[must_use]
    pub fn bounds(self) -> (Option<i64>, Option<i64>) {
        match self {
            Self::Integer(low, high) => (Some(low), (high != i64::MAX).then_some(high)),
            _ => (None, None),
        }
    }

    /// The words of which a value is one.
    #[must_use]
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Self::Choice(words) => words,
            _ => &[],
        }
    }
}

/// Reads a boolean as Magnum's clients write it, in any case.
#[must_use]
pub fn boolean(raw: &str) -> Option<bool> {
    match raw.trim().to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// Reads an address range; an address alone is a range of one.
#[must_use]
pub fn range(raw: &str) -> Option<IpNet> {
    raw.parse().ok().or_else(|| raw.parse::<IpAddr>().ok().map(IpNet::from))
}

fn split<'a>(raw: &'a str, separators: &'a [char]) -> impl Iterator<Item = &'a str> {
    raw.split(separators).map(str::trim).filter(|part| !part.is_empty())
}

/// Reads a list of IP addresses that Magnum stores as one text separated by commas.
///
/// # Errors
/// The first part that is no address.
pub fn addresses(raw: &str) -> Result<Vec<IpAddr>, String> {
    split(raw, &[',']).map(|part| part.parse().map_err(|_| part.to_owned())).collect()
}
